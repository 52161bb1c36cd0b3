import { DOUBLE_RELEASE, KEPT_ON_ABORT, RELEASE_AT_HEAD } from "../plants";
import { atLeast, type Check, caught, exactly, figure, none, together, words } from "../report";
import type { Run } from "../run";
import { type Findings, runScenario, type Scenario } from "./scenario";

const MAX_INPUTS = [1, 4, 100] as const;

/** Requests of each kind of app, at each number of places. */
const LONG = {
  node: { requests: 285_000, crashes: 40 },
  asgi: { requests: 40_000, crashes: 12 },
  wsgi: { requests: 9000, crashes: 4 },
};
const SHORT = {
  node: { requests: 3000, crashes: 2 },
  asgi: { requests: 800, crashes: 1 },
  wsgi: { requests: 300, crashes: 1 },
};

const PLANTED: Omit<Scenario, "plant"> = { kind: "node", maxInputs: 4, requests: 800, crashes: 0, mostSeconds: 6 };
const PLANTS = [DOUBLE_RELEASE, RELEASE_AT_HEAD, KEPT_ON_ABORT];

/** Percent of those who asked while the app was there, that were not refused by the queue or a timer. */
const LEAST_SERVED = 50;

/** However requests end, at most `maxInputs` are in the app at once, and in the end none is, on both sides. */
export async function gate({ isLong, random, log, progress }: Run): Promise<Check[]> {
  const checks: Check[] = [];
  const plan = isLong ? LONG : SHORT;
  let total = 0;
  for (const maxInputs of MAX_INPUTS) {
    for (const kind of ["node", "asgi", "wsgi"] as const) {
      const scenario: Scenario = { kind, maxInputs, ...plan[kind] };
      const name = `${kind}, maxInputs ${maxInputs}`;
      const findings = await runScenario(scenario, random, (done) => progress(`${name}: ${done}`));
      total += findings.requests;
      log(`${name}: ${described(findings)}`);
      checks.push(together(name, held(name, scenario, findings)));
    }
  }
  checks.push(figure("requests in all", total));
  for (const plant of PLANTS) {
    const scenario: Scenario = { ...PLANTED, plant };
    const findings = await runScenario(scenario, random, (done) => progress(`${plant.what}: ${done}`));
    checks.push(caught(plant.what, held("", scenario, findings)));
  }
  return checks;
}

function held(name: string, { maxInputs }: Scenario, findings: Findings): Check[] {
  const { most, insideAtEnd, inFlightAtEnd, queuedAtEnd, tunnelsAtEnd, unexpected, exit } = findings;
  const atEnd = [insideAtEnd, inFlightAtEnd, queuedAtEnd, tunnelsAtEnd];
  return [
    exactly(`${name}: the most in the app`, most, maxInputs),
    {
      what: `${name}: in the app, in flight, queued, WebSockets at the end`,
      bound: "0, 0, 0, 0",
      value: atEnd.join(", "),
      isHeld: atEnd.every((count) => count === 0),
    },
    none(`${name}: unexpected ends`, unexpected),
    atLeast(`${name}: served`, 100 * served(findings), LEAST_SERVED, " %"),
    { what: `${name}: the gateway's exit`, bound: "0 drained", value: exit, isHeld: exit === "0 drained" },
  ];
}

function served({ outcomes, requests }: Findings): number {
  let [refused, away] = [0, 0];
  for (const [word, count] of outcomes) {
    if (/^50[34] /.test(word)) refused += count;
    else if (word.startsWith("502")) away += count;
  }
  return 1 - refused / (requests - away);
}

function described({ requests, seconds, crashes, most, outcomes }: Findings): string {
  return `${requests} requests in ${seconds.toFixed(0)} s, ${crashes} crashes, most ${most}; ${words(outcomes)}`;
}
