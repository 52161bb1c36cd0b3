import { setTimeout as delay } from "node:timers/promises";
import { gatewayConfig } from "../../runtime/gateway/gateway-process";
import { stopEverything } from "../../runtime/gateway/loopback";
import { App } from "../app";
import { Balancer, Target } from "../balancer";
import { ENDED, type Ends, OWN_CLOSE, readEvents, talk, WHOLE } from "../lasting";
import { LEAK, type Plant, SECRET_TOLD } from "../plants";
import { Program, prepare } from "../program";
import type { Random } from "../random";
import { atLeast, atMost, type Check, caught, exactly, figure, none } from "../report";
import type { Run } from "../run";
import { Traffic } from "../traffic";
import { requestText, Wire } from "../wire";
import { floors, type Sample, slopePerHour } from "./slope";
import { TOKENS, Tokens } from "./tokens";

interface Plan {
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly sampleSeconds: number;
  readonly logSeconds: number;
}

const LONG: Plan = { warmUpSeconds: 600, seconds: 3600, sampleSeconds: 5, logSeconds: 120 };
const SHORT: Plan = { warmUpSeconds: 12, seconds: 15, sampleSeconds: 0.5, logSeconds: 8 };
const PLANTED: Plan = { ...SHORT, warmUpSeconds: 2, seconds: 9 };

const RATE = 500;
const LASTING = 20;
/** Events of a stream: two minutes, well within what the gateway gives a request in all. */
const LONGEST = 1200;
/** Requests per second whose client leaves before the answer. */
const LEAVERS = 5;

/** In an hour a leak of a byte per request would be 1.8 MB. A run of seconds sees only what is coarse. */
const MOST_SLOPE_MB = 1;
const MOST_GROWTH_MIB = 16;
/** Connections come and go with the load. */
const MOST_DESCRIPTORS = 10;

/** Over a garbage collection of every kind: there is a full one every minute or two. */
const SPAN_SECONDS = 300;

const PLANTS = [LEAK, SECRET_TOLD];

/** Neither memory nor descriptors grow while requests, streams and WebSockets come and go, and no secret is told. */
export async function soak({ isLong, random, log, progress }: Run): Promise<Check[]> {
  prepare(PLANTS);
  const checks = await runSoak(isLong ? LONG : SHORT, isLong, random, { log, progress });
  const silent = { log: () => undefined, progress };
  for (const plant of PLANTS) checks.push(caught(plant.what, await runSoak(PLANTED, false, random, silent, plant)));
  return checks;
}

async function runSoak(
  plan: Plan,
  isLong: boolean,
  random: Random,
  { log, progress }: Pick<Run, "log" | "progress">,
  plant?: Plant,
): Promise<Check[]> {
  const app = await App.start("node", { maxInputs: 1000 });
  const tokens = await Tokens.start();
  const config = await gatewayConfig(app.port, {
    web: { gate: { maxInputs: 200, maxQueued: 1000 }, auth: { cacheMs: 60_000 } },
    ...tokens.config,
  });
  const program = await Program.start(config, { plant, env: tokens.environment, onLine: tokens.search });
  const target = new Target(program.port);
  const balancer = new Balancer();
  balancer.register(target);
  const headers = () => tokens.any(random);
  const traffic = new Traffic(balancer, random, RATE, headers);
  const [streams, sockets]: [Ends, Ends] = [new Map(), new Map()];
  let isOver = false;
  const lasting = { balancer, random, headers, longest: LONGEST, isOver: () => isOver };
  const company = Array.from({ length: LASTING }, () => [
    readEvents({ ...lasting, ends: streams }),
    talk({ ...lasting, ends: sockets }, 20_000),
  ]).flat();
  const leavers = setInterval(() => void leave(program.port, random, headers()), 1000 / LEAVERS);
  traffic.start();

  const start = performance.now();
  const memory: Sample[] = [];
  const descriptors: Sample[] = [];
  let nextLog = 0;
  for (let seconds = 0; seconds < plan.warmUpSeconds + plan.seconds; ) {
    await delay(plan.sampleSeconds * 1000);
    seconds = (performance.now() - start) / 1000;
    const sample = { seconds, value: program.residentMiB() };
    const open = program.descriptors();
    if (seconds >= plan.warmUpSeconds) {
      memory.push(sample);
      descriptors.push({ seconds, value: open });
    }
    const line = `${traffic.done} requests, ${sample.value.toFixed(1)} MiB, ${open} descriptors`;
    progress(line);
    if (seconds < nextLog) continue;
    nextLog = seconds + plan.logSeconds;
    log(line);
  }
  clearInterval(leavers);
  isOver = true;
  const { perSecond } = traffic;
  await traffic.stop();
  await Promise.all(company);
  const [inFlight = -1] = await program.metrics("slipway_in_flight");
  target.close();
  tokens.search(program.environment());
  await program.end();
  await app.end();
  await stopEverything();

  return [
    figure("requests, streams, WebSockets", [traffic.done, total(streams), total(sockets)].join(", ")),
    isLong
      ? atLeast("requests per second", perSecond, 0.95 * RATE)
      : figure("requests per second", perSecond.toFixed(0)),
    ...memoryChecks(memory, isLong),
    atMost("growth of descriptors, last third against first", thirds(descriptors, Math.min), MOST_DESCRIPTORS),
    none("failed requests", traffic.failures),
    none("broken streams", streams, [WHOLE, ENDED]),
    none("WebSockets closed by the server", sockets, [OWN_CLOSE]),
    exactly("in flight at the end", inFlight, 0),
    figure("bytes of log and environment searched", tokens.searched),
    exactly("secrets in the gateway's log and environment", await tokens.found(), 0),
    atLeast("reads of the table of tokens", tokens.reads, TOKENS),
  ];
}

function memoryChecks(memory: readonly Sample[], isLong: boolean): Check[] {
  const values = memory.map(({ value }) => value);
  const range = figure(
    "resident memory after warm-up, MiB",
    `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`,
  );
  if (!isLong)
    return [
      range,
      atMost("growth of memory, last third against first", thirds(memory, Math.min), MOST_GROWTH_MIB, " MiB"),
    ];
  const slope = slopePerHour(floors(memory, SPAN_SECONDS));
  return [range, atMost("slope of memory, each five minutes' lowest", slope * 1.048576, MOST_SLOPE_MB, " MB/h")];
}

function thirds(samples: readonly Sample[], of: (...values: number[]) => number): number {
  const third = Math.ceil(samples.length / 3);
  const values = samples.map(({ value }) => value);
  return of(...values.slice(-third)) - of(...values.slice(0, third));
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Asks, and goes away before the answer. */
async function leave(port: number, random: Random, headers: readonly string[]): Promise<void> {
  const wire = await Wire.open(port);
  wire.send(requestText("/work?ms=50", { headers }));
  await delay(random.between(0, 20));
  if (random.chance(0.5)) wire.reset();
  else wire.close();
}
