import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { copyExample } from "../runtime/kinds/example";
import type { Provider } from "./terraform";

const COPIES = join(__dirname, "../../node_modules/.cache/slipway-e2e/copies");

/** An example, unchanged, in a folder of its own that resolves `slipway` as a user's project does. */
export class ExampleCopy {
  private constructor(
    readonly folder: string,
    /** Examples name their stack after their folder. */
    readonly stack: string,
  ) {}

  static of(example: string, provider: Provider): ExampleCopy {
    mkdirSync(COPIES, { recursive: true });
    const folder = mkdtempSync(join(COPIES, `${example.replace("/", "-")}-`));
    copyExample(example, folder);
    const copy = new ExampleCopy(folder, basename(example));
    copy.overrideProvider(provider);
    return copy;
  }

  /** Where terraform runs: the stack's folder. */
  get stackFolder(): string {
    return join(this.folder, "cdktf.out/stacks", this.stack);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Terraform merges `*_override.tf.json` over what is synthesized beside it, and cdktf leaves the file alone. */
  private overrideProvider({ version }: Provider): void {
    mkdirSync(this.stackFolder, { recursive: true });
    writeFileSync(
      join(this.stackFolder, "provider_override.tf.json"),
      JSON.stringify({ terraform: { required_providers: { aws: { version } } } }),
    );
  }
}
