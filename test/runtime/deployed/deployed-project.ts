import { join } from "node:path";
import type { Manifest } from "../../../lib/manifest/schema";
import { CliProcess } from "../local/cli-process";
import { deploys, manifest, project, write } from "../local/project";

interface ProjectOptions {
  readonly exec?: boolean;
  /** @default true */
  readonly hasClusterName?: boolean;
}

/** A CDKTF app with these endpoints, named `acme/<name>`, in eu-west-1, and its last synth. */
export function deployedProject(names: readonly string[], options: ProjectOptions = {}): string {
  const folder = project({});
  const deployed = manifestOf(folder, names, options);
  deploys(folder, deployed);
  write(folder, "cdktf.out/stacks/acme/slipway.json", JSON.stringify(deployed));
  return folder;
}

export function manifestOf(
  folder: string,
  names: readonly string[],
  { exec = false, hasClusterName = true }: ProjectOptions = {},
  stack = "acme",
): Manifest {
  const functions = names.map((name) => ({ name, source: ".", command: ["serve"] }));
  const made = manifest(folder, functions, stack);
  return {
    ...made,
    platform: { ...made.platform, cluster: hasClusterName ? made.platform.cluster : null },
    functions: made.functions.map((fn) => ({
      ...fn,
      spec: { ...fn.spec, exec },
      task: {
        ...fn.task,
        containers: fn.task.containers.map((container) => ({
          ...container,
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": `/slipway/${fn.name}`, "awslogs-stream-prefix": container.name },
          },
        })),
      },
    })),
  };
}

/** Nothing of the machine's own AWS settings. */
const NO_AWS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONFIG_FILE: join(__dirname, "no-such-file"),
  AWS_SHARED_CREDENTIALS_FILE: join(__dirname, "no-such-file"),
  AWS_EC2_METADATA_DISABLED: "true",
};

export const CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI" };

/** A server in AWS's place. */
interface Aws {
  readonly url: string;
}

export interface Run {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

export function start(
  args: readonly string[],
  aws: Aws,
  env: NodeJS.ProcessEnv = CREDENTIALS,
  place?: "pipe" | "terminal",
): CliProcess {
  return new CliProcess(args, { ...NO_AWS, AWS_ENDPOINT_URL: aws.url, ...env }, place);
}

export async function run(args: readonly string[], aws: Aws, env?: NodeJS.ProcessEnv): Promise<Run> {
  const cli = start(args, aws, env);
  const code = await cli.exited;
  return { code, out: cli.stdout.join("\n"), err: cli.stderr.join("\n") };
}
