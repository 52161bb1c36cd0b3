import { isFinal } from "../calls";
import {
  allCalls,
  type CallList,
  CallsError,
  type CancelOutcome,
  cancelCall,
  functionNamed,
  goneError,
  inParallel,
  MOST_OPEN_READ,
  openCalls,
  retryCall,
  targetText,
} from "../calls/operator";
import { bytesText } from "./bytes";
import { callJson } from "./call-json";
import { callsTable, callText } from "./call-text";
import { openStores } from "./calls-account";
import type { CancelOptions, FunctionName, ListOptions, PlaceOptions, ShowOptions } from "./calls-options";
import { confirm } from "./confirm";
import { note, printJson, printLine } from "./lines";
import { printPayload } from "./payload-output";
import { reportError, reported } from "./reported";
import { styleFor } from "./style";

/** A scan of more than this takes a while and costs something. */
const LARGE_BYTES = 100_000_000;

/** On demand in us-east-1: half a read unit for 4 KB that need not be consistent. */
const USD_PER_GB = (0.125 / 1e6) * (1e9 / 4096) * 0.5;

/** Calls that are worked on at the same time. */
const AT_ONCE = 16;

export function listCalls(target: FunctionName | undefined, options: ListOptions): Promise<void> {
  return reported(async () => {
    const { limit, json = false, all = false } = options;
    const states = new Set(options.state);
    const finished = [...states].find((state) => isFinal(state));
    if (finished && !all) {
      throw new CallsError(
        `Calls that are ${finished} have ended, and the index has open ones only.`,
        "Read the whole table for them: --all",
      );
    }
    const stores = openStores(options);
    const wanted = { states, limit };
    let found: CallList;
    if (all) {
      const { items, bytes } = await stores.survey.size();
      if (bytes > LARGE_BYTES) note(scanWarning(items, bytes));
      found = await allCalls(stores, wanted, target);
    } else {
      found = await openCalls(stores, wanted, target && (await functionNamed(stores, target)).tag);
    }
    const { records, matching, isPartial } = found;
    const kind = all ? "calls" : "open calls";
    const whose = target ? ` of ${targetText(target)}` : "";
    if (json) for (const record of records) printJson(callJson(record));
    else if (records.length === 0)
      printLine(`There are no ${kind}${whose}${states.size > 0 ? ` that are ${[...states].join(" or ")}` : ""}.`);
    else printLine(callsTable(records, { now: stores.now(), style: styleFor(process.stdout) }));
    if (matching > records.length)
      note(`The newest ${records.length} of ${matching} ${kind}${whose}: --limit shows more.`);
    if (isPartial) {
      const way = target ? "Read all" : "Name a function, or read all";
      note(
        `More than ${MOST_OPEN_READ} calls${whose} are open: ${MOST_OPEN_READ} of them were looked at. ${way}: --all`,
      );
    }
  });
}

function scanWarning(items: number, bytes: number): string {
  const cost = (bytes / 1e9) * USD_PER_GB;
  return `Reading the whole table: ${items} items, ${bytesText(bytes)}, about $${cost.toFixed(cost < 0.1 ? 3 : 2)} of DynamoDB reads.`;
}

export function showCall(id: string, options: ShowOptions): Promise<void> {
  return reported(async () => {
    const stores = openStores(options);
    const record = await stores.table.get(id);
    if (record === undefined) throw goneError(id);
    if (options.input) return printPayload(stores, record, "input", options);
    if (options.output) return printPayload(stores, record, "output", options);
    if (options.json) return printJson(callJson(record));
    const isInBucket = record.input.in === "s3" || record.output?.in === "s3";
    // Where it is does not matter to somebody who may not look for it.
    const bucket = isInBucket ? await stores.bucket().catch(() => undefined) : undefined;
    printLine(callText(record, bucket, { now: stores.now(), style: styleFor(process.stdout) }));
  });
}

const SAID: Readonly<Record<CancelOutcome, (state?: string) => string>> = {
  cancelled: () => "cancelled",
  asked: () => "runs: its worker is told to cancel it, and does so within seconds",
  running: () => "runs by now, and is left alone",
  over: (state) => `had ended before, and stays ${state}`,
  gone: () => "is no call, or is past its retention",
};

export function cancelCalls(ids: readonly string[], options: CancelOptions): Promise<void> {
  return reported(async () => {
    if (ids.length > 0 === (options.all !== undefined)) {
      throw new CallsError(
        "There is no telling which calls are meant.",
        "Name their ids, or the queued ones of a function: --all <app>/<name>",
      );
    }
    if (options.all) return cancelQueued(options.all, options);
    const stores = openStores(options);
    let isEveryThere = true;
    for (const id of ids) {
      const { outcome, state } = await cancelCall(stores, id);
      isEveryThere &&= outcome !== "gone";
      if (options.json) printJson({ call_id: id, outcome, state: state ?? null });
      else (outcome === "gone" ? note : printLine)(`${id} ${SAID[outcome](state)}`);
    }
    return isEveryThere ? 0 : 1;
  });
}

async function cancelQueued(target: FunctionName, options: CancelOptions): Promise<void> {
  const stores = openStores(options);
  const { tag } = await functionNamed(stores, target);
  const ids: string[] = [];
  for await (const id of stores.survey.openIds(tag)) ids.push(id);
  const whose = targetText(target);
  if (ids.length > 0) {
    await confirm(
      `Cancel the queued calls of ${whose}? ${ids.length} are open; those that run are left alone.`,
      options,
    );
  }
  const counts: Record<CancelOutcome, number> = { cancelled: 0, asked: 0, running: 0, over: 0, gone: 0 };
  await inParallel(ids, AT_ONCE, async (id) => {
    const { outcome, state } = await cancelCall(stores, id, { onlyQueued: true });
    counts[outcome] += 1;
    if (options.json) printJson({ call_id: id, outcome, state: state ?? null });
  });
  if (options.json) return;
  const { cancelled, running } = counts;
  printLine(
    `${cancelled === 1 ? "1 queued call" : `${cancelled} queued calls`} of ${whose} cancelled.` +
      (running === 1 ? " 1 runs, and is left alone: slipway calls cancel <id> tells its worker." : "") +
      (running > 1 ? ` ${running} run, and are left alone: slipway calls cancel <id> tells their workers.` : ""),
  );
}

export function retryCalls(ids: readonly string[], options: PlaceOptions): Promise<void> {
  return reported(async () => {
    const stores = openStores(options);
    let isEveryDone = true;
    for (const id of ids) {
      try {
        const { state } = await retryCall(stores, id);
        if (options.json) printJson({ call_id: id, outcome: "retried", was: state });
        else printLine(`${id} was ${state} and is queued again.`);
      } catch (error) {
        // What is wrong with one call says nothing of the others; a table that cannot be asked does.
        if (!(error instanceof CallsError) || ids.length === 1) throw error;
        reportError(error);
        isEveryDone = false;
      }
    }
    return isEveryDone ? 0 : 1;
  });
}
