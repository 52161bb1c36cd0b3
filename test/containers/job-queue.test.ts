import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_CACHE } from "../e2e/example-lifecycle";
import { lifecycle } from "../e2e/lifecycle";
import { PATH_MODE } from "../e2e/mode";
import { credentialsOf, PlayedEcs } from "../e2e/played-ecs";
import { CONTROL, readFunctions, readLoadBalancer, readRules } from "../e2e/read-back";
import { TaskAgent } from "../e2e/task-agent";
import { JobQueue, KINDS, tellCallsUrl } from "../runtime/calls/job-queue";
import { answersJobs } from "../runtime/calls/job-queue-answers";
import { exampleFolder } from "../runtime/kinds/example";
import { pythonFor } from "../runtime/kinds/python";
import { BuilderWorld } from "./builder-world";
import { ContainerEngine } from "./container-engine";
import { expectConfined, pushedOnce } from "./example-containers";
import { TaskNetwork } from "./task-network";

const API = "job-queue/api";
const SPAWNED = ["job-queue/flaky-task", "job-queue/long-task"];

/** Looks for a sleeping service's calls come every 15 s, and the first with the second sweep. */
const WAKE_MS = 60_000;

const example = { name: "job-queue", kinds: { "": KINDS } };
const world = BuilderWorld.shared();
const deployable = {
  name: "job-queue",
  prepare: async (folder: string) => tellCallsUrl(folder),
  environment: () => world.deployEnv,
};

lifecycle(deployable, PATH_MODE, (deployed) => {
  pushedOnce(deployed);

  describe("what AWS says is deployed runs as containers", () => {
    let engine: ContainerEngine;
    let ecs: PlayedEcs;
    let jobs: JobQueue;

    beforeAll(async () => {
      const { aws, emulator, folder, step, atEnd } = deployed();
      const functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      const { host, base } = PATH_MODE.address("job-queue-api", (await readLoadBalancer(aws)).DNSName!);
      await step("running what was read back as containers", async ({ say }) => {
        const network = await TaskNetwork.start();
        atEnd(() => network.stop());
        const agent = await TaskAgent.start();
        atEnd(() => agent.stop());
        const endpoint = await network.expose(emulator.url);
        const url = await network.expose(agent.url);
        ecs = await PlayedEcs.start({
          aws,
          functions,
          run: async (first) => {
            engine = await ContainerEngine.start(
              {
                world,
                rules,
                environment: (fn, { address }) => ({
                  ...credentialsOf(fn.target, endpoint),
                  ...agent.environment(fn, { url, address }),
                }),
              },
              network,
            );
            await engine.setFunctions(first);
            return engine;
          },
        });
        atEnd(() => ecs.stop());
        const pythonOf = pythonFor(example, {
          cache: PYTHON_CACHE,
          folder: exampleFolder("job-queue"),
          onProgress: say,
        });
        jobs = new JobQueue({ port: ecs.port, host, base }, async () => {
          const { python, env } = await pythonOf("");
          // What runs beside the app has its loopback.
          const beside = join(folder, "python-beside-the-app");
          const { namespace } = engine.task(API).place;
          writeFileSync(beside, `#!/bin/sh\nexec ip netns exec ${namespace} ${python} "$@"\n`);
          chmodSync(beside, 0o755);
          return { python: beside, env };
        });
      });
    });

    test(
      "calls wake the containers of functions that sleep",
      async () => {
        expect(ecs.running).toEqual(expect.arrayContaining([API, CONTROL]));
        const ids = [await jobs.submit("flaky-task", { failures: 0 }), await jobs.submit("long-task", { steps: 0 })];
        const results = await Promise.all(ids.map((id) => jobs.result(id, 2 * WAKE_MS)));
        expect(results.map(({ body }) => body)).toEqual([
          { result: "done", attempts: 1 },
          { result: "done", steps: 0 },
        ]);
      },
      3 * WAKE_MS,
    );

    answersJobs(() => jobs);

    test("nobody in them is root but the worker, whose folder is; nothing but /tmp can be written", async () => {
      await expectConfined(engine, API);
      for (const target of SPAWNED) {
        const task = engine.task(target);
        // Where it meets the gateway it leaves results that are too large for a line.
        const look =
          "id -u; ls -l /run/slipway; touch /file 2>/dev/null || echo no; touch /run/slipway/result && echo yes";
        const app = await task.exec("app", "sh", "-c", look);
        expect(app.output.trim().split("\n")).toEqual([
          "10001",
          expect.any(String),
          expect.stringMatching(/^s.*executor\.sock$/),
          "no",
          "yes",
        ]);
      }
    });
  });
});
