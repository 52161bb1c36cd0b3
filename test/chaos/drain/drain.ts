import { ENDED, OWN_CLOSE, WHOLE } from "../lasting";
import { EVENTS_CUT, NO_GOODBYE, NO_QUIET, type Plant } from "../plants";
import { prepare } from "../program";
import { atLeast, type Check, caught, figure, none, words } from "../report";
import type { Run } from "../run";
import { type Findings, type Order, type Plan, replaceTasks } from "./replacements";
import { CLEAN } from "./task";

const LOAD = { tasks: 3, rate: 500, streams: 50, sockets: 50 };

const repeated = (order: Order, times: number) => Array.from({ length: times }, () => order);

const LONG: Plan = {
  ...LOAD,
  orders: [...repeated("rolling", 20), ...repeated("spot", 20)],
  deadlineMs: 20_000,
  quietMs: 5000,
  deregistrationMs: 6000,
  stillSendingMs: 10_000,
};

const SHORT: Plan = {
  ...LOAD,
  orders: ["rolling", "spot", "rolling", "spot"],
  deadlineMs: 5000,
  quietMs: 1000,
  deregistrationMs: 800,
  stillSendingMs: 1500,
};

const SMALL: Plan = { ...SHORT, orders: ["spot"], tasks: 2, rate: 50, streams: 0, sockets: 0 };
const PLANTED: readonly (readonly [Plant, Plan])[] = [
  [NO_QUIET, { ...SMALL, rate: 20 }],
  [NO_GOODBYE, { ...SMALL, sockets: 10 }],
  [EVENTS_CUT, { ...SMALL, streams: 10 }],
];

/** Tasks come and go, and nobody notices: no request fails, and whoever stays connected is told to come back. */
export async function drain({ isLong, random, log, progress }: Run): Promise<Check[]> {
  prepare(PLANTED.map(([plant]) => plant));
  const plan = isLong ? LONG : SHORT;
  const findings = await replaceTasks(plan, random, (text) => {
    progress(text);
    if (isLong) log(text);
  });
  for (const part of ["streams", "sockets", "ends"] as const) log(`${part}: ${words(findings[part])}`);
  const checks = held(plan, findings);
  for (const [plant, small] of PLANTED) {
    progress(`planted: ${plant.what}`);
    const planted = { ...small, plant };
    checks.push(caught(plant.what, held(planted, await replaceTasks(planted, random, () => undefined))));
  }
  return checks;
}

/** The code of a WebSocket whose server is going away. */
const GOING_AWAY = "1001";

function held(plan: Plan, { requests, perSecond, failures, streams, sockets, ends }: Findings): Check[] {
  const of = (order: Order) => plan.orders.filter((each) => each === order).length;
  const away = sockets.get(GOING_AWAY) ?? 0;
  const [whole, ended] = [streams.get(WHOLE) ?? 0, streams.get(ENDED) ?? 0];
  return [
    figure("replacements: rolling, Spot", `${of("rolling")}, ${of("spot")}`),
    rate(requests, perSecond, plan),
    none("requests with another answer than 2xx", failures),
    atLeast("WebSockets closed with 1001", away, plan.sockets === 0 ? 0 : plan.orders.length),
    none("WebSockets closed otherwise", sockets, [GOING_AWAY, OWN_CLOSE]),
    figure("streams that came whole, that ended cleanly", `${whole}, ${ended}`),
    none("streams broken off", streams, [WHOLE, ENDED]),
    none(`tasks that ended otherwise than "${CLEAN}"`, ends, [CLEAN]),
  ];
}

/** A machine that does not keep up is told of in the long form. */
function rate(requests: number, perSecond: number, { rate, orders }: Plan): Check {
  const what = `requests per second, of ${requests} requests`;
  return orders.length > 10 ? atLeast(what, perSecond, 0.95 * rate) : figure(what, perSecond.toFixed(0));
}
