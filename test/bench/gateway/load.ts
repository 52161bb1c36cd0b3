import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Measured, Order } from "./messages";
import { requestBytes } from "./request";
import { percentile } from "./statistics";

/** How long an open loop waits for what is still under way at its end. */
const LAST_ANSWER_MS = 5000;

const PAIR = { keyId: process.env.KEY_ID!, secret: process.env.SECRET! };
const REQUEST = requestBytes("/v1/items?page=2&limit=50", PAIR);
const OK = Buffer.from("HTTP/1.1 200");

/** Milliseconds that answers took, and what had none. */
class Tally {
  readonly times: number[] = [];
  failed = 0;

  measured(): Measured {
    const { times, failed } = this;
    return { requests: times.length, failed, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
  }
}

/** A keep-alive connection with one request at a time. */
class Connection {
  private readonly socket: Socket;
  private sentAt = 0;
  private isBusy = false;
  private received: Buffer[] = [];
  private missing = 0;
  /** Answers are alike: one of the last one's length is whole. */
  private lastLength = -1;

  constructor(
    port: number,
    private readonly tally: Tally,
    private readonly onIdle: (connection: Connection, isUsable: boolean) => void,
  ) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("data", (chunk) => this.onData(chunk)).on("error", () => undefined);
    this.socket.once("close", () => {
      if (this.isBusy) this.tally.failed++;
      this.isBusy = false;
      this.onIdle(this, false);
    });
  }

  send(): void {
    this.isBusy = true;
    this.sentAt = performance.now();
    this.socket.write(REQUEST);
  }

  close(): void {
    this.isBusy = false;
    this.socket.removeAllListeners("close").destroy();
  }

  private onData(chunk: Buffer): void {
    if (this.received.length === 0 && chunk.length === this.lastLength) {
      this.answered(chunk);
      return;
    }
    this.received.push(chunk);
    this.missing -= chunk.length;
    if (this.missing > 0) return;
    const whole = Buffer.concat(this.received);
    const bodyAt = whole.indexOf("\r\n\r\n") + 4;
    if (bodyAt === 3) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(whole.toString("latin1", 0, bodyAt));
    if (length === null) throw new Error(`an answer without Content-Length: ${whole.toString("latin1", 0, bodyAt)}`);
    this.missing = bodyAt + Number(length[1]) - whole.length;
    if (this.missing > 0) return;
    this.received = [];
    this.missing = 0;
    this.lastLength = whole.length;
    this.answered(whole);
  }

  private answered(whole: Buffer): void {
    if (whole.compare(OK, 0, OK.length, 0, OK.length) === 0) this.tally.times.push(performance.now() - this.sentAt);
    else this.tally.failed++;
    this.isBusy = false;
    this.onIdle(this, true);
  }
}

/** Ends when all is answered: a client that left in the middle would cost the proxy its connection to the app. */
async function closedLoop(port: number, connections: number, count: number): Promise<Measured> {
  const tally = new Tally();
  const open = new Set<Connection>();
  let sent = 0;
  const send = (connection: Connection) => {
    if (sent === count) return;
    sent++;
    connection.send();
  };
  await new Promise<void>((resolve) => {
    const add = () => {
      const connection = new Connection(port, tally, (each, isUsable) => {
        if (tally.times.length + tally.failed === count) resolve();
        if (isUsable) {
          send(each);
        } else {
          open.delete(each);
          add();
        }
      });
      open.add(connection);
      send(connection);
    };
    for (let i = 0; i < connections; i++) add();
  });
  for (const connection of open) connection.close();
  return tally.measured();
}

/**
 * Sends what is due at each tick of a timer, on as many connections as that takes: a server that is slow gets no fewer
 * requests. Times count from the sending, so that a late tick of this process is not the server's.
 */
async function openLoop(port: number, rate: number, seconds: number): Promise<Measured> {
  const tally = new Tally();
  const idle: Connection[] = [];
  const open = new Set<Connection>();
  const add = () => {
    const connection = new Connection(port, tally, (each, isUsable) => {
      if (isUsable) {
        idle.push(each);
      } else {
        open.delete(each);
        const at = idle.indexOf(each);
        if (at !== -1) idle.splice(at, 1);
      }
    });
    open.add(connection);
    return connection;
  };
  const total = rate * seconds;
  const start = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; sent < due; sent++) (idle.pop() ?? add()).send();
    await delay(1);
  }
  const deadline = performance.now() + LAST_ANSWER_MS;
  while (tally.times.length + tally.failed < total && performance.now() < deadline) await delay(5);
  for (const connection of open) connection.close();
  tally.failed = total - tally.times.length;
  return tally.measured();
}

async function firstEvents(port: number, count: number): Promise<Measured> {
  const tally = new Tally();
  const request = requestBytes("/events", PAIR, ["Accept: text/event-stream"]);
  for (let i = 0; i < count; i++) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    const start = performance.now();
    socket.write(request);
    let text = "";
    while (!text.includes("data: 1")) text += (await once(socket, "data"))[0].toString("latin1");
    tally.times.push(performance.now() - start);
    socket.destroy();
  }
  return tally.measured();
}

async function echoes(port: number, count: number): Promise<Measured> {
  const tally = new Tally();
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  socket.write(
    requestBytes("/websocket", PAIR, [
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    ]),
  );
  const [head] = await once(socket, "data");
  if (!head.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(`no WebSocket: ${head}`);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    socket.write(maskedFrame("a message of thirty-two letters."));
    for (let missing = 2 + 32; missing > 0; ) missing -= (await once(socket, "data"))[0].length;
    tally.times.push(performance.now() - start);
  }
  socket.destroy();
  return tally.measured();
}

function maskedFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(text);
  for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i % 4]!;
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

function carryOut(order: Order): Promise<Measured> {
  switch (order.kind) {
    case "closed":
      return closedLoop(order.port, order.connections, order.count);
    case "open":
      return openLoop(order.port, order.rate, order.seconds);
    case "events":
      return firstEvents(order.port, order.count);
    case "websocket":
      return echoes(order.port, order.count);
  }
}

process.on("message", async (order: Order) => process.send!(await carryOut(order)));
