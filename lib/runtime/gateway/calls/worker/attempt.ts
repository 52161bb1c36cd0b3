import type { CallRecord } from "../../../../calls";
import type { AttemptEnd } from "./after-attempt";
import { type Concluded, conclude } from "./conclude";
import type { AttemptKey, CancelReason, Executor, Outcome } from "./executor";
import type { HeldMessage } from "./held-message";
import { fetchInput, InvalidInput } from "./input";
import { keepOutput, NoOutput } from "./output";
import type { WorkerContext } from "./worker-context";

/** How an attempt ends for the worker: `lost`, when the record says that it is somebody else's. */
type End = Outcome | Extract<AttemptEnd, { kind: "timeout" | "shutdown" }> | { readonly kind: "lost" };

/** Trouble that lasts longer than this lies in what is to be written, and not in who keeps it. */
const LONGEST_RECORDING_MS = 15 * 60_000;

/** One attempt of a call that this worker has claimed. */
export class Attempt {
  readonly key: AttemptKey;
  /** Resolves when what became of it is recorded. */
  readonly recorded: Promise<Concluded>;
  /** Resolves when the executor no longer has it, either. */
  readonly gone: Promise<void>;
  private readonly begun = performance.now();
  private readonly timers: NodeJS.Timeout[] = [];
  private endEarly!: (end: End) => void;
  private cancelledAt: number | undefined;
  private isInExecutor = false;
  private isOver = false;
  private readonly record: CallRecord;

  constructor(
    claimed: CallRecord,
    private readonly message: HeldMessage,
    private readonly executor: Executor,
    private readonly context: WorkerContext,
    /** Until when nobody else takes the call. */
    private readonly isLeased: () => boolean,
  ) {
    this.key = { call: claimed.id, attempt: claimed.attempt };
    const early = new Promise<End>((resolve) => {
      this.endEarly = resolve;
    });
    // From now, and not from when the claim was made: to write it may have taken seconds.
    const now = context.clock.now();
    const attemptBy = Math.min(now + context.rules.attemptMs, claimed.doneBy);
    this.record = { ...claimed, attemptBy };
    const leftMs = Math.max(0, attemptBy - now);
    this.after(leftMs, () => this.end({ kind: "timeout" }, "timeout"));
    message.keep();
    const outcome = this.execute(leftMs);
    this.recorded = Promise.race([outcome, early]).then((end) => this.conclude(end));
    this.gone = this.recorded.then(() => outcome).then((last) => this.cleanUp(last));
  }

  /** The caller no longer wants it: it has its grace to end by itself. */
  cancel(): void {
    if (this.isOver || this.cancelledAt !== undefined) return;
    this.cancelledAt = this.context.clock.now();
    if (this.isInExecutor) this.executor.cancel(this.key, "cancelled");
    this.after(this.isInExecutor ? this.context.config.graceMs : 0, () => this.endEarly({ kind: "cancelled" }));
  }

  /** The worker has to go. */
  shutDown(): void {
    this.end({ kind: "shutdown" }, "shutdown");
  }

  /** Ends it when its record says that it is no longer this attempt's, or that it is to be cancelled. */
  heed(record: CallRecord | undefined): void {
    const { state, attempt, leaseOwner, cancelRequestedAt } = record ?? {};
    const isOurs = state === "RUNNING" && attempt === this.key.attempt && leaseOwner === this.context.owner;
    if (!isOurs) this.end({ kind: "lost" }, "cancelled");
    else if (cancelRequestedAt !== undefined) this.cancel();
  }

  private end(end: End, reason: CancelReason): void {
    if (this.isOver) return;
    if (this.isInExecutor) this.executor.cancel(this.key, reason);
    this.endEarly(end);
  }

  private async execute(deadlineMs: number): Promise<Outcome> {
    const { record, key, context } = this;
    try {
      const input = await fetchInput(record, key, context, () => !this.isOver);
      if (this.isOver) return { kind: "cancelled" };
      this.isInExecutor = true;
      return await this.executor.run(key, deadlineMs, input);
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof InvalidInput) {
        return { kind: "error", error: { type: "InvalidCall", message, traceback: "" } };
      }
      return { kind: "died", message: `its arguments could not be had: ${message}` };
    }
  }

  private async conclude(end: End): Promise<Concluded> {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    const { context, message, record, key } = this;
    const overAt = performance.now();
    const isOfUse = () => this.isLeased() && performance.now() - overAt < LONGEST_RECORDING_MS;
    const concluded =
      end.kind === "lost"
        ? "LOST"
        : await conclude(this.asCancelled(), await this.kept(end, isOfUse), message, context, isOfUse);
    message.stop();
    const ms = Math.round(performance.now() - this.begun);
    context.log.info("attempt", { ...key, state: concluded, ms });
    if (concluded === "GIVEN_UP") context.log.error("attempt_not_recorded", { ...key, leaseOwner: record.leaseOwner });
    return concluded;
  }

  private async kept(end: Exclude<End, { kind: "lost" }>, isOfUse: () => boolean): Promise<AttemptEnd> {
    if (end.kind !== "done") return end;
    try {
      return { kind: "result", output: await keepOutput(this.record, end.result, this.context, isOfUse) };
    } catch (error) {
      if (error instanceof NoOutput) return { kind: "error", error: error.error };
      return { kind: "died", message: `its result could not be kept: ${(error as Error).message}` };
    }
  }

  private asCancelled(): CallRecord {
    return this.cancelledAt === undefined ? this.record : { ...this.record, cancelRequestedAt: this.cancelledAt };
  }

  private async cleanUp(last: Outcome): Promise<void> {
    const { files } = this.context;
    await files.remove(files.inputPath(this.key));
    if (last.kind === "done" && "file" in last.result) await files.remove(last.result.file);
  }

  private after(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms));
  }
}
