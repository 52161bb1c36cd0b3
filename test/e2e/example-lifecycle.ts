import { join, relative } from "node:path";
import { type ServedDefinitions, serveDefinitions } from "../../lib/local";
import { AppsAlone } from "../runtime/kinds/alone";
import { conformance, type Place } from "../runtime/kinds/conformance";
import { type Example, exampleFolder } from "../runtime/kinds/example";
import { pythonFor } from "../runtime/kinds/python";
import { type Deployed, lifecycle } from "./lifecycle";
import type { Mode } from "./mode";
import { readFunctions, readLoadBalancer, readRules } from "./read-back";

/** Copies come and go; environments are kept for the example itself. */
export const PYTHON_CACHE = join(__dirname, "../../node_modules/.cache/slipway-e2e/python");

/** An example that is deployed, and what was read back of it runs on this machine. */
export interface DeployedExample<App extends string> extends Pick<Deployed, "context" | "emulator" | "aws"> {
  readonly served: ServedDefinitions;
  place(app: App): Place;
}

/** The lifecycle of an example of endpoints, which answer as their apps alone; `more` adds tests while it is deployed. */
export function exampleLifecycle<App extends string>(
  example: Example<App>,
  mode: Mode,
  more: (deployed: () => DeployedExample<App>) => void = () => {},
): void {
  const { name, apps, label } = example;

  lifecycle(example, mode, (deployed) => {
    const alone = new AppsAlone(example);
    let served: ServedDefinitions;
    let loadBalancerHost: string;

    const place = (app: App): Place => {
      const { host, base } = mode.address(label(app), loadBalancerHost);
      return { port: served.port, host, base, prefix: base };
    };

    test("AWS has every function, and a rule that leads to it", async () => {
      const { aws, deployment } = deployed();
      const functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      const targets = [...deployment.sources.keys()].sort();
      expect(targets).toHaveLength(Object.keys(apps).length);
      expect(functions.map(({ target }) => target).sort()).toEqual(targets);
      expect(rules.map(({ target }) => target).sort()).toEqual(targets);
    });

    describe("what AWS says is deployed runs: through task definitions and rules read back", () => {
      beforeAll(async () => {
        const { aws, deployment, folder, step, atEnd } = deployed();
        const functions = await readFunctions(aws);
        const rules = await readRules(aws, functions);
        loadBalancerHost = (await readLoadBalancer(aws)).DNSName!;
        await step("running what was read back, and the apps alone", async ({ say }) => {
          const places = { cache: PYTHON_CACHE, folder: exampleFolder(name), onProgress: say };
          const pythonOf = pythonFor(example, places);
          atEnd(() => alone.stop());
          await alone.start(folder, pythonOf);
          served = await serveDefinitions({
            definitions: functions.map(({ target, containers }) => ({
              target,
              containers,
              source: deployment.sources.get(target)!,
            })),
            rules,
            python: ({ source }) => pythonOf(relative(folder, source)),
          });
          atEnd(() => served.stop());
        });
      });

      conformance(example, alone, place);
    });

    more(() => ({ ...deployed(), served, place }));
  });
}
