import type { Random } from "../random";
import { type Check, caught, exactly, figure, none, together } from "../report";
import type { Run } from "../run";
import { type Lane, type LaneFindings, runLane } from "./lane";

/** As the product sets it, see `lib/task/web-task.ts`. */
const POOL_IDLE_MS = 1000;
/** The product's are 60 s and 65 s. */
const BALANCER_MS = 3000;
const GATEWAY_MS = 4000;

const COMMON = {
  poolIdleMs: POOL_IDLE_MS,
  balancerMs: BALANCER_MS,
  gatewayMs: GATEWAY_MS,
  spread: 0.1,
  ownSpread: 0.01,
  posts: 0.5,
};
const OURS = [POOL_IDLE_MS, BALANCER_MS, GATEWAY_MS];

/** The servers with their own timeouts. Our runner keeps connections for a minute; it meets the others' timeouts too. */
const APPS = [
  { kind: "uvicorn", timeouts: [...OURS, 5000] },
  { kind: "gunicorn", timeouts: [...OURS, 2000] },
  { kind: "node", timeouts: [...OURS, 5000] },
  { kind: "asgi", timeouts: [...OURS, 5000] },
  { kind: "wsgi", timeouts: [...OURS, 2000] },
] as const;

const LONG = { connections: 400, rounds: 50 };
const SHORT = { connections: 50, rounds: 5 };

/** All about the app's own timeout, with a pool that outlasts it: undici notices most of the connections that are closing. */
const SLOW_POOL: Lane = {
  ...{ kind: "uvicorn", connections: 500, rounds: 13, endsAtFailure: true, timeouts: [4997, 5001, 5005] },
  ...{ spread: 0.0005, ownSpread: 0.001, posts: 1, poolIdleMs: 30_000, balancerMs: 20_000, gatewayMs: 30_000 },
};

const EARLY_GATEWAY: Lane = {
  ...COMMON,
  // The gateway looks once a second which connections have been idle for long enough.
  ...{ kind: "node", connections: 50, rounds: 3, timeouts: [4800], gatewayMs: 2000, balancerMs: 6000 },
};

/** Whoever on the path is the first to close an idle connection, no request is ever sent on one that is closing. */
export async function keepAlive({ isLong, random, log, progress }: Run): Promise<Check[]> {
  const lanes = APPS.map((app): Lane => ({ ...COMMON, ...app, ...(isLong ? LONG : SHORT) }));
  let done = 0;
  const tick = () => progress(`${++done} requests`);
  const planted = plantedRuns(random);
  const findings = await Promise.all(lanes.map((lane) => runLane(lane, random, tick)));
  const checks: Check[] = [];
  for (const [i, { kind }] of lanes.entries()) {
    log(`${kind}: ${described(findings[i]!)}`);
    checks.push(together(kind, held(kind, findings[i]!)));
  }
  const connections = lanes.reduce((sum, lane) => sum + lane.connections, 0);
  const requests = findings.reduce((sum, each) => sum + each.requests, 0);
  checks.push(figure("requests, connections in all", `${requests}, ${connections}`));
  return [...checks, ...(await planted)];
}

async function plantedRuns(random: Random): Promise<Check[]> {
  const quiet = () => undefined;
  const slowPool = await runLane(SLOW_POOL, random, quiet);
  const early = await runLane(EARLY_GATEWAY, random, quiet);
  return [
    caught("the gateway keeps connections longer than the app", held("", slowPool)),
    caught("the gateway keeps connections shorter than its balancer", held("", early)),
  ];
}

function held(name: string, { failures, closedFirst }: LaneFindings): Check[] {
  return [
    none(`${name}: failed`, failures),
    exactly(`${name}: idle connections that the gateway closed first`, closedFirst, 0),
  ];
}

function described({ requests, onKept, closedFirst, failures }: LaneFindings): string {
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return `${requests} requests, ${onKept} on a kept connection, ${closedFirst} closed first, ${failed} failed`;
}
