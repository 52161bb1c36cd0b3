import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Program } from "../chaos/program";
import { Random } from "../chaos/random";
import { gatewayConfig } from "../runtime/gateway/gateway-process";
import { until } from "../runtime/gateway/loopback";
import { ANSWERS, ATTACKS, FRAMES } from "./corpus";
import { HOST } from "./exchange";
import { slopeOfMinima } from "./growth";
import { mutate } from "./mutate";
import { Recorder } from "./recorder";

const CLIENTS = 12;

/** The time that a client waits for more, at the most. */
const LONGEST_WAIT_MS = 250;

const HEALTH_MS = 1000;

/** One late answer may be the machine's, which others use too; so many in a row are the gateway's. */
const LATE_LOOKS = 3;
const SAMPLE_MS = 1000;

/** A run is warm after this part of it. */
const WARM_UP = 0.25;

/** Growth of the least memory of two minutes, an hour; what the collector leaves for later is not growth. */
const MOST_MIB_AN_HOUR = 24;
const MOST_MIB = 400;
const MOST_FAULTS_KEPT = 20;

export interface FuzzOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** How often a line says where the run is. */
  readonly reportMs: number;
}

interface Sample {
  readonly at: number;
  readonly residentMiB: number;
  readonly descriptors: number;
}

/**
 * The corpus, wrong in ways that nobody thought of, against the real program. It must live, answer its health check, pass on
 * only what is sound to the letter, grow in nothing, and have nothing in flight in the end. Returns what did not hold.
 */
export async function fuzz({ minutes, seed, print, reportMs }: FuzzOptions): Promise<string[]> {
  const recorder = await Recorder.start();
  const timers = { queueMs: 2000, firstByteMs: 2000, idleMs: 2000, totalMs: 5000 };
  const program = await Program.start(await gatewayConfig(recorder.port, { web: { timers } }));
  const fuzzer = new Fuzzer(recorder, program, seed);
  const wrong: string[] = [];
  const samples: Sample[] = [];
  const restingDescriptors = program.descriptors();
  const start = performance.now();
  const end = start + minutes * 60_000;
  let reportAt = start + reportMs;
  let lastTold: Sample | undefined;

  const isOver = () => performance.now() >= end || !program.isRunning || wrong.length > 0;
  const clients = Array.from({ length: CLIENTS }, (_, i) => fuzzer.run(new Random(seed + i), isOver));

  while (!isOver()) {
    await delay(SAMPLE_MS);
    if (!program.isRunning) break;
    wrong.push(...(await fuzzer.look()));
    samples.push({
      at: performance.now() - start,
      residentMiB: program.residentMiB(),
      descriptors: program.descriptors(),
    });
    if (performance.now() >= reportAt) {
      reportAt += reportMs;
      print(fuzzer.line(samples));
      lastTold = samples.at(-1);
    }
  }
  await Promise.all(clients);

  if (!program.isRunning) wrong.push(`the gateway ended: ${await program.exited} ${program.stderr}`);
  else wrong.push(...(await atRest(program, recorder, restingDescriptors)));
  if (program.event("crash") !== undefined) wrong.push(`crash: ${JSON.stringify(program.event("crash"))}`);
  if (program.stderr !== "") wrong.push(`stderr: ${program.stderr}`);

  if (samples.at(-1) !== lastTold) print(fuzzer.line(samples));
  const most = Math.max(...samples.map(({ residentMiB }) => residentMiB));
  if (most > MOST_MIB) wrong.push(`${most.toFixed(0)} MiB resident`);
  const warm = samples.filter(({ at }) => at > minutes * 60_000 * WARM_UP);
  const growth = slopeOfMinima(warm.map(({ at, residentMiB }) => [at, residentMiB]));
  if (growth !== undefined) {
    print(
      `after warm-up the least memory of two minutes changes by ${growth.toFixed(1)} MiB/h (bound ${MOST_MIB_AN_HOUR})`,
    );
    if (growth > MOST_MIB_AN_HOUR) wrong.push(`memory grows by ${growth.toFixed(1)} MiB/h`);
  }
  await program.end();
  await recorder.stop();
  return wrong;
}

/** What is left when nobody asks any more. */
async function atRest(program: Program, recorder: Recorder, restingDescriptors: number): Promise<string[]> {
  const left: string[] = [];
  const comesTrue = (condition: () => unknown, name: string) =>
    until(condition, name, 15_000).catch((error: Error) => void left.push(error.message));
  await comesTrue(async () => (await program.metrics("slipway_in_flight"))[0] === 0, "nothing is in flight");
  await comesTrue(() => recorder.connections === 0, "the app has no connection");
  // The look itself may have one.
  await comesTrue(() => program.descriptors() <= restingDescriptors + 2, "the descriptors are back to what they were");
  return left;
}

class Fuzzer {
  private inputs = 0;
  private answers = 0;
  private requests = 0;
  private cuts = 0;
  private readonly seeds: readonly string[];
  private slowestHealthMs = 0;
  private late = 0;
  private toldAt = -1;

  constructor(
    private readonly recorder: Recorder,
    private readonly program: Program,
    seed: number,
  ) {
    this.seeds = Object.entries(ATTACKS).flatMap(([name, attacks]) =>
      attacks.map(({ bytes }, i) => bytes({ host: HOST, path: `/${name}/${i}/${seed}` })),
    );
  }

  /** The least since the line before, since that is what grows if something does. */
  line(samples: readonly Sample[]): string {
    const at = samples.at(-1)?.at ?? 0;
    const fresh = samples.filter((sample) => sample.at > this.toldAt);
    this.toldAt = at;
    const least = (of: (sample: Sample) => number) => Math.min(...fresh.map(of)).toFixed(0);
    return [
      `${(at / 60_000).toFixed(1).padStart(5)} min`,
      `${this.inputs} inputs`,
      `${this.answers} answers`,
      `${this.requests} requests at the app`,
      `${this.cuts} cut`,
      `at least ${least(({ residentMiB }) => residentMiB)} MiB`,
      `at least ${least(({ descriptors }) => descriptors)} descriptors`,
      `health at most ${this.slowestHealthMs.toFixed(0)} ms`,
    ].join(", ");
  }

  /** Whether all is well now. */
  async look(): Promise<string[]> {
    const { requests, cuts, faults } = this.recorder.take();
    this.requests += requests.length;
    this.cuts += cuts.length;
    const wrong = faults.slice(0, MOST_FAULTS_KEPT).map((fault) => `at the app: ${fault}`);
    const asked = performance.now();
    const status = await this.program.health();
    const took = performance.now() - asked;
    this.slowestHealthMs = Math.max(this.slowestHealthMs, took);
    this.late = took > HEALTH_MS ? this.late + 1 : 0;
    if (status !== 200) wrong.push(`the health check is ${status}`);
    if (this.late === LATE_LOOKS)
      wrong.push(`the health check took ${took.toFixed(0)} ms, ${LATE_LOOKS} times in a row`);
    return wrong;
  }

  async run(random: Random, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const kind = random.weighted({ request: 12, answer: 3, frames: 2 });
      const socket = connect({ port: this.program.port, host: "127.0.0.1", noDelay: true });
      socket.on("error", () => undefined);
      try {
        if (kind === "request") await this.send(socket, mutate(random.pick(this.seeds), random, this.seeds), random);
        else if (kind === "answer") await this.answer(socket, random);
        else await this.frames(socket, random);
      } finally {
        if (random.chance(0.3)) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }

  private async send(socket: Socket, text: string, random: Random): Promise<void> {
    this.inputs++;
    let hasAnswer = false;
    socket.on("data", () => {
      hasAnswer = true;
    });
    const closed = once(socket, "close").catch(() => undefined);
    for (const piece of pieces(text, random)) {
      if (!socket.writable) break;
      socket.write(piece, "latin1");
      if (random.chance(0.5)) await delay(random.integer(0, 10));
    }
    if (random.chance(0.3)) socket.end();
    await Promise.race([closed, delay(random.integer(1, LONGEST_WAIT_MS))]);
    if (hasAnswer) this.answers++;
  }

  /** A sound request, and an answer that may not be. */
  private async answer(socket: Socket, random: Random): Promise<void> {
    const target = `/answers/${this.inputs}`;
    const bytes = mutate(
      random.pick(ANSWERS).bytes,
      random,
      ANSWERS.map((answer) => answer.bytes),
    );
    this.recorder.answers.set(target, { bytes, ends: random.chance(0.5) });
    const method = random.pick(["GET", "HEAD", "POST"]);
    const chunked = method === "POST" && random.chance(0.5);
    const body = chunked ? "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n" : "\r\n";
    await this.send(socket, `${method} ${target} HTTP/1.1\r\nHost: ${HOST}\r\n${body}`, random);
    this.recorder.answers.delete(target);
  }

  private async frames(socket: Socket, random: Random): Promise<void> {
    const all = FRAMES.map(({ frames }) => frames.toString("latin1"));
    const ask =
      `GET /frames HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    await this.send(socket, ask + mutate(random.pick(all), random, all), random);
  }
}

/** The text in one piece, in some, or a byte at a time. */
function pieces(text: string, random: Random): string[] {
  const way = random.weighted({ whole: 5, some: 4, bytes: 1 });
  if (way === "whole" || text.length > 10_000) return [text];
  if (way === "bytes") return [...text.slice(0, 300), text.slice(300)];
  const cuts = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, text.length)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => text.slice(from, cuts[i] ?? text.length));
}
