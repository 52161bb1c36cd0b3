/** How much of everything a run has. */
export interface Settings {
  readonly seed: number;
  /** Calls that are accepted before the load ends. */
  readonly calls: number;
  /** The load ends by then even if there are fewer. */
  readonly loadMs: number;
  /** How long all calls may take to end when nothing goes wrong any more. */
  readonly quietMs: number;
  readonly callers: number;
  readonly workers: number;
  /** Calls that clients have open at once. */
  readonly openCalls: number;
  /** Between two of the monkey's deeds, on average. */
  readonly deedMs: number;
  /** The load goes on until the monkey has killed so often. */
  readonly kills: number;
}

export const SHORT: Omit<Settings, "seed"> = {
  calls: 300,
  // Half a minute, where nothing else runs.
  loadMs: 240_000,
  quietMs: 50_000,
  callers: 2,
  workers: 3,
  openCalls: 100,
  deedMs: 1000,
  kills: 15,
};

export const LONG: Omit<Settings, "seed"> = {
  calls: 20_000,
  loadMs: 3_600_000,
  quietMs: 180_000,
  callers: 3,
  workers: 5,
  // More keep two processors busy with waiting clients, and then every answer is late.
  openCalls: 80,
  deedMs: 3000,
  kills: 200,
};

/** Of a build with a bug, which is to be caught soon. */
export const PLANTED: Omit<Settings, "seed"> = {
  ...SHORT,
  calls: 250,
  loadMs: 60_000,
  quietMs: 20_000,
  kills: 10,
};

/** How the functions' calls are run: as short as the contract lets it, so that many end in little time. */
export const RULES = {
  visibilityMs: 2000,
  heartbeatMs: 500,
  attemptMs: 1500,
  graceMs: 300,
  maxInputs: 20,
  maxDeliveries: 3,
  retries: { maxRetries: 2, initialDelayMs: 20, backoffCoefficient: 2, maxDelayMs: 200 },
  maxPayloadBytes: 262_144,
  retentionS: 86_400,
  startupMs: 20_000,
  sweepMs: 500,
  /** A third of it is how long an answer about the lease may take. */
  leaseMs: 6000,
  /** Longer than any run's backlog. */
  queueMs: 3_600_000,
  deadlineMs: 3_600_000,
  /** Of the function that nobody runs. */
  late: { queueMs: 2000, deadlineMs: 4000 },
} as const;

/**
 * Nothing is later than this after its time: 30 s of slack in the sweep, and as much while one control process after the other is killed or
 * stands still, each until its lease is over and another has read the clock.
 */
export const LATE_MS = 60_000;
