import Table from "cli-table3";
import type { Figures, Plan } from "./rounds";
import { median } from "./statistics";

export interface Run {
  /** The app without a proxy first. */
  readonly figures: readonly Figures[];
  readonly plan: Plan;
  readonly machine: string;
  /** Servers that are not installed. */
  readonly missing: readonly string[];
}

/** A goal that the figures are held against. */
interface Goal {
  readonly what: string;
  readonly limit: string;
  readonly value: string;
  readonly isHeld: boolean;
}

export function report(run: Run, asJson: boolean): string {
  const goals = goalsOf(run.figures);
  if (asJson) return `${JSON.stringify({ ...run, goals }, null, 2)}\n`;

  const { plan, machine, missing } = run;
  const lines = [
    `${machine}; medians of ${plan.generations} times ${plan.rounds} rounds, each time with new processes; ${plan.connections} connections at saturation, open loop at ${plan.rate} rps`,
    table(run.figures),
    ...goals.map(({ what, limit, value, isHeld }) => `${isHeld ? "held  " : "MISSED"} ${what}: ${value} (${limit})`),
  ];
  const failed = run.figures.filter((each) => each.failed > 0);
  for (const each of failed) lines.push(`${each.name}: ${each.failed} of ${each.requests + each.failed} failed`);
  if (missing.length > 0) lines.push(`not installed, so not measured: ${missing.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function table(figures: readonly Figures[]): string {
  const rows = new Table({
    head: [
      "",
      "version",
      "req/CPU-s",
      "x undici",
      "p50 ms",
      "p99 ms",
      "p99 ms saturated",
      "RSS MiB",
      "1st event ms",
      "WebSocket ms",
    ],
    colAligns: ["left", "left", ...Array.from({ length: 8 }, () => "right" as const)],
    style: { head: [], border: [] },
  });
  const undici = named(figures, "bare undici");
  for (const each of figures) {
    rows.push([
      each.name,
      each.version ?? "",
      text(each.requestsPerCpuSecond, 0),
      text(undici === undefined ? Number.NaN : ratio(each, undici), 2),
      text(each.openP50, 2),
      text(each.openP99, 2),
      text(each.saturatedP99, 1),
      text(each.residentMiB, 0),
      text(each.firstEvent, 2),
      text(each.echo, 2),
    ]);
  }
  return rows.toString();
}

function text(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "";
}

function named(figures: readonly Figures[], name: string): Figures | undefined {
  return figures.find((each) => each.name === name);
}

/** Round by round, because both met the same machine in a round. */
function ratio(a: Figures, b: Figures): number {
  return median(a.byRound.map((value, i) => value / b.byRound[i]!));
}

/** The gateway with everything on, against what it was built to reach. */
function goalsOf(figures: readonly Figures[]): Goal[] {
  const [direct] = figures;
  const gateway = named(figures, "gateway, gate, auth");
  if (gateway === undefined || direct === undefined) return [];
  const goals: Goal[] = [];
  const atLeast = (peer: string, least: number | undefined) => {
    const other = named(figures, peer);
    if (other === undefined) return;
    const value = ratio(gateway, other);
    const limit = least === undefined ? "no goal" : `at least ${least}`;
    goals.push({
      what: `requests per CPU-second, x ${peer}`,
      limit,
      value: text(value, 2),
      isHeld: value >= (least ?? 0),
    });
  };
  const atMost = (what: string, value: number, most: number, unit: string) =>
    goals.push({ what, limit: `at most ${most} ${unit}`, value: `${text(value, 2)} ${unit}`, isHeld: value <= most });
  atLeast("bare undici", 0.9);
  atLeast("Caddy", 1.5);
  atLeast("nginx", undefined);
  atMost("added latency, p50", gateway.openP50 - direct.openP50, 0.5, "ms");
  atMost("added latency, p99", gateway.openP99 - direct.openP99, 5, "ms");
  atMost("resident memory", gateway.residentMiB, 80, "MiB");
  return goals;
}
