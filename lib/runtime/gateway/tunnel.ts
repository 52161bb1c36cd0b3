import type { Socket } from "node:net";
import type { ClientResponse } from "./client-response";
import { Frames, GOING_AWAY } from "./frames";
import { GuardedUpgrade } from "./guarded";
import { attach, type Forwarding, Relay } from "./proxy";
import { isWebSocket, type Upgrade } from "./upgrade";
import type { UpgradeReceiver } from "./upgrade-call";

/**
 * Asks the upstream for another protocol, and the client hears what the upstream says: 101, and from there on bytes pass both
 * ways as they come, read by nobody; or any other answer, which passes like every answer and closes the connection.
 */
export function forwardUpgrade(upgrade: Upgrade, response: ClientResponse, forwarding: Forwarding): Relay {
  const relay = new UpgradeRelay(upgrade, response, forwarding);
  const { path, headers, upstream } = forwarding;
  const { request, protocol } = upgrade;
  const call = upstream.sendUpgrade({ method: request.method, path, headers, protocol }, new GuardedUpgrade(relay));
  return attach(relay, call, response);
}

class UpgradeRelay extends Relay implements UpgradeReceiver {
  private readonly client: Socket;
  /** What the client sends before it has an answer: to the upstream if that agrees, else to nobody. */
  private early: Buffer[];
  private readonly isWebSocket: boolean;
  private joined: Joined | undefined;

  constructor({ request, socket, head }: Upgrade, response: ClientResponse, forwarding: Forwarding) {
    super(request, response, forwarding);
    this.client = socket;
    this.isWebSocket = isWebSocket(request);
    this.early = [head];
    // Reading goes on while there is nothing to read: so a client that goes away is noticed.
    socket.on("data", this.hold).once("end", this.destroy).resume();
  }

  upgraded(
    { message, headers }: { readonly message: string; readonly headers: readonly string[] },
    app: Socket,
    first: Buffer,
  ): void {
    const { client, response } = this;
    app.on("error", () => undefined);
    const list = [...this.forwarding.answerHeaders(headers), "Connection", "Upgrade"];
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.toLowerCase() === "upgrade") list.push("Upgrade", headers[i + 1]!);
    }
    client.off("data", this.hold).off("end", this.destroy);
    // What came in one packet leaves in one.
    client.cork();
    response.switchProtocols(message, list);
    client.write(first);
    client.uncork();
    app.write(Buffer.concat(this.early));
    this.early = [];
    this.joined = new Joined(client, app, this.isWebSocket ? first : undefined);
    app.once("close", () => this.forwarding.done?.());
    this.forwarding.begun?.();
  }

  /** A WebSocket is told that its server is going away; of another protocol nobody here knows how to end it. */
  override leave(): void {
    this.joined?.goAway();
  }

  override head(status: number, message: string, headers: readonly string[]): void {
    this.decline();
    super.head(status, message, headers);
  }

  override fail(failure: Parameters<Relay["fail"]>[0]): void {
    this.decline();
    super.fail(failure);
  }

  /** Bytes that are still unread when a connection closes would reset it, and the client might miss the answer. */
  private decline(): void {
    this.early = [];
    this.client.off("data", this.hold).resume();
  }

  private readonly hold = (chunk: Buffer) => {
    this.early.push(chunk);
    this.client.pause();
  };

  private readonly destroy = () => this.client.destroy();
}

/** How long a client has to answer a Close frame. */
const CLOSE_TIMEOUT_MS = 5000;

/**
 * One connection made of two: bytes pass with backpressure, an end passes as an end and leaves the other direction open, a
 * break passes as a break. What arrived from the app before it broke off still reaches the client.
 */
class Joined {
  /** Where the app's frames end, of a WebSocket. */
  private readonly frames: Frames | undefined;
  private isLeaving = false;
  private hasLeft = false;

  constructor(
    private readonly client: Socket,
    private readonly app: Socket,
    firstFrames: Buffer | undefined,
  ) {
    if (firstFrames !== undefined) {
      this.frames = new Frames();
      this.frames.follow(firstFrames);
    }
    client.pipe(app);
    app
      .on("data", this.onAppData)
      .once("end", () => client.end())
      .once("close", () => {
        if (!isWhole(app)) client.write("", () => client.resetAndDestroy());
      });
    client
      .on("drain", () => app.resume())
      // Before the response hears of it, so that the app is told before its place goes to the next.
      .prependOnceListener("close", () => {
        if (!isWhole(client)) app.resetAndDestroy();
      });
  }

  /**
   * Sends the client a Close frame where one of the app's ends. Its answer is the Close that the app gets from it, code and
   * all; what the app still says is for nobody.
   */
  goAway(): void {
    if (this.frames === undefined || this.isLeaving) return;
    this.isLeaving = true;
    if (this.frames.isBetween) this.sayGoodbye();
  }

  private readonly onAppData = (chunk: Buffer) => {
    if (this.hasLeft) return;
    if (!this.isLeaving) {
      this.frames?.follow(chunk);
      this.pass(chunk);
      return;
    }
    this.pass(chunk.subarray(0, this.frames!.toEnd(chunk, 0)));
    if (this.frames!.isBetween) this.sayGoodbye();
  };

  private pass(chunk: Buffer): void {
    if (!this.client.write(chunk)) this.app.pause();
  }

  private sayGoodbye(): void {
    const { client, app } = this;
    this.hasLeft = true;
    client.write(GOING_AWAY);
    app.resume();
    const timer = setTimeout(() => client.destroy(), CLOSE_TIMEOUT_MS);
    client.once("close", () => clearTimeout(timer));
  }
}

/** Whether a closed connection was ended by both sides. */
function isWhole(socket: Socket): boolean {
  return socket.readableEnded && socket.writableFinished;
}
