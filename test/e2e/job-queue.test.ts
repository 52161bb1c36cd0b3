import { relative } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { readFunctionEntry } from "../../lib/calls";
import { serveDefinitions } from "../../lib/local";
import type { ControlConfig, WorkerConfig } from "../../lib/task/calls-config";
import { CONFIG_VARIABLE } from "../../lib/task/container-definition";
import { JobQueue, KINDS, tellCallsUrl } from "../runtime/calls/job-queue";
import { answersJobs } from "../runtime/calls/job-queue-answers";
import { exampleFolder } from "../runtime/kinds/example";
import { pythonFor } from "../runtime/kinds/python";
import { clientConfig } from "./aws-api";
import { PYTHON_CACHE } from "./example-lifecycle";
import { lifecycle } from "./lifecycle";
import { PATH_MODE } from "./mode";
import { readPermissions, refusals, unneeded } from "./permissions";
import { credentialsOf, PlayedEcs } from "./played-ecs";
import {
  CONTROL,
  type DeployedFunction,
  readDesiredCounts,
  readFunctions,
  readLoadBalancer,
  readRules,
} from "./read-back";
import { Recorder } from "./recorder";
import { TaskAgent } from "./task-agent";

const API = "job-queue/api";
const SPAWNED = ["job-queue/flaky-task", "job-queue/long-task"];

/** Looks for a sleeping service's calls come every 15 s, and the first with the second sweep. */
const WAKE_MS = 60_000;

const example = { name: "job-queue", kinds: { "": KINDS }, prepare: async (folder: string) => tellCallsUrl(folder) };

lifecycle(example, PATH_MODE, (deployed) => {
  test("AWS has the endpoint with a rule, and the functions asleep, each with its entry in the registry", async () => {
    const { aws, emulator } = deployed();
    const functions = await readFunctions(aws);
    const counts = await readDesiredCounts(aws, functions);
    expect([...counts].sort()).toEqual([[API, 1], ...SPAWNED.map((target) => [target, 0]), [CONTROL, 2]]);
    expect((await readRules(aws, functions)).map(({ target }) => target)).toEqual([API]);

    const { registry } = configOf<ControlConfig>(functions, CONTROL).control;
    const dynamodb = new DynamoDBClient(clientConfig(emulator.url));
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: registry }));
    const entries = Items.flatMap((item) => readFunctionEntry(item as never) ?? []);
    expect(Items).toHaveLength(1 + SPAWNED.length);
    expect(entries.map(({ app, name }) => `${app}/${name}`).sort()).toEqual(SPAWNED);
    for (const { app, name, tag, service, revision, queueUrl, dlqUrl } of entries) {
      const { worker } = configOf<WorkerConfig>(functions, `${app}/${name}`);
      expect({ tag, queueUrl, dlqUrl }).toEqual({ tag: worker.tag, queueUrl: worker.queueUrl, dlqUrl: worker.dlqUrl });
      expect(functions.find(({ target }) => target === `${app}/${name}`)).toMatchObject({ service, revision });
    }
  });

  describe("what AWS says is deployed runs, with the tables, queues and services that are deployed", () => {
    let functions: DeployedFunction[];
    let recorder: Recorder;
    let agent: TaskAgent;
    let ecs: PlayedEcs;
    let jobs: JobQueue;

    beforeAll(async () => {
      const { aws, emulator, folder, deployment, step } = deployed();
      functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      const { host, base } = PATH_MODE.address("job-queue-api", (await readLoadBalancer(aws)).DNSName!);
      await step("running what was read back", async ({ say }) => {
        const pythonOf = pythonFor(example, {
          cache: PYTHON_CACHE,
          folder: exampleFolder("job-queue"),
          onProgress: say,
        });
        recorder = await Recorder.start(emulator.url);
        agent = await TaskAgent.start();
        const definitionsOf = (wanted: readonly DeployedFunction[]) =>
          wanted.map((fn) => ({ ...fn, source: deployment.sources.get(fn.target) ?? folder }));
        ecs = await PlayedEcs.start({
          aws,
          functions,
          withoutRoom: [CONTROL],
          run: async (first) => {
            const served = await serveDefinitions({
              definitions: definitionsOf(first),
              rules,
              python: ({ source }) => pythonOf(relative(folder, source)),
              aws: {
                environment: ({ target }) => ({
                  ...credentialsOf(target, recorder.url),
                  ...agent.environment(functions.find((fn) => fn.target === target)!),
                }),
              },
            });
            return {
              port: served.port,
              setFunctions: (wanted) => served.setDefinitions(definitionsOf(wanted)),
              stop: () => served.stop(),
            };
          },
        });
        jobs = new JobQueue({ port: ecs.port, host, base }, () => pythonOf(""));
      });
    });
    afterAll(async () => {
      await ecs?.stop();
      await agent?.stop();
      await recorder?.stop();
    });

    test(
      "calls of functions that sleep wait, and nobody but the control service wakes these, each once",
      async () => {
        const ids = [await jobs.submit("flaky-task", { failures: 0 }), await jobs.submit("long-task", { steps: 0 })];
        for (const id of ids) expect(await jobs.ask("GET", `/result/${id}`)).toMatchObject({ status: 202 });
        expect(ecs.running).toEqual([API]);
        expect(recorder.of("UpdateService")).toEqual([]);

        ecs.makeRoom(CONTROL);
        const results = await Promise.all(ids.map((id) => jobs.result(id, WAKE_MS)));
        expect(results.map(({ body }) => body)).toEqual([
          { result: "done", attempts: 1 },
          { result: "done", steps: 0 },
        ]);
        const counts = await readDesiredCounts(deployed().aws, functions);
        expect(SPAWNED.map((target) => counts.get(target))).toEqual([1, 1]);
        const wakes = recorder.of("UpdateService");
        expect(wakes.map(({ by, input }) => [by, input.desiredCount])).toEqual([
          [CONTROL, 1],
          [CONTROL, 1],
        ]);
        const services = functions.filter(({ target }) => SPAWNED.includes(target)).map(({ service }) => service);
        expect(wakes.map(({ input }) => input.service).sort()).toEqual(services.sort());
      },
      2 * WAKE_MS,
    );

    answersJobs(() => jobs);

    test("a task was protected from being stopped while it had calls", () => {
      for (const target of SPAWNED) {
        const words = agent.protections.filter(([of]) => of === target).map(([, isProtected]) => isProtected);
        expect(words[0]).toBe(true);
      }
      expect(new Set(agent.protections.map(([target]) => target))).toEqual(new Set(SPAWNED));
    });

    test("tasks asked AWS for what their roles and the queues' policies allow, and need nearly all of it", async () => {
      const queueUrls = SPAWNED.flatMap((target) => {
        const { queueUrl, dlqUrl } = configOf<WorkerConfig>(functions, target).worker;
        return [queueUrl, dlqUrl];
      });
      const permissions = await readPermissions(deployed().emulator.url, functions, queueUrls);
      expect(new Set(recorder.asked.map(({ by }) => by))).toEqual(new Set([API, CONTROL, ...SPAWNED]));
      expect(refusals(recorder.asked, permissions)).toEqual([]);
      const spare = unneeded(recorder.asked, permissions);
      expect(spare.filter((one) => one.startsWith(API) || one.startsWith(CONTROL))).toEqual([]);
      // A function may call others of its app, itself too: much of what its worker needs is allowed twice.
      for (const target of SPAWNED) expect(spare).not.toContain(`${target}: OwnQueue`);
    });

    test("that services were woken is no change to terraform", async () => {
      expect(await deployed().deployment.plannedChanges()).toEqual([]);
    });
  });
});

function configOf<T>(functions: readonly DeployedFunction[], target: string): T {
  const { containers } = functions.find((fn) => fn.target === target)!;
  const variables = containers.flatMap(({ environment }) => environment);
  return JSON.parse(variables.find(({ name }) => name === CONFIG_VARIABLE)!.value);
}
