import { type Answer, Broken } from "../wire";

/** What became of a request: a word for the count, and whether that is an honest end of it. */
export interface Outcome {
  readonly word: string;
  readonly isExpected: boolean;
}

/** What the client asked of one request, and when the app was away. */
export interface Expectation {
  /** The answer that the app gives when nothing is wrong. */
  isRight(answer: Answer): boolean;
  /** The app breaks its answer off. */
  readonly isBroken?: boolean;
  readonly startedAt: number;
  /** Whether the app crashed or was away since then. */
  wasDown(since: number): boolean;
  readonly limits: { readonly queueMs: number; readonly firstByteMs: number };
}

export const LEFT: Outcome = { word: "client left", isExpected: true };

/** A clock's tick and a busy client. */
const SLACK_MS = 5;

/** Of an answer that is whole. */
export function answered(answer: Answer, expectation: Expectation): Outcome {
  const { status, header } = answer;
  const isGateways = /\r\nx-slipway-origin: gateway/.test(header);
  if (!isGateways) {
    const isRight = expectation.isRight(answer);
    return { word: isRight ? `app ${status}` : `app ${status}, wrong`, isExpected: isRight };
  }
  const code = /"code":"(\w+)"/.exec(answer.text)?.[1] ?? "no code";
  return { word: `${status} ${code}`, isExpected: isHonest(status, code, header, expectation) };
}

function isHonest(status: number, code: string, header: string, expectation: Expectation): boolean {
  const { startedAt, limits, wasDown, isBroken = false } = expectation;
  const took = performance.now() - startedAt + SLACK_MS;
  const saysWhen = /\r\nretry-after: \d+/.test(header);
  switch (`${status} ${code}`) {
    case "503 queue_full":
      return saysWhen;
    case "503 queue_timeout":
      return saysWhen && took >= limits.queueMs;
    case "504 first_byte_timeout":
      return took >= limits.firstByteMs;
    case "502 app_unreachable":
      return wasDown(startedAt);
    case "502 app_disconnected":
      return isBroken || wasDown(startedAt);
    default:
      return false;
  }
}

/** Of one that ended before its end. */
export function failed(error: unknown, { startedAt, wasDown, isBroken = false }: Expectation): Outcome {
  if (!(error instanceof Broken)) return { word: `not HTTP: ${(error as Error).message}`, isExpected: false };
  const word = error.at === "head" ? "no answer" : "answer cut";
  return { word, isExpected: error.at === "body" && (isBroken || wasDown(startedAt)) };
}
