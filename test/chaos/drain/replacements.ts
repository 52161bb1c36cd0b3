import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../runtime/gateway/loopback";
import { Balancer } from "../balancer";
import { type Ends, readEvents, talk } from "../lasting";
import type { Plant } from "../plants";
import type { Random } from "../random";
import { Traffic } from "../traffic";
import { Task, type TaskOptions } from "./task";

/** A deploy deregisters a task first; a Spot interruption's SIGTERM comes while the balancer is still sending. */
export type Order = "rolling" | "spot";

export interface Plan extends TaskOptions {
  readonly orders: readonly Order[];
  readonly tasks: number;
  readonly rate: number;
  readonly streams: number;
  readonly sockets: number;
  /** Longest that a deregistered target may take to finish its requests. */
  readonly deregistrationMs: number;
  /** How long the balancer goes on sending after SIGTERM, on a Spot interruption. */
  readonly stillSendingMs: number;
  readonly plant?: Plant;
}

export interface Findings {
  readonly requests: number;
  readonly perSecond: number;
  readonly failures: ReadonlyMap<string, number>;
  readonly streams: Ends;
  readonly sockets: Ends;
  /** How the tasks that were replaced ended, by words. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Replaces tasks under load, one after the other. */
export async function replaceTasks(plan: Plan, random: Random, tick: (done: string) => void): Promise<Findings> {
  const balancer = new Balancer();
  let started = 0;
  const start = () => Task.start(plan, started++);
  const tasks = await Promise.all(Array.from({ length: plan.tasks }, start));
  for (const { target } of tasks) balancer.register(target);

  const traffic = new Traffic(balancer, random, plan.rate);
  const [streams, sockets]: [Ends, Ends] = [new Map(), new Map()];
  let isOver = false;
  const lasting = { balancer, random, isOver: () => isOver };
  const company = [
    ...Array.from({ length: plan.streams }, () => readEvents({ ...lasting, ends: streams })),
    ...Array.from({ length: plan.sockets }, () => talk({ ...lasting, ends: sockets })),
  ];
  traffic.start();
  await until(() => traffic.done > plan.rate / 2, "traffic flows");

  const ends = new Map<string, number>();
  for (const [i, order] of plan.orders.entries()) {
    tick(`${order} ${i + 1} of ${plan.orders.length}, ${traffic.done} requests`);
    // The oldest.
    const old = tasks.shift()!;
    const fresh =
      order === "rolling" ? await rolling(plan, balancer, old, start) : await spot(plan, balancer, old, start);
    tasks.push(fresh);
    const end = await old.stopped();
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }

  const { perSecond } = traffic;
  await traffic.stop();
  isOver = true;
  await Promise.all(company);
  await Promise.all(tasks.map((task) => task.end()));
  return { requests: traffic.done, perSecond, failures: traffic.failures, streams, sockets, ends };
}

async function rolling(plan: Plan, balancer: Balancer, old: Task, start: () => Promise<Task>): Promise<Task> {
  const fresh = await start();
  balancer.register(fresh.target);
  balancer.deregister(old.target);
  old.willStop();
  await until(() => old.target.outstanding === 0, "nothing is outstanding", plan.deregistrationMs).catch(
    () => undefined,
  );
  old.terminate();
  return fresh;
}

async function spot(plan: Plan, balancer: Balancer, old: Task, start: () => Promise<Task>): Promise<Task> {
  old.terminate();
  const replacement = start();
  await delay(plan.stillSendingMs);
  balancer.deregister(old.target);
  const fresh = await replacement;
  balancer.register(fresh.target);
  return fresh;
}
