import type { Output } from "../output";
import type { About } from "./api/exchange";

/** What is known of a request to the calls API when it is over. */
export interface CallsRequest extends Omit<About, "scope"> {
  readonly requestId: string;
  readonly method: string;
  /** Whose token it came with. */
  readonly keyId?: string;
  readonly status: number;
  /** The client did not get all of the answer. */
  readonly brokenOff?: true;
  readonly totalMs: number;
}

/** One JSON line a request to the calls API, whichever port it came to. */
export function callsLog(output: Output, common: Readonly<Record<string, string>>): (request: CallsRequest) => void {
  return ({ totalMs, ...request }) => {
    const time = new Date().toISOString();
    const line = { time, level: "info", event: "calls_request", ...common, ...request, totalMs: Math.round(totalMs) };
    output.line(JSON.stringify(line));
  };
}
