import { CliProcess } from "../local/cli-process";
import { type AwsStandIns, BUCKET, REGISTRY, TABLE } from "./aws-stand-ins";

export interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** What points every AWS tool to the stand-ins, and the command to the calls there. */
export function operatorEnvironment(aws: AwsStandIns): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: aws.dynamodb.url,
    AWS_ENDPOINT_URL_SQS: aws.sqs.url,
    AWS_ENDPOINT_URL_S3: aws.s3.url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    SLIPWAY_CALLS_TABLE: TABLE,
    SLIPWAY_CALLS_REGISTRY: REGISTRY,
    SLIPWAY_CALLS_BUCKET: BUCKET,
  };
}

/** Runs `slipway …` to its end. */
export async function slipway(args: readonly string[], env: NodeJS.ProcessEnv, folder?: string): Promise<Ended> {
  const cli = new CliProcess(args, env, "pipe", folder);
  const code = await cli.exited;
  return { code, stdout: cli.stdout.join("\n"), stderr: cli.stderr.join("\n") };
}

/** The objects of an answer that has one a line. */
// biome-ignore lint/suspicious/noExplicitAny: whatever JSON was printed
export function objects(stdout: string): any[] {
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
