import { type CostItem, PRICES } from "../catalog";

interface Sized {
  readonly name: string;
  /** What the task is, and why. */
  readonly size: string;
  readonly min: number;
  readonly max: number;
  /** US dollars for `min` containers, on demand. */
  readonly monthly: number;
  readonly spot: boolean;
}

export type SummaryFunction = Sized &
  (
    | {
        /** null where it is known only after apply. */
        readonly url: string | null;
        readonly label: string;
        /** The one method that it answers; all kinds but one answer any. */
        readonly method?: string;
        readonly queued?: undefined;
      }
    | { readonly queued: true }
  );

export interface Summary {
  readonly loadBalancer: string | null;
  readonly resources: number;
  readonly shared: readonly CostItem[];
  readonly functions: readonly SummaryFunction[];
}

/** What a synth tells: where things will be, how large they are, and what they cost a month with the fewest containers. */
export function renderSummary({ resources, shared, loadBalancer, ...summary }: Summary): string {
  const functions = [...summary.functions].sort((a, b) => (a.name < b.name ? -1 : 1));
  const total = [...functions, ...shared].reduce((sum, { monthly }) => sum + monthly, 0);
  const host = loadBalancer ?? "<load balancer>";
  const rows = [
    ...functions.map(({ name, monthly, size, min, max, spot }) => [
      name,
      dollars(monthly),
      `${min} to ${max} x ${size}${spot ? "; on Spot, whose price floats below this one" : ""}`,
    ]),
    ...shared.map(({ what, monthly, note = "" }) => [what, dollars(monthly), note]),
    ["total at minimum", dollars(total), `list prices ${PRICES.region}, ${PRICES.asOf}, before traffic`],
  ];
  return [
    `Slipway: ${count(functions.length, "function")}, ${count(resources, "resource")}`,
    "",
    ...aligned(
      functions.map((fn) =>
        fn.queued
          ? [fn.name, "", "called by way of its queue"]
          : [fn.name, fn.method ?? "", fn.url ?? `http://${host}/${fn.label}/`],
      ),
    ),
    "",
    ...aligned(rows),
  ].join("\n");
}

function aligned(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths = rows.reduce<number[]>(
    (sofar, row) => row.map((cell, column) => Math.max(cell.length, sofar[column] ?? 0)),
    [],
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd());
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}/month`;
}

function count(amount: number, word: string): string {
  return `${amount} ${word}${amount === 1 ? "" : "s"}`;
}
