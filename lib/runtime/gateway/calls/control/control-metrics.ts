/** What the control service counts. */
const COUNTS = {
  sweeps: "Sweeps that were finished.",
  looked: "Due records that were looked at.",
  closed: "Calls that a sweep ended.",
  sent: "Messages that a sweep sent for calls without one, or without a living worker.",
  put_off: "Due records whose time a sweep set anew.",
  overtaken: "Records that had changed before a sweep could change them.",
  sweep_errors: "Records and partitions that a sweep could not look after.",
  wake_words: "Words of gateways that a call waits.",
  woken: "Services that were set from no task to one.",
} as const;

export type Count = keyof typeof COUNTS;

/** Counts since the start, and since they were last taken. */
export class Tally {
  private readonly total = new Map<Count, number>();
  private readonly recent = new Map<Count, number>();

  add(count: Count): void {
    for (const counts of [this.total, this.recent]) counts.set(count, (counts.get(count) ?? 0) + 1);
  }

  /** What was counted since this was asked last. */
  take(): Partial<Record<Count, number>> {
    const taken = Object.fromEntries(this.recent);
    this.recent.clear();
    return taken;
  }

  /** In Prometheus' text form. */
  text(isLeader: boolean): string {
    const lines = Object.entries(COUNTS).flatMap(([name, help]) => [
      `# HELP slipway_control_${name}_total ${help}`,
      `# TYPE slipway_control_${name}_total counter`,
      `slipway_control_${name}_total ${this.total.get(name as Count) ?? 0}`,
    ]);
    const leader = [
      "# HELP slipway_control_leader Whether this task is the one that sweeps.",
      "# TYPE slipway_control_leader gauge",
      `slipway_control_leader ${isLeader ? 1 : 0}`,
    ];
    return `${[...lines, ...leader].join("\n")}\n`;
  }
}
