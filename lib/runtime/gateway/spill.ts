import type { ClientResponse } from "./client-response";

const MIB = 1024 * 1024;

/** What one answer may have waiting here, so that a client that reads slowly does not keep the app. */
const ANSWER_LIMIT = MIB;

/** What all answers together may, those of requests that the app is done with included. */
const TOTAL_LIMIT = 32 * MIB;

/**
 * Memory for the ends of answers: an app is done, and its place is free, once the rest of its answer waits here for a slow
 * client. Beyond the limits an answer flows as fast as its client reads.
 */
export class Spill {
  private readonly limit: number;
  private kept = 0;

  constructor(maxInputs: number) {
    this.limit = Math.min(ANSWER_LIMIT, TOTAL_LIMIT / 2 / maxInputs);
  }

  /** Whether an answer with so many bytes waiting may take more. */
  mayHold(waiting: number): boolean {
    return waiting < this.limit && this.kept < TOTAL_LIMIT / 2;
  }

  /** Counts what still waits of an answer that the app is done with. */
  keep(response: ClientResponse): void {
    const { writableLength } = response.socket;
    if (writableLength === 0 || response.isClosed) return;
    this.kept += writableLength;
    response.onClose(() => {
      this.kept -= writableLength;
    });
  }
}
