import type { Clients } from "../../../calls/aws";
import type { WorkerConfig } from "../../../task/calls-config";
import type { Log } from "../log";
import type { Output } from "../output";

/** What the task's health and its log say; `STARTING` until the executor has loaded the code. */
export type WorkerState = "STARTING" | "READY" | "DRAINING" | "FAILED";

/** What the program around it gives a worker. */
export interface WorkerSurroundings {
  readonly output: Output;
  readonly log: Log;
  readonly clients: Clients;
  /** Names this task among all: its lease's owner, and the sort key of its beats. */
  readonly owner: string;
  /** Of the running task definition; undefined outside ECS. Where it is not the registry's, the worker begins nothing new. */
  readonly revision: number | undefined;
  /** Aborts when ECS means to stop the task, maybe before SIGTERM, and with SIGTERM at the latest: begin nothing new. */
  readonly draining: AbortSignal;
  /** Aborts with SIGTERM: from now on it is at most `config.drain.deadlineMs` until the exit. */
  readonly stopping: AbortSignal;
  /** Says what state the worker is in, for `GET /health` on the control port: 200 while READY, 503 otherwise. */
  report(state: WorkerState): void;
  /** Whose text `GET /metrics` on the loopback port adds to the program's own. */
  serveMetrics(text: () => string): void;
}

/** Why a worker has ended. */
export interface WorkerExit {
  /** 0 after a drain; anything else makes ECS start another task. */
  readonly code: number;
  /** For the log: `drained`, `drain_deadline`, `executor_failed`, ... */
  readonly reason: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Runs calls until the task is stopped or cannot go on. It never rejects for what AWS or the executor does. */
export type RunWorker = (config: WorkerConfig, surroundings: WorkerSurroundings) => Promise<WorkerExit>;
