import { IN_MEMORY_BYTES } from "../api/payload";

/** Requests of the calls API at once; most of them wait for a result, which costs little. */
export const MOST_REQUESTS = 1000;

/** For the bodies of all of them: the gateway has 128 MiB of its task for itself. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What is streamed to the bucket leaves in parts of 5 MiB, two at a time. */
const STREAMED_BYTES = 10 * 1024 * 1024;

/** How much of the gateway the public calls API may take: it does not stand in the app's queue, and so has limits of its own. */
export class Room {
  private requests = 0;
  private bytes = 0;

  /** A place, to be left once; undefined where there is none. `body` is how long the request's is, as far as it says. */
  enter(body: number | "chunked" | "unknown"): { leave(): void } | undefined {
    const bytes = typeof body === "number" && body <= IN_MEMORY_BYTES ? body : STREAMED_BYTES;
    if (this.requests >= MOST_REQUESTS || (bytes > 0 && this.bytes + bytes > MOST_BYTES)) return undefined;
    this.requests++;
    this.bytes += bytes;
    let isHeld = true;
    return {
      leave: () => {
        if (!isHeld) return;
        isHeld = false;
        this.requests--;
        this.bytes -= bytes;
      },
    };
  }
}
