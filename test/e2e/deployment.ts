import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_FILE, manifestSchema } from "../../lib/manifest/schema";
import { type Finished, run } from "./command";
import type { Emulator } from "./emulator";
import type { ExampleCopy } from "./example-copy";
import type { Step } from "./progress";
import { filesUnder } from "./secrets";

const CDKTF = join(__dirname, "../../node_modules/.bin/cdktf");
const SLIPWAY = join(__dirname, "../../dist/lib/cli/main.js");
const DEADLINE_MS = 480_000;
const ERROR_LINES = 80;

/** What a user does with an example: `cdktf diff`, `cdktf deploy`, `terraform plan`, `cdktf destroy`. */
export class ExampleDeployment {
  constructor(
    private readonly copy: ExampleCopy,
    private readonly env: NodeJS.ProcessEnv,
    private readonly emulator: Emulator,
    private readonly context: Readonly<Record<string, string>>,
    private readonly step: Step,
  ) {}

  async deploy(...options: string[]): Promise<void> {
    await this.cdktf("deploy", "--auto-approve", ...options);
  }

  async destroy(): Promise<void> {
    await this.cdktf("destroy", "--auto-approve");
  }

  /** What the first apply would do. */
  async firstPlan(): Promise<Plan> {
    await this.cdktf("diff");
    return this.plan();
  }

  /** What a second apply would do, as `<action> <address>`. */
  async plannedChanges(): Promise<string[]> {
    return changesIn(await this.plan());
  }

  /** Every resource that terraform made. */
  async state(): Promise<StateResource[]> {
    const { values } = JSON.parse(await this.terraform("show", "-json"));
    return values.root_module.resources.filter(({ mode }: { mode: string }) => mode === "managed");
  }

  /** All that terraform wrote, knows and would do, by what it is. */
  async texts(): Promise<Map<string, string>> {
    const plan = JSON.stringify(await this.plan());
    const state = await this.terraform("show", "-json");
    return new Map([...filesUnder(this.copy.folder), ["the plan", plan], ["the state", state]]);
  }

  /** Runs `slipway` as its user does. */
  async slipway(...args: string[]): Promise<string> {
    const done = await this.run(process.execPath, [SLIPWAY, ...args], this.copy.folder);
    if (done.code !== 0) this.fail(`slipway ${args[0]}`, done);
    return done.lines.join("\n");
  }

  /** The folder of the code of every function, by target: the one thing that AWS does not know. */
  get sources(): Map<string, string> {
    const manifest = readFileSync(join(this.copy.stackFolder, MANIFEST_FILE), "utf8");
    const { functions } = manifestSchema.parse(JSON.parse(manifest));
    return new Map(functions.map((fn) => [`${fn.app}/${fn.name}`, join(this.copy.stackFolder, fn.source!)]));
  }

  private async plan(): Promise<Plan> {
    return this.step("terraform plan", async () => {
      await this.terraform("plan", "-input=false", "-no-color", "-out=next.tfplan");
      return JSON.parse(await this.terraform("show", "-json", "next.tfplan"));
    });
  }

  private async terraform(...args: string[]): Promise<string> {
    const done = await this.run("terraform", args, this.copy.stackFolder);
    if (done.code !== 0) this.fail(`terraform ${args[0]}`, done);
    return done.lines.join("\n");
  }

  private async cdktf(command: "diff" | "deploy" | "destroy", ...options: string[]): Promise<void> {
    await this.step(`cdktf ${command}`, async (progress) => {
      let resources = 0;
      // `terraform providers lock`, which cdktf would run, asks the registry whatever the CLI configuration says.
      const args = [command, this.copy.stack, "--skip-provider-lock", "--no-color", ...options];
      const done = await this.run(CDKTF, args, this.copy.folder, (line) => {
        if (/: (Creation|Destruction) complete after/.test(line)) resources += 1;
        progress.say(`${resources} resources`);
      });
      if (done.code !== 0) this.fail(`cdktf ${command}`, done);
    });
  }

  private run(command: string, args: string[], cwd: string, onLine?: (line: string) => void): Promise<Finished> {
    const env = { ...this.env, CDKTF_CONTEXT_JSON: JSON.stringify(this.context) };
    return run({ command, args, cwd, env, deadlineMs: DEADLINE_MS, onLine });
  }

  private fail(what: string, { lines }: Finished): never {
    const first = lines.findIndex((line) => /\bError:/.test(line));
    const shown = first < 0 ? lines.slice(-ERROR_LINES) : lines.slice(first, first + ERROR_LINES);
    throw new Error([`${what} failed`, ...shown, ...this.emulator.complaints].join("\n"));
  }
}

/** As `terraform show -json` has it, less what no test looks at. */
export interface Plan {
  readonly resource_changes?: readonly PlannedChange[];
  readonly output_changes?: Readonly<Record<string, { readonly actions: string[] }>>;
}

export interface PlannedChange {
  readonly address: string;
  /** Data sources that are read only at the apply are among the changes. */
  readonly mode: "managed" | "data";
  readonly type: string;
  /** `after` has what is known before the apply. */
  readonly change: { readonly actions: string[]; readonly after: Readonly<Record<string, unknown>> | null };
}

export interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function changesIn({ resource_changes = [], output_changes = {} }: Plan): string[] {
  const resources = resource_changes.map(({ address, change }) => ({ address, actions: change.actions }));
  const outputs = Object.entries(output_changes).map(([name, { actions }]) => ({ address: `output.${name}`, actions }));
  return [...resources, ...outputs]
    .map(({ address, actions }) => `${actions.join("+")} ${address}`)
    .filter((change) => !/^no-op /.test(change));
}
