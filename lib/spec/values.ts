import { z } from "zod";
import { isTextToken, isToken } from "./tokens";

/** A number of seconds, or a number with its unit: `90`, `"90s"`, `"1.5m"`, `"500ms"`, `"2h"`, `"7d"`. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** A number of MiB, or a number with its unit: `512`, `"512MiB"`, `"2GiB"`. */
export type Memory = number | `${number}${"MiB" | "GiB"}`;

/** `"module:name"` or `"package.module:name"`: an import path and a name in it, never a file path. */
export type Handler = string;

export interface Refusal {
  readonly message: string;
  readonly fix: string;
  /** This value may be a secret: the message does not repeat it. */
  readonly hidden?: boolean;
}

export class Refused {
  constructor(readonly refusal: Refusal) {}
}

/** Ends a reader with what is wrong and the fix. */
export function refuse(message: string, fix: string): Refused {
  return new Refused({ message, fix });
}

function isQuotedNumber(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
}

export interface LeafOptions {
  /**
   * `late`: a string that is known only after apply is let through unread; `late-list`: a list, as a whole. `early`: the value must be
   * known at synth, and the error says so.
   */
  readonly token: "early" | "late" | "late-list";
  /** The value may be a secret: messages do not repeat it. */
  readonly hidden?: boolean;
  /** What to write when the prop is missing. */
  readonly example?: string;
  /** What to do when it is missing, where that is more than to write such an example. */
  readonly missing?: string;
}

/** A schema for one prop from a reader of its literal value. Missing is the reader's own problem unless `.optional()`. */
export function leaf<T>(
  read: (value: unknown) => T | Refused,
  { token, hidden = false, example, missing }: LeafOptions,
) {
  return z.unknown().transform((value, context): T => {
    const issue = (code: string, { message, fix }: Refusal, isHidden = hidden): never => {
      context.addIssue({ code: "custom", message, params: { code, fix, hidden: isHidden }, input: value });
      return z.NEVER;
    };
    if (value === undefined) {
      return issue("SLIPWAY_E_MISSING_PROP", {
        message: "is missing",
        fix: missing ?? (example ? `Write for example ${example}` : "Set it"),
      });
    }
    if (isToken(value)) {
      const refusal = tokenRefusal(value, token);
      return refusal ? issue("SLIPWAY_E_TOKEN_NOT_ALLOWED", refusal, true) : (value as T);
    }
    const result = read(value);
    if (result instanceof Refused && isQuotedNumber(value) && !(read(Number(value)) instanceof Refused)) {
      return issue("SLIPWAY_E_INVALID_VALUE", { ...result.refusal, fix: `Write ${Number(value)}, without quotes` });
    }
    if (!(result instanceof Refused)) return result;
    return issue("SLIPWAY_E_INVALID_VALUE", result.refusal, result.refusal.hidden ?? hidden);
  });
}

/** Why a token may not stand here. A prop that may be known late still has a type: a number's token is no string. */
export function tokenRefusal(value: unknown, token: LeafOptions["token"]): Refusal | undefined {
  if (token === "early")
    return {
      message: "is known only after apply, but Slipway needs it at synth to form a name, a size or a priority",
      fix: "Pass a literal",
    };
  if (token === "late" ? isTextToken(value) : Array.isArray(value)) return undefined;
  const [kind, fix] =
    token === "late"
      ? ["string", "Write Token.asString(…) around it; Fn.element(list, 0) takes one element of a list"]
      : ["list", "Write Token.asList(…) around it"];
  return { message: `is known only after apply, and not as a ${kind}`, fix };
}

export function text(
  o: LeafOptions & {
    pattern?: RegExp;
    allowed?: string;
    max?: number;
    fix?: string;
    read?: (value: string) => string | Refused;
  },
) {
  const fix = o.fix ?? (o.example && `Write for example ${o.example}`);
  return leaf<string>((value) => {
    if (typeof value !== "string") return refuse("must be a string", fix ?? "Pass a string");
    if (value === "") return refuse("must not be empty", fix ?? "Pass a value, or leave the prop out");
    if (o.max !== undefined && value.length > o.max) {
      return refuse(`has ${value.length} characters; at most ${o.max} are allowed`, o.fix ?? "Shorten it");
    }
    if (o.pattern && !o.pattern.test(value))
      return refuse(o.allowed ?? `must match ${o.pattern}`, o.fix ?? "Correct it");
    return o.read ? o.read(value) : value;
  }, o);
}

export function flag() {
  return leaf<boolean>(
    (value) => (typeof value === "boolean" ? value : refuse("must be true or false", "Pass a boolean literal")),
    { token: "early" },
  );
}

export function integer(o: { min: number; max: number; reason?: string; fix?: string; example?: string }) {
  return leaf<number>(
    (value) => {
      if (typeof value !== "number" || !Number.isInteger(value))
        return refuse("must be a whole number", o.fix ?? `Use ${o.min} to ${o.max}`);
      if (value < o.min || value > o.max) {
        return refuse(
          `must be ${o.min} to ${o.max}${o.reason ? ` (${o.reason})` : ""}`,
          o.fix ?? `Use ${o.min} to ${o.max}`,
        );
      }
      return value;
    },
    { token: "early", example: o.example },
  );
}

export function oneOf<const V extends string | number>(values: readonly V[], reason?: string) {
  const list = values.map((value) => JSON.stringify(value)).join(", ");
  return leaf<V>(
    (value) =>
      (values as readonly unknown[]).includes(value)
        ? (value as V)
        : refuse(`must be one of ${list}`, reason ?? "Pick one of these"),
    { token: "early" },
  );
}

/** An object that is nothing else: no list, Map, Date or promise. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** A nested object of props. */
export function group<S extends z.ZodRawShape>(shape: S) {
  const read = nested(shape, `an object with ${Object.keys(shape).join(", ")}`);
  return leaf<object>(read.form(isRecord), { token: "early" }).transform(read.inner);
}

/** A nested object of props that may also be `false`: switched off. */
export function section<S extends z.ZodRawShape>(shape: S) {
  const read = nested(shape, `false, or an object with ${Object.keys(shape).join(", ")}`);
  return leaf<object | false>(
    read.form((value): value is object | false => value === false || isRecord(value)),
    { token: "early" },
  ).transform((value, context) => (value === false ? value : read.inner(value, context)));
}

/** A number, or a nested object of props that says more. */
export function numberOrGroup<S extends z.ZodRawShape>(number: z.ZodType<number>, shape: S) {
  const read = nested(shape, `a number, or an object with ${Object.keys(shape).join(", ")}`);
  return leaf<object | number>(
    read.form((value): value is object | number => typeof value === "number" || isRecord(value)),
    { token: "early" },
  ).transform((value, context) => {
    if (typeof value !== "number") return read.inner(value, context);
    const result = number.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  });
}

function nested<S extends z.ZodRawShape>(shape: S, form: string) {
  const schema = z.strictObject(shape);
  return {
    form:
      <T>(accepts: (value: unknown) => value is T) =>
      (value: unknown) =>
        accepts(value) ? value : refuse(`must be ${form}`, `Write ${form}`),
    inner: (value: object, context: z.RefinementCtx): z.infer<typeof schema> => {
      const result = schema.safeParse(value, { reportInput: true });
      if (result.success) return result.data;
      for (const issue of result.error.issues) context.addIssue({ ...issue, known: Object.keys(shape) });
      return z.NEVER;
    },
  };
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** A {@link Duration} in whole seconds within [min, max]. */
export function duration(o: { min: number; max: number; reason?: string }) {
  const range = `${formatSeconds(o.min)} to ${formatSeconds(o.max)}`;
  return leaf<number>(
    (value) => {
      const seconds = durationSeconds(value);
      if (seconds === undefined)
        return refuse('must be seconds as a number, or a number with ms, s, m, h or d such as "90s"', `Use ${range}`);
      if (!Number.isInteger(seconds)) return refuse("must come to whole seconds", `Use ${range}`);
      if (seconds < o.min || seconds > o.max)
        return refuse(`must be ${range}${o.reason ? ` (${o.reason})` : ""}`, `Use ${range}`);
      return seconds;
    },
    { token: "early" },
  );
}

function durationSeconds(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const match = typeof value === "string" ? DURATION.exec(value) : null;
  return match ? rounded(Number(match[1]) * SECONDS[match[2]!]!) : undefined;
}

/** Undoes binary fractions: 1.1 * 60 is 66, not 66.00000000000001. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function formatSeconds(seconds: number): string {
  for (const [unit, size] of [
    ["d", 86400],
    ["h", 3600],
    ["m", 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}

const MEMORY = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/;
const MIB: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024 };

/** A {@link Memory} in whole MiB within [min, max]. */
export function memory(o: { min: number; max: number; reason?: string }) {
  const range = `${formatMiB(o.min)} to ${formatMiB(o.max)}`;
  return leaf<number>(
    (value) => {
      const mib = memoryMiB(value);
      if (typeof mib !== "number") return mib;
      if (!Number.isInteger(mib)) return refuse("must come to whole MiB", `Use ${range}`);
      if (mib < o.min || mib > o.max)
        return refuse(`must be ${range}${o.reason ? ` (${o.reason})` : ""}`, `Use ${range}`);
      return mib;
    },
    { token: "early" },
  );
}

function memoryMiB(value: unknown): number | Refused {
  const form = 'must be MiB as a number, or a number with MiB or GiB such as "2GiB"';
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const match = typeof value === "string" ? MEMORY.exec(value) : null;
  if (!match) return refuse(form, 'Write for example "2GiB"');
  const unit = MIB[match[2]!];
  if (unit === undefined) {
    const binary = /^m/i.test(match[2]!) ? "MiB" : "GiB";
    return refuse(`has the unit ${match[2]}; AWS sells memory in MiB and GiB`, `Write "${match[1]}${binary}"`);
  }
  return rounded(Number(match[1]) * unit);
}

export function formatMiB(mib: number): string {
  return mib >= 1024 && mib % 1024 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`;
}
