import type { Command } from "commander";

/** Options that say which platform's calls are meant. */
export function withPlace(command: Command): Command {
  return command
    .option("--table <name>", "the calls table (default: SLIPWAY_CALLS_TABLE, or from the app's last synth here)")
    .option("--registry <name>", "the registry table (default: SLIPWAY_CALLS_REGISTRY, or from that synth)")
    .option("--bucket <name>", "the bucket of payloads (default: SLIPWAY_CALLS_BUCKET, or from that synth)")
    .option("--region <name>", "AWS region (default: that synth's, or the AWS SDK's own search for it)")
    .option("--profile <name>", "AWS profile (default: the AWS SDK's own search for credentials)")
    .option("--json", "print one JSON object a line");
}

export function notes(exitCode: string, actions: string): string {
  const parts = [
    `Exit code: ${exitCode}`,
    `IAM actions: ${actions} Where the platform has a KMS key of its own also kms:Decrypt, GenerateDataKey on it.`,
    "Another server in AWS's place: AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_DYNAMODB, _SQS and _S3, as every AWS tool takes them.",
  ];
  return `\n${parts.map(wrapped).join("\n\n")}`;
}

/** Lines of at most 110 characters. */
function wrapped(text: string): string {
  return text.replace(/(.{1,110})(?: |$)/g, "$1\n").trimEnd();
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
