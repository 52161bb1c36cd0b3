import type { Command } from "commander";
import {
  type DlqListOptions,
  type FunctionName,
  type PurgeOptions,
  parseFunction,
  parseLimit,
  type RedriveOptions,
} from "./calls-options";
import { examples, notes, withPlace } from "./calls-place-options";

const SHOWN = 100;

/** Loaded when a command is run. */
const work = () => import("./dlq-command.js");

/** `slipway dlq …`: the messages of calls that were given up. */
export function addDlq(program: Command): void {
  const dlq = program
    .command("dlq")
    .summary("list, redrive and purge a function's dead-letter queue")
    .description(
      "The dead-letter queue of a function has the messages of calls whose workers died again and again. Nothing empties it but you.",
    );

  withPlace(dlq.command("list"))
    .summary("show the messages, and what became of the call of each")
    .description(
      "Looks at the messages and leaves them where they are. While it looks, a few seconds, other commands do not see them.",
    )
    .argument("<app/name>", "the function", parseFunction)
    .option("--limit <number>", "as many as this", parseLimit, SHOWN)
    .addHelpText(
      "after",
      notes(
        "0 when the queue was read, else 1.",
        "dynamodb:GetItem on the registry, BatchGetItem on the calls table; sqs:GetQueueAttributes, ReceiveMessage, " +
          "ChangeMessageVisibility on the dead-letter queue.",
      ),
    )
    .addHelpText("after", examples("slipway dlq list shop/resize", "slipway dlq list shop/resize --limit 1000 --json"))
    .action(async (target: FunctionName, options: DlqListOptions) => (await work()).listDeadLetters(target, options));

  withPlace(dlq.command("redrive"))
    .summary("run the calls of dead letters once more")
    .description(
      "For each message: queues its call again, with all retries and the whole deadline before it, then deletes the message. A call " +
        "that has its result, was cancelled or is gone is left, and said. Broken off at any point nothing is lost: run it again.",
    )
    .argument("<app/name>", "the function", parseFunction)
    .option("--limit <number>", "as many messages as this (default: all)", parseLimit)
    .option("--dry-run", "only say what would be done, for 1000 messages or --limit")
    .option("--discard", "also delete messages that have nothing to be run")
    .addHelpText(
      "after",
      notes(
        "0 when every message was sent, or is said to stay; 130 after Ctrl-C; else 1.",
        "as of slipway dlq list and slipway calls retry, and sqs:DeleteMessage on the dead-letter queue.",
      ),
    )
    .addHelpText(
      "after",
      examples(
        "slipway dlq redrive shop/resize --dry-run",
        "slipway dlq redrive shop/resize --limit 10",
        "slipway dlq redrive shop/resize --discard",
      ),
    )
    .action(async (target: FunctionName, options: RedriveOptions) =>
      (await work()).redriveDeadLetters(target, options),
    );

  withPlace(dlq.command("purge"))
    .summary("delete every message")
    .description(
      "Deletes every message of the dead-letter queue, after asking. The records of their calls stay as they are, and slipway calls " +
        "retry still runs them.",
    )
    .argument("<app/name>", "the function", parseFunction)
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      notes(
        "0 when the queue is empty or will be within a minute, else 1.",
        "dynamodb:GetItem on the registry; sqs:GetQueueAttributes, PurgeQueue on the dead-letter queue.",
      ),
    )
    .addHelpText("after", examples("slipway dlq purge shop/resize", "slipway dlq purge shop/resize --yes"))
    .action(async (target: FunctionName, options: PurgeOptions) => (await work()).purgeDeadLetters(target, options));
}
