import type { Command } from "commander";
import {
  type CreateOptions,
  collectScope,
  parseDuration,
  parseKeyId,
  parseNote,
  parseRate,
  parseTerm,
  type RotateOptions,
  type SignOptions,
  type TableOptions,
} from "./tokens-options";

const GRACE = 600;
const TERM = 300;

/** Loaded when a command is run. */
const work = () => import("./tokens-command.js");

/** `slipway tokens …`: who may send requests to endpoints with `requiresProxyAuth`, and make calls by those with `publicCalls`. */
export function addTokens(program: Command): void {
  const tokens = program
    .command("tokens")
    .summary("make, list and end the tokens that endpoints with requiresProxyAuth or publicCalls ask for")
    .description(
      "Tokens for endpoints with requiresProxyAuth or publicCalls. They are items in the platform's tokens table, without their secrets. " +
        "Every endpoint sees a change within a minute.",
    );

  withTable(tokens.command("create"))
    .summary("make a token and show its secret, this once")
    .description("Makes a token. Its secret is shown now and never again: only a hash of it is stored.")
    .requiredOption("--scope <environment/app/function>", "what it opens; * for all; may be repeated", collectScope)
    .option("--expires <duration>", "how long it is valid, such as 90d (default: until it is revoked)", parseTerm)
    .option("--note <text>", "what it is for", parseNote)
    .option("--rate-limit <number>", "requests per second that each container takes of it", parseRate)
    .addHelpText(
      "after",
      examples(
        "slipway tokens create --scope 'prod/shop/*' --expires 90d --note mobile",
        "slipway tokens create --scope prod/shop/api --scope prod/shop/admin --rate-limit 50 --json",
      ),
    )
    .action(async (options: CreateOptions) => (await work()).createToken(options));

  withTable(tokens.command("list"))
    .summary("list all tokens, without secrets")
    .description("Lists the tokens, the newest first. Secrets are nowhere stored.")
    .addHelpText("after", examples("slipway tokens list", "slipway tokens list --json"))
    .action(async (options: TableOptions) => (await work()).listTokens(options));

  withTable(tokens.command("revoke").argument("<key id>", "wk-…", parseKeyId))
    .summary("end a token for ever")
    .description("Ends a token, and every URL that was signed with it. No endpoint accepts it after a minute.")
    .addHelpText("after", examples("slipway tokens revoke wk-0123456789abcdefABCDEF"))
    .action(async (keyId: string, options: TableOptions) => (await work()).revokeToken(keyId, options));

  withTable(tokens.command("rotate").argument("<key id>", "wk-…", parseKeyId))
    .summary("give a token another secret; both work for a while")
    .description("Makes another secret for a token and shows it, this once. The one before works for the grace period.")
    .option("--grace <duration>", 'how long the secret before still works (default: "10m")', parseDuration, GRACE)
    .addHelpText(
      "after",
      examples(
        "slipway tokens rotate wk-0123456789abcdefABCDEF",
        "slipway tokens rotate wk-0123456789abcdefABCDEF --grace 0s",
      ),
    )
    .action(async (keyId: string, options: RotateOptions) => (await work()).rotateToken(keyId, options));

  tokens
    .command("sign")
    .summary("make a URL that works for a while without headers, for browsers")
    .description(
      "Signs a URL with the token in SLIPWAY_TOKEN (wk-….ws-…) and prints it. It opens the URL's path and what is below " +
        "it, on this host only. Nothing is sent anywhere.",
    )
    .argument("<url>")
    .option("--expires <duration>", 'how long it works, at most 1h (default: "5m")', parseTerm, TERM)
    .option("--prefix <path>", "the path that it opens, in place of the URL's own; / for the whole host")
    .addHelpText(
      "after",
      examples(
        "slipway tokens sign https://acme-prod--shop-api.apps.acme.com/reports/q1.pdf",
        "slipway tokens sign wss://acme-prod--shop-chat.apps.acme.com/ --expires 1h",
      ),
    )
    .action(async (url: string, options: SignOptions) => (await work()).signUrl(url, options));
}

function withTable(command: Command): Command {
  return command
    .option("--table <name>", "the tokens table (default: SLIPWAY_TOKENS_TABLE, or from the app's last synth here)")
    .option("--region <name>", "AWS region (default: the AWS SDK's own search for it)")
    .option("--profile <name>", "AWS profile (default: the AWS SDK's own search for credentials)")
    .option("--json", "print JSON");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
