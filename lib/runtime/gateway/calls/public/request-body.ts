import { Readable } from "node:stream";
import type { RequestBody } from "../../call";

/** Bytes that may wait here; the connection holds as many. */
const HELD_BYTES = 64 * 1024;

/**
 * A client's body as a stream, at its reader's pace.
 * @param onAsked told when the first of it is wanted, and never where nobody wants any
 */
export function streamOf(request: RequestBody, onAsked: () => void): Readable {
  const stream = request.hasBody ? taking(request, onAsked) : Readable.from([]);
  // Who reads it hears of it there; who does not read it any more need not.
  return stream.on("error", () => undefined);
}

function taking(request: RequestBody, onAsked: () => void): Readable {
  let isTaken = false;
  const stream = new Readable({
    highWaterMark: HELD_BYTES,
    read() {
      if (isTaken) {
        request.resume();
        return;
      }
      isTaken = true;
      onAsked();
      request.take({
        data: (chunk) => {
          if (!stream.destroyed && !stream.push(Buffer.from(chunk))) request.pause();
        },
        end: () => {
          if (!stream.destroyed) stream.push(null);
        },
      });
    },
  });
  return stream;
}
