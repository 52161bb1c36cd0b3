import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { AppAddress } from "./app-connection";
import type { AppRequest, Call, Receiver } from "./call";
import { without } from "./headers";

/** A request to the app to speak another protocol. It has no body. */
export interface AppUpgrade extends Omit<AppRequest, "source"> {
  /** The `Upgrade` header. */
  readonly protocol: string;
}

/** Hears what a receiver hears when the app declines, and one `upgraded` in place of `head` and the rest when it agrees. */
export interface UpgradeReceiver extends Receiver {
  /** The connection is the receiver's own from here on; `first` are the bytes that came right behind the app's 101. */
  upgraded(answer: { readonly message: string; readonly headers: readonly string[] }, app: Socket, first: Buffer): void;
}

/** It has a connection of its own, which becomes the tunnel's, and Node's client, which hands it over. */
export class UpgradeCall implements Call {
  private readonly outgoing: ClientRequest;
  private answer: IncomingMessage | undefined;
  private isConnected = false;
  private isOver = false;

  constructor(
    { protocol, method, path, headers }: AppUpgrade,
    private readonly receiver: UpgradeReceiver,
    { port, headerLimit }: AppAddress,
  ) {
    this.outgoing = httpRequest({
      // Half-open, because a connection that changes its protocol may go on after one side has said its last.
      createConnection: () => connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true }),
      host: "127.0.0.1",
      port,
      method,
      path,
      // Node throws when there is nothing that trailers could come behind.
      headers: [...without(headers, "trailer"), "Connection", "Upgrade", "Upgrade", protocol],
      maxHeaderSize: headerLimit,
    });
    this.outgoing.maxHeadersCount = 0;
    this.outgoing
      .on("socket", (socket) => socket.once("connect", () => this.onConnect()))
      .on("information", ({ statusCode, rawHeaders }) => receiver.information(statusCode, rawHeaders))
      .on("response", (answer) => this.onAnswer(answer))
      .on("error", (error) => this.onError(error))
      .once("upgrade", ({ statusMessage = "", rawHeaders }, socket, first) => {
        if (isSound(statusMessage)) {
          receiver.upgraded({ message: statusMessage, headers: rawHeaders }, socket as Socket, first);
          return;
        }
        socket.destroy();
        this.finish();
        receiver.fail("bad-response");
      })
      .end();
  }

  resume(): void {
    this.answer?.resume();
  }

  cancel(): void {
    this.finish();
  }

  private finish(): void {
    this.isOver = true;
    this.outgoing.destroy();
  }

  private onConnect(): void {
    this.isConnected = true;
  }

  private onAnswer(answer: IncomingMessage): void {
    const { statusCode = 502, statusMessage = "", rawHeaders } = answer;
    // One that names no protocol, or what is none to a client.
    if (statusCode < 200 || !isSound(statusMessage)) {
      this.finish();
      this.receiver.fail("bad-response");
      return;
    }
    this.answer = answer;
    answer
      .on("data", (chunk: Buffer) => {
        if (!this.receiver.data(chunk)) answer.pause();
      })
      .once("end", () => {
        if (this.isOver) return;
        this.finish();
        this.receiver.end(answer.rawTrailers);
      })
      .on("error", (error) => this.onError(error));
    this.receiver.head(statusCode, statusMessage, rawHeaders);
  }

  private onError(error: Error & { code?: string }): void {
    if (this.isOver) return;
    this.finish();
    if (!this.isConnected) this.receiver.fail("unreachable");
    else this.receiver.fail(error.code?.startsWith("HPE_") ? "bad-response" : "disconnected");
  }
}

/** Node passes a reason on as it came. */
function isSound(reason: string): boolean {
  return !/[^\t -~\x80-\xff]/.test(reason);
}
