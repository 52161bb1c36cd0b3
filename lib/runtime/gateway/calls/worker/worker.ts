import { type CallRecord, release } from "../../../../calls";
import type { Received } from "../../../../calls/aws";
import type { WorkerConfig } from "../../../../task/calls-config";
import type { WorkerExit, WorkerSurroundings } from "../worker-role";
import { Attempt } from "./attempt";
import { deliver } from "./delivery";
import { type CallOutput, type Executor, ExecutorHost } from "./executor";
import { Heart } from "./heart";
import { persist, tryFor, within } from "./persist";
import { ReceiveLoop } from "./receive-loop";
import { Revision } from "./revision";
import { TaskProtection } from "./task-protection";
import { createContext, type WorkerContext } from "./worker-context";
import { WorkerMetrics } from "./worker-metrics";

/** What attempts have to give their calls back after the drain's deadline; ECS kills the task 10 s after it. */
const RELEASE_MS = 5000;

/** Beyond its grace, for an executor to say that a call is gone. */
const LET_GO_MS = 10_000;

/** Runs calls: what the queue brings, in the executor, as many at a time as there are slots. */
export class Worker {
  private readonly context: WorkerContext;
  private readonly host: ExecutorHost;
  private readonly loop: ReceiveLoop;
  private readonly heart: Heart;
  private readonly protection: TaskProtection;
  private readonly revision: Revision;
  private readonly metrics = new WorkerMetrics();
  /** Until they are recorded. */
  private readonly running = new Set<Attempt>();
  /** Recorded, and yet in the executor for longer than it may take. */
  private readonly kept = new Set<Attempt>();
  /** What will be running, or not. */
  private readonly claiming = new Set<Promise<unknown>>();
  /** Calls of which a message is looked at: a claim whose answer was lost is told from another message's by that alone. */
  private readonly lookedAt = new Set<string>();
  private executor: Executor | undefined;
  private aside: NodeJS.Timeout | undefined;
  private exit!: (exit: WorkerExit) => void;

  constructor(
    private readonly config: WorkerConfig,
    private readonly surroundings: WorkerSurroundings,
  ) {
    const { log, revision, serveMetrics } = surroundings;
    const context = createContext(config, surroundings);
    const { maxInputs, visibilityMs, executorSocket, startupMs } = context.config;
    this.context = context;
    this.heart = new Heart(context);
    this.protection = new TaskProtection(process.env.ECS_AGENT_URI, log);
    this.revision = new Revision(revision, () => this.newestRevision(), log);
    this.loop = new ReceiveLoop(
      context.queue,
      { slots: maxInputs, visibilityMs },
      (received) => this.receive(received),
      log,
    );
    serveMetrics(() => this.metrics.text({ running: this.running.size, occupied: this.loop.busy, slots: maxInputs }));
    this.host = new ExecutorHost(
      { path: executorSocket, isShared: config.listen.host === undefined, startupMs, files: context.files },
      {
        onExecutor: (executor) => this.onExecutor(executor),
        onLog: (line) => this.print(line),
        onFailed: (message) => this.fail("executor_failed", message),
      },
      log,
    );
  }

  async run(): Promise<WorkerExit> {
    const { draining, stopping, report } = this.surroundings;
    const exited = new Promise<WorkerExit>((resolve) => {
      this.exit = resolve;
    });
    report("STARTING");
    onAbort(draining, () => void this.drain());
    onAbort(stopping, () => void this.stop());
    try {
      await this.host.listen();
    } catch (error) {
      this.fail("listen_failed", (error as Error).message);
    }
    const exit = await exited;
    this.loop.abort();
    this.host.close();
    return exit;
  }

  private get isLeaving(): boolean {
    const { draining, stopping } = this.surroundings;
    return draining.aborted || stopping.aborted;
  }

  /** Calls may print much: their lines wait a moment for more, as those of requests do. */
  private print({ call, attempt, stream, line }: CallOutput): void {
    const { app, function: name } = this.config;
    const time = new Date().toISOString();
    const about = { time, level: "info", event: "call_output", app, function: name };
    this.surroundings.output.line(JSON.stringify({ ...about, call, attempt, stream, line }));
  }

  private fail(reason: string, message: string): void {
    if (this.isLeaving) return;
    this.surroundings.report("FAILED");
    this.context.log.error(reason, { message });
    this.exit({ code: 1, reason, fields: { message } });
  }

  private onExecutor(executor: Executor | undefined): void {
    this.executor = executor;
    if (this.isLeaving) return;
    this.surroundings.report(executor ? "READY" : "STARTING");
    this.loop.open = executor !== undefined && this.aside === undefined;
    if (executor) this.context.log.info("ready");
  }

  /** Resolves when the message's slot is free. */
  private async receive(received: Received): Promise<void> {
    const { context, executor } = this;
    if (executor === undefined || this.isLeaving) return this.giveBack(received);
    const asideMs = await this.revision.asideMs();
    if (asideMs > 0) {
      this.standAside(asideMs);
      return this.giveBack(received);
    }
    const call = received.message?.call ?? received.receipt;
    if (this.lookedAt.has(call)) return this.giveBack(received, context.config.visibilityMs);
    const claimedAt = context.clock.now();
    const delivering = deliver(received, context, (id) => this.heart.has(id));
    this.claiming.add(delivering);
    this.lookedAt.add(call);
    const delivered = await delivering;
    this.claiming.delete(delivering);
    this.lookedAt.delete(call);
    if (delivered.kind === "trouble") {
      context.log.warn("table_unreachable", { message: delivered.error.message });
      this.loop.slowDown();
      if (delivered.unsure) void this.forsake(delivered.unsure);
      return;
    }
    this.loop.speedUp();
    if (delivered.kind === "settled") return;
    const { record, message } = delivered;
    const attempt = new Attempt(record, message, executor, context, () => this.heart.isLeased(claimedAt));
    await this.attend(attempt, record, executor);
  }

  /** Resolves when the executor no longer has it. */
  private async attend(attempt: Attempt, record: CallRecord, executor: Executor): Promise<void> {
    this.running.add(attempt);
    this.heart.add(attempt);
    this.protection.busy = true;
    const concluded = await attempt.recorded;
    this.metrics.count(concluded);
    this.running.delete(attempt);
    this.heart.remove(attempt);
    if (this.running.size === 0) this.protection.busy = false;
    if (concluded === "GIVEN_UP") void this.forsake(record);
    const overdue = setTimeout(() => this.onKept(attempt, executor), this.context.config.graceMs + LET_GO_MS);
    await attempt.gone;
    clearTimeout(overdue);
    this.kept.delete(attempt);
  }

  /** An executor that keeps what it was to end keeps its slot; one that keeps nothing else is no good any more. */
  private onKept(attempt: Attempt, executor: Executor): void {
    this.kept.add(attempt);
    this.context.log.error("executor_keeps_call", { ...attempt.key });
    if (this.kept.size === this.loop.busy) executor.close("it does not let go of calls that are over");
  }

  /** Nobody knows that this worker does not run the call: its beats would keep it from all others. */
  private async forsake(record: CallRecord): Promise<void> {
    const { table } = this.context;
    await persist(
      (signal, isRepeat) => table.change(record.id, release(record), signal, isRepeat),
      () => true,
    );
  }

  private async giveBack({ receipt }: Received, afterMs = 0): Promise<void> {
    await tryFor(RELEASE_MS, (signal) => this.context.queue.hide(receipt, afterMs, signal));
  }

  private async newestRevision(): Promise<number | undefined> {
    const { app, function: name } = this.config;
    const entry = await within(RELEASE_MS, (signal) => this.context.registry.functionEntry(app, name, signal));
    return entry?.revision;
  }

  private standAside(ms: number): void {
    this.loop.open = false;
    this.aside ??= setTimeout(() => {
      this.aside = undefined;
      this.loop.open = this.executor !== undefined;
    }, ms);
  }

  /** Begins nothing new. */
  private async drain(): Promise<void> {
    this.surroundings.report("DRAINING");
    await this.loop.end();
    await this.quiet();
    this.host.drain();
  }

  /** Ends what runs: by itself, or by giving it back at the deadline. */
  private async stop(): Promise<void> {
    const { deadlineMs } = this.config.drain;
    const deadline = new Promise<"deadline">((resolve) => setTimeout(() => resolve("deadline"), deadlineMs));
    // First all that runs: a poll that waits meanwhile costs no time, and cut off it may lose a message for a while.
    const first = await Promise.race([this.quiet(), deadline]);
    this.loop.abort();
    const left = [...this.running];
    if (first === "deadline") {
      for (const attempt of left) attempt.shutDown();
      await Promise.race([this.quiet(), new Promise((resolve) => setTimeout(resolve, RELEASE_MS))]);
    }
    this.host.drain();
    await this.protection.clear();
    this.exit({ code: 0, reason: left.length === 0 ? "drained" : "drain_deadline", fields: { cutOff: left.length } });
  }

  private async quiet(): Promise<void> {
    while (this.running.size + this.claiming.size > 0) {
      await Promise.all([...this.claiming, ...[...this.running].map((attempt) => attempt.recorded)]);
    }
  }
}

function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
