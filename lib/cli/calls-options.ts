import { InvalidArgumentError } from "commander";
import { type CallState, FINAL_STATES, tagOf } from "../calls";

/** Which platform's calls, and by whose credentials. */
export interface PlaceOptions {
  readonly table?: string;
  readonly registry?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly json?: boolean;
}

export interface FunctionName {
  readonly app: string;
  readonly name: string;
}

export interface ListOptions extends PlaceOptions {
  readonly state?: readonly CallState[];
  readonly limit: number;
  /** Finished ones as well. */
  readonly all?: boolean;
}

export interface ShowOptions extends PlaceOptions {
  readonly input?: boolean;
  readonly output?: boolean;
  /** Prints a large payload on a terminal too. */
  readonly force?: boolean;
}

export interface CancelOptions extends PlaceOptions {
  /** The queued calls of a function. */
  readonly all?: FunctionName;
  readonly yes?: boolean;
}

export interface DlqListOptions extends PlaceOptions {
  readonly limit: number;
}

export interface RedriveOptions extends PlaceOptions {
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly discard?: boolean;
}

export interface PurgeOptions extends PlaceOptions {
  readonly yes?: boolean;
}

const MOST_SHOWN = 10_000;
const STATES: readonly CallState[] = ["PENDING", "RUNNING", ...FINAL_STATES];

export function collectIds(text: string, before: readonly string[] = []): string[] {
  if (tagOf(text) === undefined) {
    throw new InvalidArgumentError(`A call's id is "fc-" and 40 of 0-9 and a-f: slipway calls list`);
  }
  return before.includes(text) ? [...before] : [...before, text];
}

export function parseId(text: string): string {
  return collectIds(text)[0]!;
}

export function parseFunction(text: string): FunctionName {
  const [app, name, ...rest] = text.split("/");
  if (!app || !name || rest.length > 0) throw new InvalidArgumentError("A function is <app>/<name>.");
  return { app, name };
}

export function collectState(text: string, before: readonly CallState[] = []): CallState[] {
  const state = STATES.find((one) => one === text.toUpperCase());
  if (state === undefined) throw new InvalidArgumentError(`A state is one of ${STATES.join(", ")}.`);
  return [...before, state];
}

export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > MOST_SHOWN) {
    throw new InvalidArgumentError(`A limit is 1 to ${MOST_SHOWN}.`);
  }
  return limit;
}
