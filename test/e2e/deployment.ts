import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_FILE, manifestSchema } from "../../lib/manifest/schema";
import { type Finished, run } from "./command";
import type { Emulator } from "./emulator";
import type { ExampleCopy } from "./example-copy";
import type { Step } from "./progress";

const CDKTF = join(__dirname, "../../node_modules/.bin/cdktf");
const DEADLINE_MS = 480_000;
const ERROR_LINES = 80;

/** What a user does with an example: `cdktf deploy`, `terraform plan`, `cdktf destroy`. */
export class ExampleDeployment {
  constructor(
    private readonly copy: ExampleCopy,
    private readonly env: NodeJS.ProcessEnv,
    private readonly emulator: Emulator,
    private readonly context: Readonly<Record<string, string>>,
    private readonly step: Step,
  ) {}

  async deploy(): Promise<void> {
    await this.cdktf("deploy");
  }

  async destroy(): Promise<void> {
    await this.cdktf("destroy");
  }

  /** What a second apply would do, as `<action> <address>`. */
  async plannedChanges(): Promise<string[]> {
    return this.step("terraform plan", async () => {
      const args = ["plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=second.tfplan"];
      const planned = await this.run("terraform", args, this.copy.stackFolder);
      if (planned.code === 0) return [];
      if (planned.code !== 2) this.fail("terraform plan", planned);
      const shown = await this.run("terraform", ["show", "-json", "second.tfplan"], this.copy.stackFolder);
      if (shown.code !== 0) this.fail("terraform show", shown);
      return changesIn(JSON.parse(shown.lines.join("\n")));
    });
  }

  /** The folder of the code of every function, by target: the one thing that AWS does not know. */
  get sources(): Map<string, string> {
    const manifest = readFileSync(join(this.copy.stackFolder, MANIFEST_FILE), "utf8");
    const { functions } = manifestSchema.parse(JSON.parse(manifest));
    return new Map(functions.map((fn) => [`${fn.app}/${fn.name}`, join(this.copy.stackFolder, fn.source!)]));
  }

  private async cdktf(command: "deploy" | "destroy"): Promise<void> {
    await this.step(`cdktf ${command}`, async (progress) => {
      let resources = 0;
      // `terraform providers lock`, which cdktf would run, asks the registry whatever the CLI configuration says.
      const args = [command, this.copy.stack, "--auto-approve", "--skip-provider-lock", "--no-color"];
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

interface Plan {
  readonly resource_changes?: ReadonlyArray<{
    readonly address: string;
    readonly change: { readonly actions: string[] };
  }>;
  readonly output_changes?: Readonly<Record<string, { readonly actions: string[] }>>;
}

function changesIn({ resource_changes = [], output_changes = {} }: Plan): string[] {
  const resources = resource_changes.map(({ address, change }) => ({ address, actions: change.actions }));
  const outputs = Object.entries(output_changes).map(([name, { actions }]) => ({ address: `output.${name}`, actions }));
  return [...resources, ...outputs]
    .map(({ address, actions }) => `${actions.join("+")} ${address}`)
    .filter((change) => !/^no-op /.test(change));
}
