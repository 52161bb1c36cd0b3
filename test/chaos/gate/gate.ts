import { DOUBLE_RELEASE, KEPT_ON_ABORT, RELEASE_AT_HEAD } from "../plants";
import { prepare } from "../program";
import { atLeast, type Check, caught, figure, none, together, words } from "../report";
import type { Run } from "../run";
import { type Findings, runScenario, type Scenario } from "./scenario";

const KINDS = ["node", "asgi", "wsgi"] as const;

/** Requests and crashes of each kind of app. A client that leaves costs 50 ms of its place: one place alone takes long. */
type Plan = Readonly<Record<(typeof KINDS)[number], { readonly requests: number; readonly crashes: number }>>;

const LONG: readonly (readonly [maxInputs: number, plan: Plan])[] = [
  [1, plan([45_000, 12], [10_000, 6], [3000, 2])],
  [4, plan([180_000, 20], [32_000, 8], [10_000, 3])],
  [100, plan([600_000, 40], [100_000, 12], [20_000, 4])],
];
const SHORT: typeof LONG = [
  [1, plan([700, 2], [300, 1], [200, 1])],
  [4, plan([2500, 2], [700, 1], [300, 1])],
  [100, plan([6000, 2], [1200, 1], [400, 1])],
];

function plan(...counts: readonly [requests: number, crashes: number][]): Plan {
  const [node, asgi, wsgi] = counts.map(([requests, crashes]) => ({ requests, crashes }));
  return { node: node!, asgi: asgi!, wsgi: wsgi! };
}

const PLANTED: Omit<Scenario, "plant"> = { kind: "node", maxInputs: 4, requests: 800, crashes: 0, mostSeconds: 6 };
const PLANTS = [DOUBLE_RELEASE, RELEASE_AT_HEAD, KEPT_ON_ABORT];

/** Percent of those who asked while the app was there, that were not refused by the queue or a timer. */
const LEAST_SERVED = 50;

/** However requests end, at most `maxInputs` are in the app at once, and in the end none is, on both sides. */
export async function gate({ isLong, random, log, progress }: Run): Promise<Check[]> {
  prepare(PLANTS);
  let total = 0;
  const column = async ([maxInputs, plan]: (typeof LONG)[number]) => {
    const checks: Check[] = [];
    for (const kind of KINDS) {
      const scenario: Scenario = { kind, maxInputs, ...plan[kind] };
      const name = `${kind}, maxInputs ${maxInputs}`;
      const findings = await runScenario(scenario, random, (done) => progress(`${name}: ${done}`));
      total += findings.requests;
      log(`${name}: ${described(findings)}`);
      checks.push(together(name, held(name, scenario, findings)));
    }
    return checks;
  };
  // Side by side: few places leave a machine idle.
  const checks = (await Promise.all((isLong ? LONG : SHORT).map(column))).flat();
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
    mostInside(`${name}: the most in the app`, most, maxInputs),
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

/** Never one more; and with far fewer the run would show little. */
function mostInside(what: string, most: number, maxInputs: number): Check {
  const isHeld = most <= maxInputs && most >= maxInputs / 2;
  return { what, bound: `at most ${maxInputs}`, value: `${most}`, isHeld };
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
