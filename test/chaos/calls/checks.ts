import { atLeast, type Check, exactly, words } from "../report";
import { type Fault, leastPercent } from "./proxy/faults";
import type { Outcome } from "./run";
import type { Settings } from "./settings";

/** Of so few requests a share says nothing. */
const FEW = 100;
const LEAST_PERCENT = 5;

/** What the checker has found. */
export function propertyChecks({ findings, unread }: Outcome): Check[] {
  return [
    ...findings.map(({ property, violations }) => exactly(property, violations, 0)),
    exactly("calls whose end no client could read", unread, 0),
  ];
}

/** Whether as much went wrong as should. */
export function harmChecks(outcome: Outcome, settings: Settings): Check[] {
  const { faults, kills, accepted } = outcome;
  return [
    atLeast("calls accepted", accepted, settings.calls),
    atLeast("kill -9 of workers, executors, callers, control processes", kills, settings.kills),
    ...[...faults.requests].filter(([, count]) => count >= FEW).map(([name]) => share(outcome, name)),
    ...[...faults.mishaps].map(([name, { hits, of }]) =>
      atLeast(`messages ${name.replace("-", " ")} (${hits} of ${of})`, (100 * hits) / of, leastPercent(name), " %"),
    ),
  ];
}

function share({ faults }: Outcome, name: string): Check {
  const kinds = faults.counts.get(name) ?? new Map<Fault, number>();
  const count = (...which: Fault[]) => which.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  const requests = faults.requests.get(name)!;
  const what = `${name} (${requests}: ${words(kinds)})`;
  return atLeast(what, (100 * count("error", "throttle")) / requests, LEAST_PERCENT, " %");
}

/** For the reader, a line each. */
export function figures({ deeds, replacements, requests, ends, seconds, troubles }: Outcome): string[] {
  return [
    `the monkey's deeds: ${words(deeds)}; ${replacements} rolling replacements of all workers were finished`,
    `records in the end: ${words(ends)}`,
    `clients' requests: ${words(requests)}`,
    `${seconds.load.toFixed(0)} s of load, ${seconds.quiet.toFixed(0)} s until all was quiet; ${troubles.length} warnings and errors in logs`,
  ];
}
