import { join, relative } from "node:path";
import { type ServedDefinitions, serveDefinitions } from "../../lib/local";
import { AppsAlone } from "../runtime/kinds/alone";
import { conformance, type Place } from "../runtime/kinds/conformance";
import { type Example, exampleFolder } from "../runtime/kinds/example";
import { pythonFor } from "../runtime/kinds/python";
import { type AwsClients, awsClients } from "./aws-api";
import { ExampleDeployment } from "./deployment";
import { Emulator } from "./emulator";
import { ExampleCopy } from "./example-copy";
import type { Mode } from "./mode";
import { stepsOf } from "./progress";
import { readFunctions, readLoadBalancer, readRules } from "./read-back";
import { changesBetween } from "./resources";
import { findTerraform, isolatedEnvironment } from "./terraform";

/** Copies come and go; environments are kept for the example itself. */
const PYTHON_CACHE = join(__dirname, "../../node_modules/.cache/slipway-e2e/python");

/** An example that is deployed, and what was read back of it runs on this machine. */
export interface DeployedExample<App extends string> {
  readonly context: Readonly<Record<string, string>>;
  readonly emulator: Emulator;
  readonly aws: AwsClients;
  readonly served: ServedDefinitions;
  place(app: App): Place;
}

/** From `cdktf deploy` to `cdktf destroy`, in one of the two modes; `more` adds tests while it is deployed. */
export function exampleLifecycle<App extends string>(
  example: Example<App>,
  mode: Mode,
  more: (deployed: () => DeployedExample<App>) => void = () => {},
): void {
  const { name, apps, label } = example;

  describe(`examples/${name} in ${mode.name}`, () => {
    const step = stepsOf(`${name}, ${mode.name}`);
    const alone = new AppsAlone(example);
    const stops: Array<() => Promise<void>> = [];
    let context: Record<string, string>;
    let emulator: Emulator;
    let aws: AwsClients;
    let copy: ExampleCopy;
    let deployment: ExampleDeployment;
    let before: string[];
    let served: ServedDefinitions;
    let loadBalancerHost: string;

    const place = (app: App): Place => {
      const { host, base } = mode.address(label(app), loadBalancerHost);
      return { port: served.port, host, base, prefix: base };
    };

    beforeAll(async () => {
      const provider = await findTerraform();
      emulator = await step("starting the emulator", () => Emulator.start());
      stops.push(() => emulator.stop());
      aws = awsClients(emulator.url);
      context = await mode.prepare(emulator.url);
      before = await emulator.resources();
      copy = ExampleCopy.of(name, provider);
      stops.push(async () => copy.remove());
      await example.prepare?.(copy.folder);
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

    test("AWS has every function, and a rule that leads to it", async () => {
      const functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      const targets = [...deployment.sources.keys()].sort();
      expect(targets).toHaveLength(Object.keys(apps).length);
      expect(functions.map(({ target }) => target).sort()).toEqual(targets);
      expect(rules.map(({ target }) => target).sort()).toEqual(targets);
    });

    describe("what AWS says is deployed runs: through task definitions and rules read back", () => {
      beforeAll(async () => {
        const functions = await readFunctions(aws);
        const rules = await readRules(aws, functions);
        loadBalancerHost = (await readLoadBalancer(aws)).DNSName!;
        await step("running what was read back, and the apps alone", async ({ say }) => {
          const folder = exampleFolder(name);
          const pythonOf = pythonFor(example, { cache: PYTHON_CACHE, folder, onProgress: say });
          stops.push(() => alone.stop());
          await alone.start(copy.folder, pythonOf);
          served = await serveDefinitions({
            definitions: functions.map(({ target, containers }) => ({
              target,
              containers,
              source: deployment.sources.get(target)!,
            })),
            rules,
            python: ({ source }) => pythonOf(relative(copy.folder, source)),
          });
          stops.push(() => served.stop());
        });
      });

      conformance(example, alone, place);
    });

    more(() => ({ context, emulator, aws, served, place }));

    test("cdktf destroy leaves what was there before", async () => {
      await deployment.destroy();
      expect(changesBetween(before, await emulator.resources())).toEqual([]);
    });
  });
}
