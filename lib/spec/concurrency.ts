import type { Report } from "./parse";
import { group, integer } from "./values";

/** How many requests a container works on at once. A WebSocket counts until it is closed. */
export interface Concurrency {
  /**
   * Requests at the app at once, 1 to 1000; the gateway never lets more through.
   * @default - 1 for a FastApiEndpoint, 100 for an AsgiApp, a WsgiApp or a WebServer
   */
  readonly maxInputs?: number;
  /**
   * Requests per container that scaling aims at, 1 to maxInputs. What is between the two is room for the minutes in which more
   * containers start.
   * @default - 70 % of maxInputs, rounded up
   */
  readonly targetInputs?: number;
  /**
   * Requests that may wait in a container for one of its places, 0 to 10000. Beyond them the newest is answered 503 with
   * Retry-After.
   * @default - 10 times maxInputs
   */
  readonly maxQueued?: number;
}

const MOST_INPUTS = 1000;

/** Of what serves many requests at once; a function has its container to itself. */
export const DEFAULT_MAX_INPUTS = 100;

export const concurrency = group({
  maxInputs: integer({ min: 1, max: MOST_INPUTS }).optional(),
  targetInputs: integer({ min: 1, max: MOST_INPUTS }).optional(),
  maxQueued: integer({ min: 0, max: 10 * MOST_INPUTS }).optional(),
});

/** Of what has no queue of its own in the container. */
export const inputsOnly = group({
  maxInputs: integer({ min: 1, max: MOST_INPUTS }).optional(),
  targetInputs: integer({ min: 1, max: MOST_INPUTS }).optional(),
});

/** Of `maxInputs`, what scaling aims at unless it is told: 70 % busy. */
const TARGET_SHARE = 0.7;

const QUEUED_PER_INPUT = 10;

export function concurrencySpec(asked: Concurrency = {}, defaultMaxInputs: number): Required<Concurrency> {
  const { maxInputs = defaultMaxInputs } = asked;
  const { targetInputs = Math.ceil(TARGET_SHARE * maxInputs), maxQueued = QUEUED_PER_INPUT * maxInputs } = asked;
  return { maxInputs, targetInputs, maxQueued };
}

export function checkConcurrency(asked: Concurrency = {}, defaultMaxInputs: number, report: Report): void {
  const { maxInputs = defaultMaxInputs, targetInputs } = asked;
  if (targetInputs === undefined || targetInputs <= maxInputs) return;
  report({
    prop: "concurrency.targetInputs",
    value: targetInputs,
    message: `is above maxInputs, ${maxInputs}`,
    fix: `Use 1 to ${maxInputs}, or raise maxInputs`,
  });
}
