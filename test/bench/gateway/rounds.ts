import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Measured, Order } from "./messages";
import { cpuSeconds, residentMiB } from "./processes";
import { median } from "./statistics";

export interface Plan {
  /** Each with new processes: where one comes to lie in memory makes it a fifth faster or slower for as long as it lives. */
  readonly generations: number;
  /** Of each generation. */
  readonly rounds: number;
  /** Requests of the closed loop in a round. */
  readonly requests: number;
  /** Requests before the first round: a program that is compiled as it runs needs some ten thousand to be itself. */
  readonly warmUp: number;
  readonly openSeconds: number;
  /** Of the closed loop. */
  readonly connections: number;
  /** Requests per second of the open loop. */
  readonly rate: number;
  readonly events: number;
  readonly echoes: number;
}

/** A running server. The app itself, without a proxy, has no process that is measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid?: number;
}

/** Medians over the rounds; times in milliseconds. */
export interface Figures {
  readonly name: string;
  readonly version: string | undefined;
  readonly requestsPerCpuSecond: number;
  /** Requests per CPU-second of each round, in order, to compare two servers round by round. */
  readonly byRound: readonly number[];
  readonly openP50: number;
  readonly openP99: number;
  readonly saturatedP99: number;
  /** The most that was seen at the end of a round. */
  readonly residentMiB: number;
  readonly firstEvent: number;
  readonly echo: number;
  readonly requests: number;
  readonly failed: number;
}

export interface Round {
  readonly perCpuSecond: number;
  readonly closed: Measured;
  readonly open: Measured;
  readonly events: Measured;
  readonly echoes: Measured;
  readonly residentMiB: number;
}

/** Every server is measured once a round, so that a busy spell of the machine meets all of them. */
export async function runRounds(
  plan: Plan,
  subjects: readonly Subject[],
  load: ChildProcess,
  progress: (round: number) => void,
): Promise<Round[][]> {
  const rounds = subjects.map((): Round[] => []);
  for (const { name, port } of subjects) {
    const { failed } = await ask(load, { kind: "closed", port, connections: plan.connections, count: plan.warmUp });
    if (failed > 0) throw new Error(`${name} failed ${failed} of ${plan.warmUp} requests`);
  }
  for (let round = 1; round <= plan.rounds; round++) {
    progress(round);
    for (const [i, subject] of subjects.entries()) rounds[i]!.push(await measure(plan, subject, load));
  }
  return rounds;
}

/** Uncounted requests at the start of a server's turn. */
const REOPENING = 300;

async function ask(load: ChildProcess, order: Order): Promise<Measured> {
  load.send(order);
  return (await once(load, "message"))[0];
}

async function measure(plan: Plan, { port, pid }: Subject, load: ChildProcess): Promise<Round> {
  const { connections } = plan;
  // Connections to the app are opened here: a proxy drops idle ones, and all proxies have been idle for the others' turns.
  await ask(load, { kind: "closed", port, connections, count: REOPENING });
  const before = pid ? cpuSeconds(pid) : Number.NaN;
  const closed = await ask(load, { kind: "closed", port, connections, count: plan.requests });
  const after = pid ? cpuSeconds(pid) : Number.NaN;
  const resident = pid ? residentMiB(pid) : Number.NaN;
  return {
    perCpuSecond: closed.requests / (after - before),
    closed,
    open: await ask(load, { kind: "open", port, rate: plan.rate, seconds: plan.openSeconds }),
    events: await ask(load, { kind: "events", port, count: plan.events }),
    echoes: await ask(load, { kind: "websocket", port, count: plan.echoes }),
    residentMiB: resident,
  };
}

/** The median of all rounds of all generations counts. */
export function summary(name: string, version: string | undefined, rounds: readonly Round[]): Figures {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const parts = rounds.flatMap(({ closed, open, events, echoes }) => [closed, open, events, echoes]);
  return {
    name,
    version,
    requestsPerCpuSecond: of(({ perCpuSecond }) => perCpuSecond),
    byRound: rounds.map(({ perCpuSecond }) => perCpuSecond),
    openP50: of(({ open }) => open.p50),
    openP99: of(({ open }) => open.p99),
    saturatedP99: of(({ closed }) => closed.p99),
    residentMiB: Math.max(...rounds.map(({ residentMiB }) => residentMiB)),
    firstEvent: of(({ events }) => events.p50),
    echo: of(({ echoes }) => echoes.p50),
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  };
}
