import type { Example } from "../runtime/kinds/example";
import { type AwsClients, awsClients } from "./aws-api";
import { ExampleDeployment } from "./deployment";
import { Emulator } from "./emulator";
import { ExampleCopy } from "./example-copy";
import { FullRegistry } from "./full-registry";
import type { Mode } from "./mode";
import { type Step, stepsOf } from "./progress";
import { changesBetween } from "./resources";
import { findTerraform, isolatedEnvironment } from "./terraform";

/** An example that is deployed. */
export interface Deployed {
  readonly context: Readonly<Record<string, string>>;
  readonly emulator: Emulator;
  readonly aws: AwsClients;
  /** The copy that was deployed. */
  readonly folder: string;
  readonly deployment: ExampleDeployment;
  readonly step: Step;
  /** Whatever the tests come to, this is called before what is above ends. */
  atEnd(stop: () => Promise<void>): void;
}

export interface LifecycleOptions extends Pick<Example, "name" | "prepare"> {
  /**
   * Variables of who deploys it.
   * @default - those by which a registry has every image already
   */
  environment?(): NodeJS.ProcessEnv;
}

/** From `cdktf deploy` to `cdktf destroy`, in one of the two modes; `whileDeployed` has the tests of the time in between. */
export function lifecycle(
  { name, prepare, environment }: LifecycleOptions,
  mode: Mode,
  whileDeployed: (deployed: () => Deployed) => void,
): void {
  describe(`examples/${name} in ${mode.name}`, () => {
    const step = stepsOf(`${name}, ${mode.name}`);
    const stops: Array<() => Promise<void>> = [];
    let deployed: Deployed;
    let before: string[];

    beforeAll(async () => {
      const provider = await findTerraform();
      const emulator = await step("starting the emulator", () => Emulator.start());
      stops.push(() => emulator.stop());
      const context = await mode.prepare(emulator.url);
      before = await emulator.resources();
      const copy = ExampleCopy.of(name, provider);
      stops.push(async () => copy.remove());
      await prepare?.(copy.folder);
      const registry = await FullRegistry.start();
      stops.push(() => registry.stop());
      const images = environment?.() ?? { SLIPWAY_REGISTRY: registry.url };
      const env = { ...isolatedEnvironment(copy.folder, provider, emulator.url), ...images };
      const deployment = new ExampleDeployment(copy, env, emulator, context, step);
      const aws = awsClients(emulator.url);
      deployed = { context, emulator, aws, folder: copy.folder, deployment, step, atEnd: (stop) => stops.push(stop) };
      await deployment.deploy();
    });

    afterAll(async () => {
      const failures: unknown[] = [];
      for (const stop of stops.reverse()) await stop().catch((error) => failures.push(error));
      expect(failures).toEqual([]);
    });

    test("a second plan finds nothing to change", async () => {
      expect(await deployed.deployment.plannedChanges()).toEqual([]);
    });

    whileDeployed(() => deployed);

    test("cdktf destroy leaves what was there before", async () => {
      await deployed.deployment.destroy();
      expect(changesBetween(before, await deployed.emulator.resources())).toEqual([]);
    });
  });
}
