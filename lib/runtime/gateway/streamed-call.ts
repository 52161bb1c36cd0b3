import type { ClientRequest, IncomingMessage } from "node:http";
import { type AppRequest, type Call, expectsContinue, isChunked, type Receiver } from "./call";
import { type AppAddress, DedicatedCall, dial } from "./dedicated-call";
import { trailers, without } from "./headers";

/**
 * Sends a request with a streamed body: the header at once, then each chunk as it comes, then trailers. It has a
 * connection of its own, because such a request cannot be sent again when an idle one turns out to be dead.
 */
export function sendStreamed({ source, ...request }: AppRequest, receiver: Receiver, app: AppAddress): Call {
  const headers = isChunked(source)
    ? [...request.headers, "Transfer-Encoding", "chunked"]
    : // Only a chunked body has trailers, and Node refuses to announce what it cannot send.
      without(request.headers, "trailer");
  headers.push("Connection", "close");
  if (expectsContinue(source)) headers.push("Expect", "100-continue");

  const outgoing = dial({ ...request, headers }, app);
  outgoing.flushHeaders();
  return new StreamedCall(outgoing, receiver, source);
}

class StreamedCall extends DedicatedCall {
  constructor(
    outgoing: ClientRequest,
    receiver: Receiver,
    private readonly source: IncomingMessage,
  ) {
    super(outgoing, receiver);
    source.pipe(outgoing, { end: false });
    source.once("end", this.onSourceEnd);
  }

  private readonly onSourceEnd = () => {
    this.outgoing.addTrailers(trailers(this.source.rawTrailers));
    this.outgoing.end();
  };

  /** Lets go of both sides. What the client still sends is read and dropped, so it gets an early answer. */
  protected override finish(): void {
    this.source.unpipe(this.outgoing).off("end", this.onSourceEnd).resume();
    super.finish();
  }
}
