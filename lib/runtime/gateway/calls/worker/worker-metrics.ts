import type { Concluded } from "./conclude";

interface Now {
  readonly running: number;
  readonly occupied: number;
  readonly slots: number;
}

/** What a worker has done so far, as Prometheus reads it. */
export class WorkerMetrics {
  private readonly attempts = new Map<Concluded, number>();

  count(concluded: Concluded): void {
    this.attempts.set(concluded, (this.attempts.get(concluded) ?? 0) + 1);
  }

  text({ running, occupied, slots }: Now): string {
    return [
      ...gauge("slipway_worker_slots", "Calls that may run at once.", slots),
      ...gauge(
        "slipway_worker_occupied",
        "Slots that are taken, by calls or by what the executor has not let go of.",
        occupied,
      ),
      ...gauge("slipway_worker_running", "Attempts that run now.", running),
      "# HELP slipway_attempts_total Attempts that ended, by what became of the call.",
      "# TYPE slipway_attempts_total counter",
      ...[...this.attempts].map(([state, value]) => `slipway_attempts_total{state="${state}"} ${value}`),
      "",
    ].join("\n");
  }
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}
