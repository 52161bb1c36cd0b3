/** One thing that is wrong with what the user wrote. */
export interface Problem {
  /** Stable, for machines: `SLIPWAY_E_…`. */
  readonly code: string;
  /** The prop as the user wrote it, dotted where nested: `alarms.errorRate`. */
  readonly prop: string;
  /** What was given. Values of `env` are never repeated: they may be secrets. */
  readonly value: unknown;
  /** What is wrong and what is allowed; lower case, no final period. */
  readonly message: string;
  /** What to write instead, as a sentence. */
  readonly fix: string;
}

/** A problem together with the construct it belongs to. */
export interface LocatedProblem extends Problem {
  /** The construct's path. */
  readonly path: string;
}

/**
 * Wrong input, found at synth: every problem of a construct at once, each with the prop, the value, what is allowed
 * and the fix.
 */
export class SlipwayError extends Error {
  /** The code of the first problem. */
  declare readonly code: string;
  declare readonly path: string;
  declare readonly problems: readonly Problem[];

  constructor(path: string, problems: readonly Problem[]) {
    super(problems.map((problem) => describeProblem(path, problem)).join("\n"));
    // Uncaught, as it usually is, Node prints the stack and every enumerable property: the message would drown in our frames,
    // when it names the construct already.
    Object.defineProperties(this, {
      name: { value: "SlipwayError" },
      code: { value: problems[0]?.code ?? "SLIPWAY_E_UNKNOWN" },
      path: { value: path },
      problems: { value: problems },
      stack: { value: `SlipwayError:\n${this.message}` },
    });
  }
}

/** `acme/llm: label "My.Api": dots are not allowed. Use "my-api". [SLIPWAY_E_INVALID_VALUE]` */
export function describeProblem(path: string, { prop, value, message, fix, code }: Problem): string {
  const given = value === undefined ? "" : ` ${display(value)}`;
  const sentence = /[.?!]$/.test(fix) ? fix : `${fix}.`;
  return `${path}: ${prop}${given}: ${message}. ${sentence} [${code}]`;
}

const LONGEST_VALUE = 80;

const TOKEN = /[$#&]\{(Tf)?Token\[[^\]]*\]\}/g;

/** A value as a person wrote it, in short. */
export function display(value: unknown): string {
  const text = jsonOf(value).replace(TOKEN, "<token>");
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** As the user wrote it, where JSON can say it: NaN, for one, would be null there. */
function jsonOf(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" && typeof value !== "string") return String(value);
  try {
    return JSON.stringify(value) ?? "an object";
  } catch {
    return "an object";
  }
}
