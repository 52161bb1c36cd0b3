import {
  type DeadLetter,
  functionNamed,
  peek,
  type Redriven,
  type RedrivePlan,
  redrive,
  type Settled,
  targetText,
  wouldBecome,
} from "../calls/operator";
import { callJson } from "./call-json";
import { openStores } from "./calls-account";
import type { DlqListOptions, FunctionName, PurgeOptions, RedriveOptions } from "./calls-options";
import { confirm } from "./confirm";
import { deadLettersTable } from "./dead-letters-table";
import { note, printJson, printLine } from "./lines";
import { isScreen, silentProgress, spinningProgress } from "./progress";
import { reported } from "./reported";
import { styleFor } from "./style";

const DRY_RUN_LIMIT = 1000;

const INTERRUPTED = 130;

export function listDeadLetters(target: FunctionName, options: DlqListOptions): Promise<void> {
  return reported(async () => {
    const stores = openStores(options);
    const queue = stores.queue((await functionNamed(stores, target)).dlqUrl);
    const { waiting, hidden } = await queue.counts();
    const letters = await peek(stores, queue, options.limit);
    if (options.json) {
      for (const { body, record, message } of letters) {
        printJson({ call_id: message?.call ?? null, body, call: record ? callJson(record) : null });
      }
    } else if (letters.length > 0) {
      printLine(deadLettersTable(letters, { now: stores.now(), style: styleFor(process.stdout) }));
    } else {
      printLine(`The dead-letter queue of ${targetText(target)} has no messages${hidden > 0 ? " to look at" : ""}.`);
    }
    if (letters.length === options.limit && waiting > letters.length) {
      note(`${letters.length} of about ${waiting} messages: --limit shows more.`);
    }
    if (letters.length === 0) noteHidden(hidden);
  });
}

/** Why each message stays, or why it goes without being sent. */
const WHY: Readonly<Record<Settled, string>> = {
  succeeded: "has its result",
  cancelled: "was cancelled; slipway calls retry <id> runs it all the same",
  gone: "is past its retention",
  "input gone": "has lost its input, which is past its retention",
  "another function's": "is a call of another function",
  "no message of a call": "names no call",
};

export function redriveDeadLetters(target: FunctionName, options: RedriveOptions): Promise<void> {
  return reported(async () => {
    const { limit, dryRun = false, discard = false, json = false } = options;
    const stores = openStores(options);
    const entry = await functionNamed(stores, target);
    const queue = stores.queue(entry.dlqUrl);
    const { waiting, hidden } = await queue.counts();
    const tally = new Tally();

    if (dryRun) {
      const letters = await peek(stores, queue, limit ?? DRY_RUN_LIMIT);
      for (const letter of letters) tell(letter, planned(wouldBecome(letter, entry), discard), tally, json);
      if (!json) printLine(tally.text(targetText(target), true));
      if (letters.length === 0) noteHidden(hidden);
      return;
    }

    const progress = !json && isScreen(process.stderr) ? spinningProgress() : silentProgress;
    const total = Math.min(waiting, limit ?? waiting);
    const step = () => progress.step(`${tally.all} of about ${Math.max(total, tally.all)} messages`);
    let isOver = false;
    const onInterrupt = () => {
      isOver = true;
    };
    // The messages that are under way are finished; another one ends at once, and loses nothing either.
    process.once("SIGINT", onInterrupt);
    step();
    try {
      await redrive(stores, entry, {
        limit: limit ?? Number.POSITIVE_INFINITY,
        discard,
        isOver: () => isOver,
        onLetter: (letter, became) => {
          progress.print(() => tell(letter, became, tally, json));
          step();
        },
      });
    } finally {
      process.off("SIGINT", onInterrupt);
      progress.done();
    }
    if (!json) printLine(tally.text(targetText(target), false));
    if (tally.all === 0) noteHidden(hidden);
    return isOver ? INTERRUPTED : 0;
  });
}

export function purgeDeadLetters(target: FunctionName, options: PurgeOptions): Promise<void> {
  return reported(async () => {
    const stores = openStores(options);
    const queue = stores.queue((await functionNamed(stores, target)).dlqUrl);
    const messages = await queue.depth();
    const whose = targetText(target);
    const about = messages === 1 ? "about 1 message" : `about ${messages} messages`;
    if (messages > 0) {
      await confirm(
        `Delete ${about} of the dead-letter queue of ${whose} for ever? The records of their calls stay as they are.`,
        options,
      );
      await queue.purge();
    }
    if (options.json) printJson({ queue: queue.url, messages });
    else if (messages === 0) printLine(`The dead-letter queue of ${whose} has no messages.`);
    else printLine(`${about.replace("a", "A")} of ${whose} deleted. SQS takes up to a minute for it.`);
  });
}

function planned(plan: RedrivePlan, discard: boolean): Redriven {
  switch (plan.kind) {
    case "reopen":
      return { kind: "reopened" };
    case "resend":
      return { kind: "resent" };
    case "back":
      return plan;
    case "settled":
      return { ...plan, deleted: discard };
  }
}

/** A line for each message that is not simply sent again; for programs one for each. */
function tell({ message, body, record }: DeadLetter, became: Redriven, tally: Tally, json: boolean): void {
  tally.add(became);
  const why = became.kind === "settled" ? became.why : null;
  const deleted = became.kind === "settled" ? became.deleted : became.kind === "reopened" || became.kind === "resent";
  if (json) {
    printJson({
      call_id: message?.call ?? null,
      ...(message ? {} : { body }),
      was: record?.state ?? null,
      outcome: became.kind,
      why,
      deleted,
    });
    return;
  }
  const what = message?.call ?? `A message (${JSON.stringify(body.slice(0, 80))})`;
  if (became.kind === "settled") printLine(`${what} ${WHY[became.why]}: ${deleted ? "deleted" : "stays"}`);
  if (became.kind === "back") printLine(`${what} ended as ${record?.state} once more: stays`);
  if (became.kind === "busy") printLine(`${what} is being changed by others: stays`);
}

class Tally {
  private readonly counts = { reopened: 0, resent: 0, back: 0, busy: 0, kept: 0, discarded: 0 };

  add(became: Redriven): void {
    this.counts[became.kind === "settled" ? (became.deleted ? "discarded" : "kept") : became.kind] += 1;
  }

  get all(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  text(whose: string, wouldBe: boolean): string {
    const { reopened, resent, back, busy, kept, discarded } = this.counts;
    const staying = back + busy + kept;
    const would = wouldBe ? "would be " : "";
    const parts = [
      `${calls(reopened)} of ${whose} ${would}queued again`,
      ...(resent > 0 ? [`${calls(resent)} that ${resent === 1 ? "was" : "were"} open already ${would}sent again`] : []),
      ...(discarded > 0 ? [`${messages(discarded)} ${would}deleted`] : []),
      ...(staying > 0
        ? [
            `${messages(staying)} ${wouldBe ? "would stay" : staying === 1 ? "stays" : "stay"}${kept > 0 ? " (--discard deletes what has nothing to be run)" : ""}`,
          ]
        : []),
    ];
    return `${parts.join("; ")}.`;
  }
}

function calls(count: number): string {
  return count === 1 ? "1 call" : `${count} calls`;
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}

function noteHidden(count: number): void {
  if (count === 0) return;
  note(
    `About ${messages(count)} ${count === 1 ? "is" : "are"} hidden: another command looks at them, or was broken off. They are back within minutes.`,
  );
}
