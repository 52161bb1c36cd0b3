import type { FunctionEntry } from "../../../lib/calls";
import { GRACE_MS, HEARTBEAT_MS, VISIBILITY_MS } from "../../../lib/task/function-task";
import type { AwsStandIns } from "../../runtime/calls/aws-stand-ins";
import type { Own } from "../../runtime/calls/worker-process";
import { type PythonWorker, startPythonWorker } from "../../runtime/calls/worker-python";
import type { Row } from "../report";
import type { Soak } from "../soak";

/** More at once would only wait for the processor. */
const STARTED_AT_ONCE = 2;

/** What a function's task is given. */
export const PRODUCTION = { visibilityMs: VISIBILITY_MS, heartbeatMs: HEARTBEAT_MS, graceMs: GRACE_MS } as const;

interface WorkerOptions {
  readonly own: Own;
  readonly environment?: NodeJS.ProcessEnv;
  readonly endpoints?: AwsStandIns["endpoints"];
}

/** Stand-ins for AWS, and workers of the program that is soaked. */
export class World {
  private readonly starting: Promise<unknown>[] = Array(STARTED_AT_ONCE).fill(Promise.resolve());
  private started = 0;

  constructor(
    readonly soak: Soak,
    readonly aws: AwsStandIns,
  ) {}

  /** A function whose calls wait for as long as a case lasts. */
  addFunction(visibilityMs: number): Promise<FunctionEntry> {
    return this.aws.addFunction({ visibilityMs, queueMs: 3_600_000, deadlineMs: 3_600_000 });
  }

  /** A worker with the real executor. */
  start(fn: FunctionEntry, code: string, options: WorkerOptions): Promise<PythonWorker> {
    const { own, environment, endpoints = this.aws.endpoints } = options;
    const run = { environment, program: this.soak.program };
    const place = this.started++ % STARTED_AT_ONCE;
    const tryToStart = () => startPythonWorker({ endpoints }, fn, code, { startupMs: 60_000, ...own }, run);
    // Among so many connections a port that was free may be the near end of one by now.
    const startAgain = (error: Error) => {
      if (!error.message.includes("EADDRINUSE")) throw error;
      return tryToStart();
    };
    const worker = this.starting[place]!.then(() => tryToStart().catch(startAgain));
    this.starting[place] = worker.catch(() => undefined);
    return worker;
  }
}

/** One of the suite's cases, to its rows. */
export type Case = (world: World) => Promise<Row[]>;
