import { setTimeout as delay } from "node:timers/promises";
import { failureOf, type OnEvent } from "./events";
import type { Router } from "./router";
import type { RunningTask, TaskDefinition, TaskStarter } from "./task";

/** A version that is replaced finishes what it has in flight; ended by force after this. */
export const DRAIN_GRACE_MS = 12_000;

/** Nobody is served while an old version still ends that must be gone before the new one starts. */
export const RECREATE_GRACE_MS = 2_000;

/** A task that fails sooner than this after it was ready is started again only after the same time. */
const STABLE_MS = 1_000;

/**
 * Keeps one task of a function running, as an ECS service does: a new version starts beside the old one and gets the
 * requests once it is ready; one that does not start changes nothing. Where the app has a port of its own, only one
 * version can run: the old one ends first.
 */
export class Service {
  private task?: RunningTask;
  private readonly retiring = new Set<RunningTask>();
  /** Versions asked for, and the last one that was tried: a change during a start is another version. */
  private wanted = 0;
  private tried = 0;
  private rolling?: Promise<void>;
  private superseded = new AbortController();
  private readonly stopping = new AbortController();

  constructor(
    private definition: TaskDefinition,
    private readonly starter: TaskStarter,
    private readonly router: Router,
    private readonly onEvent: OnEvent,
  ) {}

  /** Starts the newest code, under another definition if one is given. Resolves when it serves or has failed to start. */
  roll(definition: TaskDefinition = this.definition): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    this.definition = definition;
    this.wanted += 1;
    this.superseded.abort();
    this.rolling ??= this.rollToNewest();
    return this.rolling;
  }

  /** @see TaskStarter.ownPort */
  get ownPort(): number | undefined {
    return this.starter.ownPort(this.definition);
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await this.rolling;
    this.router.setTarget(this.definition.target, undefined);
    const tasks = [...this.retiring, ...(this.task ? [this.task] : [])];
    this.task = undefined;
    await Promise.all(tasks.map((task) => task.stop(graceMs)));
  }

  private async rollToNewest(): Promise<void> {
    while (this.tried !== this.wanted && !this.stopping.signal.aborted) {
      this.tried = this.wanted;
      this.superseded = new AbortController();
      const signal = AbortSignal.any([this.superseded.signal, this.stopping.signal]);
      const { target } = this.definition;
      const began = performance.now();
      this.onEvent({ type: "starting", target });
      try {
        const task = await this.starter.start(this.definition, {
          onLog: (line) => this.onEvent({ type: "log", ...line }),
          onWarning: (message) => this.onEvent({ type: "warning", message }),
          makeRoom: () => this.withdraw(),
          signal,
        });
        this.switchTo(task);
        this.onEvent({ type: "serving", target, ms: Math.round(performance.now() - began) });
      } catch (error) {
        if (signal.aborted) continue;
        this.onEvent({ type: "start-failed", target, serving: this.task !== undefined, failure: failureOf(error) });
      }
    }
    this.rolling = undefined;
  }

  private async withdraw(): Promise<void> {
    const { task } = this;
    if (!task) return;
    this.task = undefined;
    this.router.setTarget(this.definition.target, undefined);
    await this.retire(task, RECREATE_GRACE_MS);
  }

  private switchTo(task: RunningTask): void {
    const old = this.task;
    this.task = task;
    this.router.setTarget(this.definition.target, task.port === undefined ? undefined : { port: task.port });
    const readyAt = performance.now();
    task.failed.then((error) => this.replaceFailed(task, error, performance.now() - readyAt));
    if (old) void this.retire(old, DRAIN_GRACE_MS);
  }

  /** Whoever stops the service waits for these too. */
  private async retire(task: RunningTask, graceMs: number): Promise<void> {
    this.retiring.add(task);
    await task.stop(graceMs);
    this.retiring.delete(task);
  }

  private async replaceFailed(task: RunningTask, error: Error, livedMs: number): Promise<void> {
    if (this.task !== task || this.stopping.signal.aborted) return;
    const { target } = this.definition;
    this.task = undefined;
    this.router.setTarget(target, undefined);
    this.onEvent({ type: "task-failed", target, failure: failureOf(error) });
    // The requests of a dead app are lost; what is left of a worker still gives back the calls that it has.
    await this.retire(task, task.port === undefined ? RECREATE_GRACE_MS : 0);
    const newest = this.wanted;
    const pause = livedMs < STABLE_MS ? STABLE_MS : 0;
    await delay(pause, undefined, { signal: this.stopping.signal }).catch(() => {});
    if (this.wanted === newest) await this.roll();
  }
}
