import { createInterface } from "node:readline";
import { answerTo, open } from "../runtime/gateway/loopback";
import { type Moment, msBetween, now } from "./clock";
import type { Row } from "./report";

interface Delivery {
  readonly number: number;
  readonly sentAt: Moment;
  readonly arrivedAt: Moment;
}

export interface EventTiming {
  readonly count: number;
  readonly everySeconds: number;
}

/** One event stream to the app and one through the gateway, at the same time: each event arrives before the next is sent. */
export async function events(
  ports: { readonly app: number; readonly gateway: number },
  timing: EventTiming,
): Promise<Row> {
  const [alone, through] = await Promise.all([deliveries(ports.app, timing), deliveries(ports.gateway, timing)]);
  const isWithin = [alone, through].every((list) => list.length === timing.count && list.every(isInTime));
  return {
    name: `events for ${Math.round((timing.count - 1) * timing.everySeconds)} s, one each ${timing.everySeconds} s`,
    trials: timing.count,
    alone: summary(alone),
    through: summary(through),
    bound: "each before the next is sent",
    isWithin,
  };
}

async function deliveries(port: number, { count, everySeconds }: EventTiming): Promise<Delivery[]> {
  const answer = await answerTo(open(port, `/events?count=${count}&every=${everySeconds}`));
  const list: Delivery[] = [];
  for await (const line of createInterface({ input: answer })) {
    const arrivedAt = now();
    if (line.startsWith("data: ")) list.push({ ...JSON.parse(line.slice(6)), arrivedAt });
  }
  return list;
}

function isInTime({ number, arrivedAt }: Delivery, place: number, list: readonly Delivery[]): boolean {
  const next = list[place + 1];
  return number === place && (next === undefined || arrivedAt < next.sentAt);
}

function summary(list: readonly Delivery[]): string {
  const late = list.filter((delivery, place) => !isInTime(delivery, place, list)).length;
  const slowest = Math.max(...list.map(({ sentAt, arrivedAt }) => msBetween(sentAt, arrivedAt)));
  return `${list.length} arrived, ${late} late, slowest ${slowest.toFixed(0)} ms`;
}
