import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { AppRequest, Call, Receiver } from "./call";

/** Where the app is, and how much header is read from it. */
export interface AppAddress {
  readonly port: number;
  readonly headerLimit: number;
}

/** Begins a request on a connection of its own, which no other request has used or will use. */
export function dial(
  { method, path, headers }: Omit<AppRequest, "source">,
  { port, headerLimit }: AppAddress,
): ClientRequest {
  const outgoing = httpRequest({
    // Half-open, because a connection that changes its protocol may go on after one side has said its last.
    createConnection: () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }),
    host: "127.0.0.1",
    port,
    method,
    path,
    headers,
    maxHeaderSize: headerLimit,
  });
  outgoing.maxHeadersCount = 0;
  outgoing.setNoDelay(true);
  return outgoing;
}

/** A request on a connection of its own. Who makes one sees to the request's body. */
export class DedicatedCall implements Call {
  protected isOver = false;
  private answer: IncomingMessage | undefined;
  private isConnected = false;

  constructor(
    protected readonly outgoing: ClientRequest,
    private readonly receiver: Receiver,
  ) {
    outgoing
      .on("socket", (socket) => socket.once("connect", () => this.onConnect()))
      .on("information", ({ statusCode, rawHeaders }) => receiver.information(statusCode, rawHeaders))
      .on("response", (answer) => this.onAnswer(answer))
      .on("error", (error) => this.onError(error));
  }

  resume(): void {
    this.answer?.resume();
  }

  cancel(): void {
    this.finish();
  }

  protected finish(): void {
    this.isOver = true;
    this.outgoing.destroy();
  }

  private onConnect(): void {
    this.isConnected = true;
  }

  private onAnswer(answer: IncomingMessage): void {
    const { statusCode = 502, statusMessage = "", rawHeaders } = answer;
    // One that names no protocol, or that nobody has asked for.
    if (statusCode === 101) {
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
