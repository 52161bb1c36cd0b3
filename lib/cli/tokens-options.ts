import { InvalidArgumentError } from "commander";
import { scopeProblem } from "../tokens/scope";
import { isKeyId } from "../tokens/secret-pair";

export interface TableOptions {
  readonly table?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly json?: boolean;
}

export interface CreateOptions extends TableOptions {
  readonly scope: readonly string[];
  /** Seconds. */
  readonly expires?: number;
  readonly note?: string;
  /** Requests per second. */
  readonly rateLimit?: number;
}

export interface RotateOptions extends TableOptions {
  /** Seconds. */
  readonly grace: number;
}

export interface SignOptions {
  /** Seconds. */
  readonly expires: number;
  readonly prefix?: string;
}

/** As large as anything that makes sense, and small enough for every date. */
const LONGEST_YEARS = 100;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const NOTE_LIMIT = 256;
const MOST_SCOPES = 20;
const FASTEST = 100_000;

/** `90d` in seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const seconds = match ? Number(match[1]) * SECONDS[match[2]!]! : Number.NaN;
  if (seconds > LONGEST_YEARS * 366 * SECONDS.d! || Number.isNaN(seconds)) {
    throw new InvalidArgumentError("A duration is a number with s, m, h or d, such as 90d.");
  }
  return seconds;
}

/** A duration that is not over at once. */
export function parseTerm(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === 0) throw new InvalidArgumentError("It would be over at once.");
  return seconds;
}

export function collectScope(text: string, before: readonly string[] = []): string[] {
  const problem = scopeProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  if (before.length === MOST_SCOPES) throw new InvalidArgumentError(`A token has at most ${MOST_SCOPES} scopes.`);
  return [...before, text];
}

export function parseKeyId(text: string): string {
  if (!isKeyId(text)) throw new InvalidArgumentError('A key id is "wk-" and 22 letters or digits: slipway tokens list');
  return text;
}

export function parseNote(text: string): string {
  if (text.length > NOTE_LIMIT) throw new InvalidArgumentError(`A note has at most ${NOTE_LIMIT} characters.`);
  return text;
}

export function parseRate(text: string): number {
  const rate = Number(text);
  if (!/^\d+$/.test(text) || rate < 1 || rate > FASTEST) {
    throw new InvalidArgumentError(`A rate is 1 to ${FASTEST} requests per second.`);
  }
  return rate;
}
