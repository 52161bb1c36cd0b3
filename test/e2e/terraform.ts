import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { run } from "./command";

/** The AWS provider on this machine. */
export interface Provider {
  /** A Terraform filesystem mirror: the folder that holds `registry.terraform.io/`. */
  readonly mirror: string;
  readonly version: string;
}

export const REGION = "us-east-1";

const MIRROR_VARIABLE = "SLIPWAY_E2E_PROVIDERS";
const MIRRORS = ["/opt", "/usr/local/share", "/usr/share/terraform", join(homedir(), ".terraform.d")];
const BINARY = "terraform-provider-aws_v5*";

/** Fails with its name when one of the two is missing; nothing is downloaded. */
export async function findTerraform(): Promise<Provider> {
  const { code } = await run({ command: "terraform", args: ["version"], deadlineMs: 60_000 });
  if (code !== 0) throw new Error("terraform is missing: it must be on the PATH.");
  const given = process.env[MIRROR_VARIABLE];
  const folders = given ? [given] : MIRRORS;
  const file = findFile(BINARY, folders.filter(existsSync));
  if (!file) {
    throw new Error(
      `The AWS provider is missing: no ${BINARY} under ${folders.join(", ")}. ` +
        `Name the folder that holds registry.terraform.io/hashicorp/aws in ${MIRROR_VARIABLE}.`,
    );
  }
  // <mirror>/registry.terraform.io/hashicorp/aws/<version>/<platform>/<file>
  const version = resolve(file, "../..");
  return { mirror: resolve(version, "../../../.."), version: basename(version) };
}

/** Variables that point cdktf, terraform and the provider to the emulator, and to nothing else. */
export function isolatedEnvironment(folder: string, { mirror }: Provider, emulatorUrl: string): NodeJS.ProcessEnv {
  const config = join(folder, "terraform.rc");
  writeFileSync(
    config,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|TF|CDKTF)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    TF_CLI_CONFIG_FILE: config,
    AWS_ENDPOINT_URL: emulatorUrl,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "e2e",
    AWS_SECRET_ACCESS_KEY: "e2e",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    // No telemetry and no question about a newer version, of terraform and of cdktf.
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
    CDKTF_HOME: join(folder, ".cdktf"),
    NO_COLOR: "1",
  };
}

function findFile(name: string, folders: readonly string[]): string | undefined {
  if (folders.length === 0) return undefined;
  const args = [...folders, "-maxdepth", "9", "-name", name, "-print", "-quit"];
  const found = execFileSync("sh", ["-c", 'find "$@" 2>/dev/null || true', "find", ...args], { encoding: "utf8" });
  return found.split("\n")[0] || undefined;
}
