import { setTimeout as delay } from "node:timers/promises";
import { gatewayConfig } from "../../runtime/gateway/gateway-process";
import { until } from "../../runtime/gateway/loopback";
import { App, type AppKind } from "../app";
import type { Plant } from "../plants";
import { Program } from "../program";
import type { Random } from "../random";
import { Client } from "./client";
import type { Outcome } from "./outcome";

export interface Scenario {
  readonly kind: AppKind;
  readonly maxInputs: number;
  readonly requests: number;
  readonly crashes: number;
  readonly plant?: Plant;
  /** It ends then, whatever is left: with a planted bug there may be no end. */
  readonly mostSeconds?: number;
}

export interface Findings {
  readonly requests: number;
  /** Outcomes by their words. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly unexpected: ReadonlyMap<string, number>;
  readonly crashes: number;
  /** The most that were in the app at once. */
  readonly most: number;
  /** When all clients are gone: what the app counts, and what the gateway does. */
  readonly insideAtEnd: number;
  readonly inFlightAtEnd: number;
  readonly queuedAtEnd: number;
  readonly tunnelsAtEnd: number;
  /** How the gateway ended. */
  readonly exit: string;
  readonly seconds: number;
}

const TIMERS = { queueMs: 2000, firstByteMs: 1500, idleMs: 5000, totalMs: 60_000 };

/** An app that has come back may have refused a request a moment before. */
const AFTER_CRASH_MS = 250;

const QUIESCENT_MS = 10_000;

const WEIGHTS = {
  work: 40,
  sync: 6,
  upload: 10,
  streamedUpload: 4,
  events: 3,
  boom: 2,
  breaks: 2,
  leaveBeforeAnswer: 10,
  leaveInAnswer: 5,
  leaveInUpload: 6,
  leavePipeline: 2,
  readSlowly: 2,
  webSocket: 8,
  hang: 0,
} satisfies { readonly [V in keyof Client]?: number };

/** Enough to keep every place taken and the queue full now and then. */
function crowd(maxInputs: number): { readonly clients: number; readonly maxQueued: number } {
  return { clients: 2 * maxInputs + 6, maxQueued: maxInputs + 4 };
}

export async function runScenario(scenario: Scenario, random: Random, tick: (done: number) => void): Promise<Findings> {
  const { kind, maxInputs, requests, plant, mostSeconds = Number.POSITIVE_INFINITY } = scenario;
  const { clients, maxQueued } = crowd(maxInputs);
  const app = await App.start(kind, { maxInputs });
  const config = await gatewayConfig(app.port, { web: { gate: { maxInputs, maxQueued }, timers: TIMERS } });
  const program = await Program.start(config, { plant });

  const startedAt = performance.now();
  const deadline = startedAt + mostSeconds * 1000;
  const crashes = new Crashes(app, scenario);
  const tally = new Tally();
  const weights = {
    ...WEIGHTS,
    webSocket: kind === "wsgi" ? 0 : WEIGHTS.webSocket,
    // Each takes a place for as long as the gateway waits.
    hang: 0.01 * maxInputs,
  };
  let begun = 0;
  const crowded = Array.from({ length: clients }, () => {
    const wasDown = (since: number) => crashes.wasDown(since);
    return new Client({ port: program.port, random, limits: TIMERS, longest: 2 * maxInputs, wasDown });
  });
  // Once every place is taken for sure.
  for (const outcome of await Promise.all(crowded.slice(0, maxInputs + 1).map((each) => each.fill())))
    tally.add(outcome);
  const all = crowded.map(async (client) => {
    while (begun < requests && performance.now() < deadline) {
      begun++;
      const outcome = await client[random.weighted(weights)]().catch(noConnection);
      tally.add(outcome);
      crashes.tell(tally.done);
      tick(tally.done);
      // Who is refused does not ask again at once: else there would be nothing but refusals.
      if (outcome.word.startsWith("502")) await crashes.over;
      if (/^50[23] /.test(outcome.word)) await delay(random.between(20, 150));
    }
    client.close();
  });
  await Promise.all(all);
  await crashes.over;

  const atEnd = await quiescence(app, program);
  program.kill("SIGTERM");
  const code = await program.exited;
  const reason = program.event("exit")?.reason ?? "no reason";
  await app.end();
  return {
    requests: tally.done,
    outcomes: tally.outcomes,
    unexpected: tally.unexpected,
    crashes: app.crashes,
    most: app.most,
    ...atEnd,
    exit: `${code} ${reason}`,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

function noConnection(error: Error): Outcome {
  return { word: `no connection: ${error.message}`, isExpected: false };
}

class Tally {
  readonly outcomes = new Map<string, number>();
  readonly unexpected = new Map<string, number>();
  done = 0;

  add({ word, isExpected }: Outcome): void {
    this.done++;
    this.outcomes.set(word, (this.outcomes.get(word) ?? 0) + 1);
    if (!isExpected) this.unexpected.set(word, (this.unexpected.get(word) ?? 0) + 1);
  }
}

/** Kills the app now and then, in even steps of the work. */
class Crashes {
  over: Promise<void> = Promise.resolve();
  private count = 0;
  private isDown = false;
  private upAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly app: App,
    private readonly scenario: Scenario,
  ) {}

  tell(done: number): void {
    const { requests, crashes } = this.scenario;
    if (this.isDown || this.count === crashes || done < ((this.count + 0.5) * requests) / crashes) return;
    this.count++;
    this.over = this.crash();
  }

  wasDown(since: number): boolean {
    return this.isDown || this.upAt + AFTER_CRASH_MS >= since;
  }

  private async crash(): Promise<void> {
    this.isDown = true;
    await this.app.crash();
    this.isDown = false;
    this.upAt = performance.now();
  }
}

type AtEnd = Pick<Findings, "insideAtEnd" | "inFlightAtEnd" | "queuedAtEnd" | "tunnelsAtEnd">;

/** Both counts, once they are 0; or what they are when they do not get there. */
async function quiescence(app: App, program: Program): Promise<AtEnd> {
  let found: AtEnd = { insideAtEnd: -1, inFlightAtEnd: -1, queuedAtEnd: -1, tunnelsAtEnd: -1 };
  const isQuiet = async () => {
    const [inFlightAtEnd = -1, queuedAtEnd = -1, tunnelsAtEnd = -1] = await program.metrics(
      "slipway_in_flight",
      "slipway_queued",
      "slipway_websockets",
    );
    found = { insideAtEnd: await app.inside().catch(() => -1), inFlightAtEnd, queuedAtEnd, tunnelsAtEnd };
    return Object.values(found).every((count) => count === 0);
  };
  await until(isQuiet, "both counts are 0", QUIESCENT_MS).catch(() => undefined);
  return found;
}
