import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CLOSE, FrameReader, frame } from "../frames";
import type { Random } from "../random";
import { type Answer, chunkedRequest, requestText, UPGRADE, Wire } from "../wire";
import { answered, type Expectation, failed, LEFT, type Outcome } from "./outcome";

export interface ClientOptions {
  readonly port: number;
  readonly random: Random;
  readonly wasDown: Expectation["wasDown"];
  readonly limits: Expectation["limits"];
  /** The longest that the app is asked to work on a request, in milliseconds. */
  readonly longest: number;
}

/** Longer than any timer of the gateway: a request that takes it was forgotten. */
const FORGOTTEN_MS = 30_000;

const PIECE_BYTES = 64 * 1024;
const LETTERS = "abcdefghijklmnopqrstuvwxyz".repeat(800);

type Farewell = "close" | "leave" | "app-drops" | "too-soon";
type Way = "reset" | "close" | "end";

/** One who asks, one request after the other, well-behaved or not. */
export class Client {
  private wire: Wire | undefined;

  constructor(private readonly options: ClientOptions) {}

  close(): void {
    this.wire?.close();
  }

  /** Keeps its connection when it may. */
  private async connection(): Promise<Wire> {
    if (!this.wire?.isUsable) this.wire = await Wire.open(this.options.port);
    return this.wire;
  }

  private expectation(isRight: Expectation["isRight"], isBroken = false): Expectation {
    const { wasDown, limits } = this.options;
    return { isRight, isBroken, startedAt: performance.now(), wasDown, limits };
  }

  /** A request that is sent whole, and whose answer is read whole. */
  private async whole(request: string, isRight: Expectation["isRight"], isBroken = false): Promise<Outcome> {
    const wire = await this.connection();
    const expectation = this.expectation(isRight, isBroken);
    return this.finish(wire, wire.send(request), expectation);
  }

  private async finish(wire: Wire, answer: Answer, expectation: Expectation): Promise<Outcome> {
    const forgotten = setTimeout(() => wire.close(), FORGOTTEN_MS);
    try {
      await answer.whole;
      return answered(answer, expectation);
    } catch (error) {
      wire.close();
      if (performance.now() - expectation.startedAt >= FORGOTTEN_MS) return { word: "forgotten", isExpected: false };
      return failed(error, expectation);
    } finally {
      clearTimeout(forgotten);
    }
  }

  /** Leaves in one of the ways that there are. */
  private leave(wire: Wire): Outcome {
    const way = this.options.random.pick<Way>(["reset", "close", "end"]);
    if (way === "reset") wire.reset();
    else if (way === "close") wire.close();
    else wire.socket.end();
    if (way === "end") setTimeout(() => wire.close(), 1000).unref();
    if (wire === this.wire) this.wire = undefined;
    return LEFT;
  }

  private pause(most: number): Promise<void> {
    return delay(this.options.random.between(0, most));
  }

  work(): Promise<Outcome> {
    const { random, longest } = this.options;
    const ms = random.chance(0.5) ? 0 : random.integer(1, longest);
    return this.whole(requestText(`/work?ms=${ms}`), ({ status, text }) => status === 200 && text === "worked");
  }

  /** Takes a place long enough for others to take theirs. */
  fill(): Promise<Outcome> {
    return this.whole(
      requestText("/events?n=25&ms=100"),
      ({ status, text }) => status === 200 && text.includes("event 25"),
    );
  }

  sync(): Promise<Outcome> {
    const path = `/sync?ms=${this.options.random.integer(0, this.options.longest)}`;
    return this.whole(requestText(path), ({ status, text }) => status === 200 && text === "worked");
  }

  boom(): Promise<Outcome> {
    return this.whole(requestText("/boom"), ({ status, text }) => status === 500 && text === "boom");
  }

  breaks(): Promise<Outcome> {
    return this.whole(requestText("/break"), () => false, true);
  }

  /** Longer than the gateway waits for a first byte. */
  hang(): Promise<Outcome> {
    const ms = this.options.limits.firstByteMs + 200;
    return this.whole(requestText(`/work?ms=${ms}`), () => false);
  }

  events(): Promise<Outcome> {
    const count = this.options.random.integer(1, 5);
    const wanted = Array.from({ length: count }, (_, i) => `id: ${i + 1}\ndata: event ${i + 1}\n\n`).join("");
    return this.whole(requestText(`/events?n=${count}&ms=2`), ({ status, text }) => status === 200 && text === wanted);
  }

  upload(): Promise<Outcome> {
    const body = this.body();
    return this.whole(requestText("/echo", { method: "POST" }, body), isEcho(body));
  }

  streamedUpload(): Promise<Outcome> {
    const body = this.body();
    return this.whole(chunkedRequest("/echo", body), isEcho(body));
  }

  private body(): string {
    return LETTERS.slice(0, this.options.random.integer(1, LETTERS.length));
  }

  async leaveBeforeAnswer(): Promise<Outcome> {
    const { random } = this.options;
    const wire = await this.connection();
    wire.send(requestText(`/${random.pick(["work", "sync"])}?ms=${random.integer(1, 20)}`));
    await this.pause(12);
    return this.leave(wire);
  }

  async leaveInAnswer(): Promise<Outcome> {
    const path = this.options.random.pick(["/large?pieces=40", "/events?n=50&ms=3"]);
    const wire = await this.connection();
    const answer = wire.send(requestText(path));
    const expectation = this.expectation(() => false);
    try {
      await answer.begun;
    } catch (error) {
      wire.close();
      return failed(error, expectation);
    }
    // A refusal is short, so it is here at once.
    if (answer.status !== 200) return this.finish(wire, answer, expectation);
    await this.pause(10);
    return this.leave(wire);
  }

  async leaveInUpload(): Promise<Outcome> {
    const body = this.body();
    const isStreamed = this.options.random.chance(0.5);
    const request = isStreamed ? chunkedRequest("/echo", body) : requestText("/echo", { method: "POST" }, body);
    const wire = await this.connection();
    wire.send(request.slice(0, this.options.random.integer(100, request.length - 4)));
    await this.pause(10);
    return this.leave(wire);
  }

  /** Asks for several answers at once and goes away. */
  async leavePipeline(): Promise<Outcome> {
    const wire = await this.connection();
    wire.send(requestText("/work?ms=1").repeat(3));
    await this.pause(6);
    return this.leave(wire);
  }

  async readSlowly(): Promise<Outcome> {
    const { random } = this.options;
    const pieces = random.integer(4, 48);
    const wire = await this.connection();
    const isRight = ({ status, bytes }: Answer) => status === 200 && bytes === pieces * PIECE_BYTES;
    const expectation = this.expectation(isRight);
    const answer = wire.send(requestText(`/large?pieces=${pieces}`));
    const leavesAt = random.chance(0.3) ? random.integer(1, pieces) * PIECE_BYTES : Number.POSITIVE_INFINITY;
    let hasLeft = false;
    let nextPause = 0;
    answer.onData = () => {
      if (answer.status !== 200 || hasLeft) return;
      if (answer.bytes >= leavesAt) {
        hasLeft = true;
        this.leave(wire);
      } else if (answer.bytes >= nextPause) {
        nextPause = answer.bytes + 8 * PIECE_BYTES;
        wire.socket.pause();
        setTimeout(() => wire.socket.resume(), random.integer(5, 40));
      }
    };
    const outcome = await this.finish(wire, answer, expectation);
    return hasLeft ? LEFT : outcome;
  }

  /** A conversation, which ends as one should, or by either side's vanishing, or before it has begun. */
  async webSocket(): Promise<Outcome> {
    const end = this.options.random.pick<Farewell>(["close", "leave", "app-drops", "too-soon"]);
    const wire = await Wire.open(this.options.port);
    const forgotten = setTimeout(() => wire.close(), FORGOTTEN_MS);
    try {
      return await this.converse(wire, end);
    } finally {
      clearTimeout(forgotten);
    }
  }

  private async converse(wire: Wire, end: Farewell): Promise<Outcome> {
    const { random } = this.options;
    const answer = wire.send(requestText("/ws", { headers: UPGRADE }));
    if (end === "too-soon") {
      await this.pause(3);
      return this.leave(wire);
    }
    const expectation = this.expectation(() => false, end === "app-drops");
    try {
      await answer.begun;
    } catch (error) {
      return failed(error, expectation);
    }
    if (!answer.isUpgraded) return this.finish(wire, answer, expectation);
    const heard = new FrameQueue();
    answer.onData = (chunk) => heard.read(chunk);
    answer.whole.catch(() => heard.close());
    for (let i = random.integer(0, 3); i > 0; i--) {
      const text = `message ${i}`;
      wire.write(frame(text, true));
      if ((await heard.next()) !== text) return this.cutTunnel(wire, expectation);
    }
    if (end === "leave") {
      this.leave(wire);
      return { word: "WebSocket left", isExpected: true };
    }
    wire.write(end === "close" ? frame(Buffer.from([0x03, 0xe8]), true, CLOSE) : frame("drop", true));
    const last = await heard.next();
    wire.socket.end();
    if (end === "close" && last !== CLOSED) return this.cutTunnel(wire, expectation);
    setTimeout(() => wire.close(), 100).unref();
    return { word: end === "close" ? "WebSocket closed" : "WebSocket dropped by the app", isExpected: true };
  }

  private cutTunnel(wire: Wire, { startedAt, wasDown }: Expectation): Outcome {
    wire.close();
    return { word: "WebSocket cut", isExpected: wasDown(startedAt) };
  }
}

function isEcho(body: string): (answer: Answer) => boolean {
  const wanted = `${body.length} ${createHash("sha1").update(body).digest("hex")}`;
  return ({ status, text }) => status === 200 && text === wanted;
}

/** What a Close frame is in a queue of messages, and the end without one. */
const CLOSED = Symbol("closed");
const GONE = Symbol("gone");
type Heard = string | typeof CLOSED | typeof GONE;

/** Messages in the order in which they came. */
class FrameQueue {
  private readonly heard: Heard[] = [];
  private waiting: ((next: Heard) => void) | undefined;
  private readonly reader = new FrameReader((opcode, payload) =>
    this.add(opcode === CLOSE ? CLOSED : payload.toString()),
  );

  read(chunk: Buffer): void {
    this.reader.read(chunk);
  }

  close(): void {
    this.add(GONE);
  }

  next(): Promise<Heard> {
    const next = this.heard.shift();
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  private add(heard: Heard): void {
    if (this.waiting === undefined) this.heard.push(heard);
    else this.waiting(heard);
    this.waiting = undefined;
  }
}
