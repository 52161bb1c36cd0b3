import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { gatewayConfig } from "../../runtime/gateway/gateway-process";
import { App, type AppKind } from "../app";
import { Program } from "../program";
import type { Random } from "../random";
import { answerWord, requestText, Wire } from "../wire";

/** One app behind a gateway, and those who ask it over connections that they keep. */
export interface Lane {
  readonly kind: AppKind;
  readonly connections: number;
  /** Requests of each connection. */
  readonly rounds: number;
  /** The timeouts on the path, in milliseconds: gaps are about as long as one of them. */
  readonly timeouts: readonly number[];
  /** With a planted bug the first failure is enough. */
  readonly endsAtFailure?: boolean;
  /** How far from a timeout a gap may be, as a part of it. */
  readonly spread: number;
  /** How far those who ask are from one another. */
  readonly ownSpread: number;
  /** The part of requests that nobody may send twice. */
  readonly posts: number;
  readonly poolIdleMs: number;
  /** How long the gateway keeps a client's idle connection. */
  readonly gatewayMs: number;
  /** How long its client does, which is a load balancer. */
  readonly balancerMs: number;
}

export interface LaneFindings {
  readonly requests: number;
  /** What went wrong, by its words. */
  readonly failures: ReadonlyMap<string, number>;
  /** Requests on a connection that had carried one before. */
  readonly onKept: number;
  /** Idle connections that the gateway closed before the balancer did. */
  readonly closedFirst: number;
}

export async function runLane(lane: Lane, random: Random, tick: () => void): Promise<LaneFindings> {
  const { kind, connections, rounds, timeouts, spread, ownSpread } = lane;
  const app = await App.start(kind, { maxInputs: 1000 });
  const config = await gatewayConfig(app.port, {
    listen: { keepAliveMs: lane.gatewayMs },
    upstream: { poolIdleMs: lane.poolIdleMs },
    web: { gate: { maxInputs: 1000, maxQueued: 5000 } },
  });
  const program = await Program.start(config);
  // All are idle for the same time: so they ask together, and the gateway's connections to the app are idle as long.
  const gaps = Array.from(
    { length: rounds },
    (_, round) => timeouts[round % timeouts.length]! * random.between(1 - spread, 1 + spread),
  );
  const findings = { requests: 0, failures: new Map<string, number>(), onKept: 0, closedFirst: 0 };

  const one = async () => {
    const balanced = new BalancedConnection(program.port, lane.balancerMs);
    for (const [round, gap] of gaps.entries()) {
      const { word, wasKept } = await balanced.ask(random.chance(lane.posts) ? POST : GET);
      findings.requests++;
      if (wasKept) findings.onKept++;
      if (word !== "right") findings.failures.set(word, (findings.failures.get(word) ?? 0) + 1);
      tick();
      if (round === rounds - 1 || (lane.endsAtFailure && findings.failures.size > 0)) break;
      await delay(gap * random.between(1 - ownSpread, 1 + ownSpread));
    }
    findings.closedFirst += balanced.closedFirst;
    balanced.close();
  };
  await Promise.all(Array.from({ length: connections }, one));
  await program.end();
  await app.end();
  return findings;
}

const BODY = "a small body";
const GET = { request: requestText("/work?ms=5"), wanted: "worked" };
const POST = {
  request: requestText("/echo", { method: "POST" }, BODY),
  wanted: `${BODY.length} ${createHash("sha1").update(BODY).digest("hex")}`,
};

/** A load balancer's connection to its target: it closes it itself when it has been idle for long, and asks again on a new one. */
class BalancedConnection {
  closedFirst = 0;
  private wire: Wire | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly port: number,
    private readonly idleMs: number,
  ) {}

  async ask({ request, wanted }: typeof GET): Promise<{ word: string; wasKept: boolean }> {
    clearTimeout(this.timer);
    const wasKept = this.wire?.isUsable === true;
    if (this.wire !== undefined && !wasKept) this.closedFirst++;
    try {
      if (!wasKept) this.wire = await Wire.open(this.port);
      const answer = this.wire!.send(request);
      await answer.whole;
      this.timer = setTimeout(() => this.close(), this.idleMs);
      return { word: answer.status === 200 && answer.text === wanted ? "right" : answerWord(answer), wasKept };
    } catch (error) {
      this.close();
      return { word: `${wasKept ? "kept" : "new"} connection: ${(error as Error).message}`, wasKept };
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.wire?.close();
    this.wire = undefined;
  }
}
