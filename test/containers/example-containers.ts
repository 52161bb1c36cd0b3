import { PYTHON_CACHE } from "../e2e/example-lifecycle";
import { type Deployed, lifecycle } from "../e2e/lifecycle";
import { PATH_MODE } from "../e2e/mode";
import { readFunctions, readLoadBalancer, readRules } from "../e2e/read-back";
import { AppsAlone } from "../runtime/kinds/alone";
import { conformance, type Place } from "../runtime/kinds/conformance";
import { type Example, exampleFolder } from "../runtime/kinds/example";
import { pythonFor } from "../runtime/kinds/python";
import { BuilderWorld } from "./builder-world";
import { ContainerEngine } from "./container-engine";
import { TaskNetwork } from "./task-network";

/** An example from `cdktf deploy`, which builds and pushes its images, to containers that answer as the apps alone. */
export function exampleContainers<App extends string>(example: Example<App>): void {
  const { name, label, kinds, env } = example;
  const world = BuilderWorld.shared();
  const deployable = { name, environment: () => world.deployEnv };

  lifecycle(deployable, PATH_MODE, (deployed) => {
    const alone = new AppsAlone(example);
    let engine: ContainerEngine;
    let loadBalancerHost: string;

    const place = (app: App): Place => {
      const { host, base } = PATH_MODE.address(label(app), loadBalancerHost);
      return { port: engine.port, host, base, prefix: base };
    };

    pushedOnce(deployed);

    describe("what AWS says is deployed runs as containers", () => {
      let targets: string[];

      beforeAll(async () => {
        const { aws, folder, step, atEnd } = deployed();
        const functions = await readFunctions(aws);
        targets = functions.map(({ target }) => target);
        loadBalancerHost = (await readLoadBalancer(aws)).DNSName!;
        await step("running what was read back as containers, and the apps alone", async ({ say }) => {
          const pythonOf = pythonFor(
            { kinds, env },
            { cache: PYTHON_CACHE, folder: exampleFolder(name), onProgress: say },
          );
          atEnd(() => alone.stop());
          await alone.start(folder, pythonOf);
          const network = await TaskNetwork.start();
          atEnd(() => network.stop());
          const rules = await readRules(aws, functions);
          engine = await ContainerEngine.start({ world, rules, environment: () => ({}) }, network);
          atEnd(() => engine.stop());
          await engine.setFunctions(functions);
        });
      });

      conformance(example, alone, place);

      test("nobody in them is root, and nothing but /tmp can be written", async () => {
        for (const target of targets) await expectConfined(engine, target);
      });
    });
  });
}

/** What holds for the images of any example that was deployed. */
export function pushedOnce(deployed: () => Deployed): void {
  test("the registry has every image; a second push builds nothing", async () => {
    const { deployment } = deployed();
    const listed = JSON.parse(await deployment.slipway("images", "list", "--json"));
    const said = (await deployment.slipway("images", "push")).split("\n").filter((line) => line !== "");
    expect(listed.length).toBeGreaterThanOrEqual(2);
    expect(said).toHaveLength(listed.length);
    for (const line of said) expect(line).toMatch(/ is there already, sha256:[0-9a-f]{64}/);
  });
}

/** What an image's user can do in a container that has the definition's settings. */
export async function expectConfined(engine: ContainerEngine, target: string): Promise<void> {
  const write = (path: string) => `touch ${path}/file 2>/dev/null && echo yes || echo no`;
  const look = `id -u; ${write("/")}; ${write("/app")}; ${write("/tmp")}`;
  const app = await engine.task(target).exec("app", "sh", "-c", look);
  expect([target, app.output.trim().split("\n")]).toEqual([target, ["10001", "no", "no", "yes"]]);
  const gateway = await engine.task(target).exec("gateway", "sh", "-c", `id -u; ${write("/")}; ${write("/gateway")}`);
  expect([target, gateway.output.trim().split("\n")]).toEqual([target, ["1000", "no", "no"]]);
}
