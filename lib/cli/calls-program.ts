import { type Command, Option } from "commander";
import {
  type CancelOptions,
  collectIds,
  collectState,
  type FunctionName,
  type ListOptions,
  type PlaceOptions,
  parseFunction,
  parseId,
  parseLimit,
  type ShowOptions,
} from "./calls-options";
import { examples, notes, withPlace } from "./calls-place-options";

const SHOWN = 50;

/** Loaded when a command is run. */
const work = () => import("./calls-command.js");

/** `slipway calls …`: function calls, straight from where they are kept. */
export function addCalls(program: Command): void {
  const calls = program
    .command("calls")
    .summary("list, show, cancel and retry function calls")
    .description(
      "Function calls, read and changed with your own AWS credentials straight in the platform's table, queues and bucket. " +
        "Nothing goes through a gateway.",
    );

  withPlace(calls.command("list"))
    .summary("list open calls, the newest first")
    .description(
      "Lists the calls that have not ended, the newest first: of one function, or of all. A call that was spawned a moment ago " +
        "may be missing.",
    )
    .argument("[app/name]", "only this function's", parseFunction)
    .option("--state <state>", "only calls in this state; may be repeated", collectState)
    .option("--limit <number>", "as many as this", parseLimit, SHOWN)
    .option("--all", "also calls that have ended: reads the whole table, and says what that costs when it is large")
    .addHelpText(
      "after",
      notes(
        "0 when the calls were read, else 1.",
        "dynamodb:Scan on the calls table and its index, BatchGetItem on the table; for a function Query on the index and GetItem on " +
          "the registry; for --all DescribeTable.",
      ),
    )
    .addHelpText(
      "after",
      examples(
        "slipway calls list",
        "slipway calls list shop/resize --state RUNNING",
        "slipway calls list shop/resize --all --state FAILURE --state TIMEOUT --json",
      ),
    )
    .action(async (target: FunctionName | undefined, options: ListOptions) =>
      (await work()).listCalls(target, options),
    );

  withPlace(calls.command("show"))
    .summary("show everything about a call, or print its input or output")
    .description(
      "Shows everything that is recorded of a call: its state, times and deadlines, error, and where its payloads are.",
    )
    .argument("<id>", "fc-…", parseId)
    .addOption(new Option("--input", "print what it was called with, as JSON, instead").conflicts("output"))
    .option("--output", "print its result, as JSON, instead")
    .option("--force", "print a payload of more than 64 KiB on a terminal too")
    .addHelpText(
      "after",
      notes(
        "0 when there is what was asked for, else 1.",
        "dynamodb:GetItem on the calls table; for a payload in the bucket s3:GetObject, and s3:ListAllMyBuckets unless the bucket is named.",
      ),
    )
    .addHelpText(
      "after",
      examples(`slipway calls show ${ID}`, `slipway calls show ${ID} --output`, `slipway calls show ${ID} --json`),
    )
    .action(async (id: string, options: ShowOptions) => (await work()).showCall(id, options));

  withPlace(calls.command("cancel"))
    .summary("cancel calls: queued ones at once, running ones by their workers")
    .description(
      "Cancels calls. One that is queued is CANCELLED at once; of one that runs, the worker is told, within seconds. One that has " +
        "ended stays as it is.",
    )
    .argument("[id...]", "fc-…", collectIds)
    .option("--all <app/name>", "the queued calls of this function; those that run are left alone", parseFunction)
    .option("-y, --yes", "do not ask before --all")
    .addHelpText(
      "after",
      notes(
        "0 when every call was cancelled, told, or had ended; 1 when one is unknown, or after an error.",
        "dynamodb:GetItem, UpdateItem on the calls table; for --all Query on its index and GetItem on the registry.",
      ),
    )
    .addHelpText("after", examples(`slipway calls cancel ${ID}`, "slipway calls cancel --all shop/resize --yes"))
    .action(async (ids: string[], options: CancelOptions) => (await work()).cancelCalls(ids, options));

  withPlace(calls.command("retry"))
    .summary("run calls once more that ended without a result")
    .description(
      "Queues calls again that ended as FAILURE, TIMEOUT, CANCELLED or EXPIRED: the same id and input, with all retries and the " +
        "whole deadline before them. One that has a result, or has not ended, is refused.",
    )
    .argument("<id...>", "fc-…", collectIds)
    .addHelpText(
      "after",
      notes(
        "0 when every call is queued again, 1 when one was refused, or after an error.",
        "dynamodb:GetItem, UpdateItem on the calls table, GetItem on the registry; sqs:SendMessage on the function's queue; for inputs in " +
          "the bucket s3:GetObject, PutObject, and ListAllMyBuckets unless the bucket is named.",
      ),
    )
    .addHelpText("after", examples(`slipway calls retry ${ID}`))
    .action(async (ids: string[], options: PlaceOptions) => (await work()).retryCalls(ids, options));
}

const ID = "fc-3f1c08d2a97be0114c5df82a60b1937e84c2f5d6";
