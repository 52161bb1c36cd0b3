import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { type AppRequest, type Call, expectsContinue, isChunked, type Receiver } from "./call";
import { trailers, without } from "./headers";

/**
 * Sends a request with a streamed body: the header at once, then each chunk as it comes, then trailers. It has a
 * connection of its own, because such a request cannot be sent again when an idle one turns out to be dead.
 */
export function sendStreamed(
  { method, path, headers, source }: AppRequest,
  receiver: Receiver,
  { port, headerLimit }: { readonly port: number; readonly headerLimit: number },
): Call {
  const framed = isChunked(source)
    ? [...headers, "Transfer-Encoding", "chunked"]
    : // Only a chunked body has trailers, and Node refuses to announce what it cannot send.
      without(headers, "trailer");
  framed.push("Connection", "close");
  if (expectsContinue(source)) framed.push("Expect", "100-continue");

  const outgoing = httpRequest({
    agent: false,
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: framed,
    maxHeaderSize: headerLimit,
  });
  outgoing.maxHeadersCount = 0;
  outgoing.setNoDelay(true);
  outgoing.flushHeaders();
  return new StreamedCall(outgoing, source, receiver);
}

class StreamedCall implements Call {
  private answer: IncomingMessage | undefined;
  private isConnected = false;
  private isOver = false;

  constructor(
    private readonly outgoing: ClientRequest,
    private readonly source: IncomingMessage,
    private readonly receiver: Receiver,
  ) {
    outgoing
      .on("socket", (socket) => socket.once("connect", () => this.onConnect()))
      .on("information", ({ statusCode, rawHeaders }) => receiver.information(statusCode, rawHeaders))
      .on("response", (answer) => this.onAnswer(answer))
      .on("error", (error) => this.onError(error));
    source.pipe(outgoing, { end: false });
    source.once("end", this.onSourceEnd);
  }

  resume(): void {
    this.answer?.resume();
  }

  cancel(): void {
    this.finish();
  }

  private readonly onSourceEnd = () => {
    this.outgoing.addTrailers(trailers(this.source.rawTrailers));
    this.outgoing.end();
  };

  private onConnect(): void {
    this.isConnected = true;
  }

  private onAnswer(answer: IncomingMessage): void {
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
    this.receiver.head(answer.statusCode ?? 502, answer.statusMessage ?? "", answer.rawHeaders);
  }

  private onError(error: Error & { code?: string }): void {
    if (this.isOver) return;
    this.finish();
    if (!this.isConnected) this.receiver.fail("unreachable");
    else this.receiver.fail(error.code?.startsWith("HPE_") ? "bad-response" : "disconnected");
  }

  /** Lets go of both sides. What the client still sends is read and dropped, so it gets an early answer. */
  private finish(): void {
    this.isOver = true;
    this.source.unpipe(this.outgoing).off("end", this.onSourceEnd).resume();
    this.outgoing.destroy();
  }
}
