import { join } from "node:path";
import { ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { type ServedDefinitions, serveDefinitions } from "../../lib/local";
import { ensurePythonEnvironment } from "../../lib/local/python-environment";
import { type Answer, type Sent, send } from "../runtime/local/http";
import { type AwsClients, awsClients } from "./aws-api";
import { ExampleDeployment } from "./deployment";
import { Emulator } from "./emulator";
import { ExampleCopy } from "./example-copy";
import { stepsOf } from "./progress";
import { readFunctions, readLoadBalancer, readRules } from "./read-back";
import { changesBetween } from "./resources";
import { findTerraform, isolatedEnvironment } from "./terraform";

const ROOT = join(__dirname, "../..");
const PYTHON = { folder: join(ROOT, "node_modules/.cache/slipway-e2e/python"), source: join(ROOT, "examples/hello") };
const MOVED_HOST = "moved.example.com";

/** Where a function's requests go: the host and the path before its own. */
export interface Address {
  readonly host: string;
  readonly base: string;
}

export interface HelloMode {
  readonly name: string;
  /** What the user has before the first deployment; returns the example's context values. */
  prepare(emulatorUrl: string): Promise<Record<string, string>>;
  address(label: string, loadBalancerHost: string): Address;
}

/** One deployment of examples/hello, as the tests see it. */
export interface Hello {
  readonly context: Readonly<Record<string, string>>;
  readonly emulator: Emulator;
  readonly aws: AwsClients;
}

/** From `cdktf deploy` to `cdktf destroy`, in one of the two modes; `more` adds tests while it is deployed. */
export function helloLifecycle(mode: HelloMode, more: (hello: () => Hello) => void = () => {}): void {
  describe(`examples/hello in ${mode.name}`, () => {
    const step = stepsOf(mode.name);
    let hello: Hello;
    let copy: ExampleCopy;
    let deployment: ExampleDeployment;
    let before: string[];
    let served: ServedDefinitions;
    let ask: (label: string, sent: Omit<Sent, "port">) => Promise<Answer>;
    const stops: Array<() => Promise<void>> = [];

    beforeAll(async () => {
      const provider = await findTerraform();
      const emulator = await step("starting the emulator", () => Emulator.start());
      stops.push(() => emulator.stop());
      const context = await mode.prepare(emulator.url);
      hello = { context, emulator, aws: awsClients(emulator.url) };
      before = await emulator.resources();
      copy = ExampleCopy.of("hello", provider);
      stops.push(async () => copy.remove());
      const env = isolatedEnvironment(copy.folder, provider, emulator.url);
      deployment = new ExampleDeployment(copy, env, emulator, context, step);
      await deployment.deploy();
    });

    afterAll(async () => {
      const failures: unknown[] = [];
      for (const stop of stops.reverse()) await stop().catch((error) => failures.push(error));
      expect(failures).toEqual([]);
    });

    test("a second plan finds nothing to change", async () => {
      expect(await deployment.plannedChanges()).toEqual([]);
    });

    more(() => hello);

    test("what AWS says is deployed runs: task definitions and rules read back answer requests", async () => {
      const { aws } = hello;
      const functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      expect(functions.map(({ target }) => target).sort()).toEqual(["hello/greet", "hello/process"]);
      expect(rules.map(({ target }) => target).sort()).toEqual(["hello/greet", "hello/process"]);

      const loadBalancer = await readLoadBalancer(aws);
      const python = await step("the Python environment", ({ say }) =>
        ensurePythonEnvironment({ ...PYTHON, kinds: ["fastapi"], onProgress: say }),
      );
      served = await step("running what was read back", () =>
        serveDefinitions({
          definitions: functions.map(({ target, containers }) => ({
            target,
            containers,
            source: deployment.sources.get(target)!,
          })),
          rules,
          python,
        }),
      );
      stops.push(() => served.stop());
      ask = (label, { path = "/", ...sent }) => {
        const { host, base } = mode.address(label, loadBalancer.DNSName!);
        return send({ host, ...sent, path: base + path, port: served.port });
      };

      const greeting = await ask("hello-greet", { path: "/?name=Ada" });
      expect([greeting.status, greeting.text]).toEqual([200, '{"message":"Hello, Ada!"}']);
      const json = { "content-type": "application/json" };
      const sent = await ask("hello-process", { method: "POST", headers: json, body: '{"text":"hi"}' });
      expect([sent.status, sent.text]).toEqual([200, '{"received":{"text":"hi"}}']);
      const refused = await ask("hello-process", {});
      expect(refused.status).toBe(405);
    });

    test("its documentation answers, and points to the deployed address", async () => {
      const { base } = mode.address("hello-process", "");
      const page = await ask("hello-process", { path: "/docs" });
      expect([page.status, page.text]).toEqual([200, expect.stringContaining(`url: '${base}/openapi.json'`)]);
      const schema = await ask("hello-process", { path: "/openapi.json" });
      expect(Object.keys(JSON.parse(schema.text).paths)).toEqual(["/"]);
      expect((await ask("hello-greet", { path: "/docs" })).status).toBe(404);
    });

    test("a rule that is changed in AWS changes the answer", async () => {
      const { aws } = hello;
      const functions = await readFunctions(aws);
      const greet = (await readRules(aws, functions)).find(({ target }) => target === "hello/greet")!;
      const hosts = { Field: "host-header", HostHeaderConfig: { Values: [MOVED_HOST] } };
      const paths = { Field: "path-pattern", PathPatternConfig: { Values: [...greet.paths] } };
      const Conditions = greet.paths.length > 0 ? [hosts, paths] : [hosts];
      await aws.elb.send(new ModifyRuleCommand({ RuleArn: greet.arn, Conditions }));

      served.setRules(await readRules(aws, functions));

      expect((await ask("hello-greet", {})).status).toBe(404);
      const moved = await ask("hello-greet", { host: MOVED_HOST });
      expect([moved.status, moved.text]).toEqual([200, '{"message":"Hello, World!"}']);
    });

    test("cdktf destroy leaves what was there before", async () => {
      await deployment.destroy();
      expect(changesBetween(before, await hello.emulator.resources())).toEqual([]);
    });
  });
}
