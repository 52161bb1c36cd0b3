import { z } from "zod";
import { FARGATE_SIZES, isFargateSize, nearestFargateSizes } from "../catalog";
import type { Image } from "../image/image";
import { APP_PATTERN, NAME_PATTERN } from "../naming";
import { imageUri, mutableImageWarning } from "./image-uri";
import type { Report } from "./parse";
import { isTextToken, isToken } from "./tokens";
import {
  type Duration,
  duration,
  flag,
  formatMiB,
  isRecord,
  leaf,
  type Memory,
  memory,
  oneOf,
  refuse,
  text,
  tokenRefusal,
} from "./values";

/** What every construct that runs code has, less `platform`. */
export interface ComputeOptions {
  /** Unit of grants, names, logs and dashboards: 1 to 32 of a-z, 0-9 and dashes. Identity is (app, name). */
  readonly app: string;
  /**
   * Function name within the app: a-z, 0-9 and dashes.
   * @default - the construct id in kebab-case
   */
  readonly name?: string;
  /**
   * Folder of the code, usually `__dirname`. Read by `slipway dev` only; it never reaches Terraform.
   * @default - none, and `slipway dev` cannot run the function
   */
  readonly source?: string;
  /**
   * The app's image: an `Image`, which the deploy builds and pushes, or the URI of one that is there, pinned by digest. What Python code
   * runs in needs the `slipway` package: an `Image` gets it, and the code in `source`, by itself, unless a Dockerfile of your own makes it.
   */
  readonly image: string | Image;
  /**
   * vCPU of the task: 0.25, 0.5, 1, 2, 4, 8 or 16.
   * @default 0.5
   */
  readonly cpu?: number;
  /**
   * Memory for the app, in a size that Fargate sells with `cpu`. The gateway's 128 MiB are added, and the sum rounded up to the next
   * size on sale, which the synth's summary explains.
   * @default "1GiB"
   */
  readonly memory?: Memory;
  /**
   * Ephemeral disk of the task, 21 GiB to 200 GiB.
   * @default - the 20 GiB that Fargate includes
   */
  readonly ephemeralDisk?: Memory;
  /**
   * The image's processor architecture.
   * @default "x86_64"
   */
  readonly architecture?: "x86_64" | "arm64";
  /**
   * Run on Fargate Spot: usually about 70 % cheaper, and AWS may stop a task with two minutes' notice when it needs the capacity. A new one
   * starts where there is some; with one container that is a short outage.
   * @default false
   */
  readonly spot?: boolean;
  /**
   * Environment variables of the app. Names that start with SLIPWAY_ are Slipway's own. Never put a secret here: plans and state show it.
   * @default - none
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Variable name -> ARN of a Secrets Manager secret (a JSON key of it may follow, `<arn>:<key>`) or of an SSM parameter.
   * ECS reads the value when a task starts; Terraform never sees it.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Time that one request may take in all, from its arrival to the last byte of its answer, 1 s to 11 h 30 min. A WebSocket
   * counts until it is closed. Of a function: what one attempt may take.
   * @default 300
   */
  readonly timeout?: Duration;
  /**
   * Time from a task's start until the app accepts requests, or a function's code is loaded, 1 s to 1 h (a function: 55 min). Sets the
   * gateway's readiness and the service's grace period.
   * @default 60
   */
  readonly startupTimeout?: Duration;
  /**
   * Time that requests in flight, or running calls, have to finish when a task stops, 1 s to 110 s (Fargate kills a container after 120 s).
   * @default 110
   */
  readonly drainTimeout?: Duration;
  /**
   * Mount the app's root filesystem read-only; `/tmp` can be written to. It cannot be combined with `exec`.
   * @default - true for an `Image` that no Dockerfile of your own makes, unless `exec` is set; false for others
   */
  readonly readOnlyRoot?: boolean;
  /**
   * Allow ECS Exec: a shell in a running task, for whoever has ecs:ExecuteCommand.
   * @default false
   */
  readonly exec?: boolean;
}

/** Of Python code, which needs no image of its own. */
export interface PythonOptions extends Omit<ComputeOptions, "image"> {
  /**
   * As of any construct.
   * @default - Debian with Python 3.12, what `requirements.txt` in `source` asks for, the `slipway` package with what the kind needs, and
   * `source` itself
   */
  readonly image?: string | Image;
}

export interface ComputeSpec {
  readonly app: string;
  readonly name: string;
  readonly source?: string;
  readonly image: string;
  /** CPU units of the task, 1024 = 1 vCPU. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ephemeralDiskGiB?: number;
  readonly architecture: "x86_64" | "arm64";
  readonly spot: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly startupTimeout: number;
  /** Seconds. */
  readonly drainTimeout: number;
  readonly readOnlyRoot: boolean;
  readonly exec: boolean;
}

const GIB = 1024;
const VCPUS = [...new Set(FARGATE_SIZES.map((size) => size.cpuUnits / 1024))];
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET_ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+(:[^:\s]+(::)?)?$/;
const PARAMETER_ARN = /^arn:[a-z-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+$/;

const variables = (read: (name: string, value: unknown) => ReturnType<typeof refuse> | undefined) =>
  leaf<Readonly<Record<string, string>>>(
    (value) => {
      if (!isRecord(value)) return refuse("must be an object of variables", 'Write for example { LOG_LEVEL: "info" }');
      for (const [name, inner] of Object.entries(value)) {
        if (!VARIABLE.test(name))
          return refuse(
            `has the variable name ${JSON.stringify(name)}, which a shell does not accept`,
            "Use letters, digits and underscores",
          );
        if (name.startsWith("SLIPWAY_"))
          return refuse(`sets ${name}; names that start with SLIPWAY_ are Slipway's own`, `Rename ${name}`);
        if (name === "PORT")
          return refuse("sets PORT, which Slipway sets to the port that the app must listen on", "Remove PORT");
        const refused = read(name, inner);
        if (refused) return refused;
      }
      return value as Record<string, string>;
    },
    { token: "early", hidden: true },
  );

export const computeShape = {
  app: text({
    token: "early",
    pattern: APP_PATTERN,
    allowed: "must be 1 to 32 lowercase letters, digits and single dashes, with no dash at an end",
    fix: 'Write for example "hello"',
    example: '"hello"',
  }),
  name: text({
    token: "early",
    pattern: NAME_PATTERN,
    allowed: "must be 1 to 48 lowercase letters, digits and single dashes, with no dash at an end",
    fix: 'Set name in that form, for example "hello"; the default is the construct id in kebab-case',
  }),
  source: text({ token: "early" }).optional(),
  image: imageUri("hello", "Set source, of which Python code gets its image; else pass an Image, or an image's URI"),
  cpu: leaf<number>(
    (value) => {
      if (typeof value === "number" && VCPUS.includes(value)) return value;
      const inUnits = typeof value === "number" && VCPUS.includes(value / 1024);
      const fix = inUnits ? `Write ${value / 1024}: cpu counts vCPU, not CPU units` : `Use one of ${VCPUS.join(", ")}`;
      return refuse(`must be a number of vCPU that Fargate sells: ${VCPUS.join(", ")}`, fix);
    },
    { token: "early" },
  ).default(0.5),
  memory: memory({ min: 1, max: 120 * GIB }).default(GIB),
  ephemeralDisk: memory({ min: 21 * GIB, max: 200 * GIB, reason: "20 GiB are always included" }).optional(),
  architecture: oneOf(["x86_64", "arm64"]).default("x86_64"),
  spot: flag().default(false),
  env: variables((name, value) => {
    if (typeof value !== "string") return refuse(`${name} must be a string`, `Write ${name}: "…"`);
    const token = isToken(value) ? tokenRefusal(value, "late") : undefined;
    return token && refuse(`${name} ${token.message}`, token.fix);
  }).default({}),
  secrets: variables((name, value) => {
    if (isTextToken(value)) return undefined;
    if (typeof value === "string" && (SECRET_ARN.test(value) || PARAMETER_ARN.test(value))) return undefined;
    return refuse(
      `${name} must be the ARN of a Secrets Manager secret or an SSM parameter`,
      `Write ${name}: "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>", never the secret itself`,
    );
  }).default({}),
  timeout: duration({ min: 1, max: 41_400 }).default(300),
  startupTimeout: duration({ min: 1, max: 3600 }).default(60),
  drainTimeout: duration({ min: 1, max: 110, reason: "Fargate kills a container 120 s after SIGTERM" }).default(110),
  readOnlyRoot: flag().default(false),
  exec: flag().default(false),
};

const computeSchema = z.strictObject(computeShape);
export type ComputeInput = z.infer<typeof computeSchema>;

/** Pairs of compute options that do not go together. */
export function checkCompute(input: Partial<ComputeInput>, report: Report): void {
  const { cpu, memory: memoryMiB, exec, readOnlyRoot, env = {}, secrets = {} } = input;
  if (cpu !== undefined && memoryMiB !== undefined && !isFargateSize(cpu * 1024, memoryMiB)) {
    const nearest = nearestFargateSizes(cpu * 1024, memoryMiB).filter((size) => size !== undefined);
    const sizes = nearest.map((size) => `cpu: ${size.cpuUnits / 1024}, memory: "${writtenMiB(size.memoryMiB)}"`);
    report({
      prop: "memory",
      value: writtenMiB(memoryMiB),
      message: `Fargate does not sell it with ${cpu} vCPU`,
      fix: `Use ${sizes.join(", or ")}`,
    });
  }
  if (exec && readOnlyRoot) {
    report({
      prop: "exec",
      value: exec,
      message: "ECS Exec writes to the root filesystem, which readOnlyRoot forbids",
      fix: "Set only one of exec and readOnlyRoot",
    });
  }
  for (const name of Object.keys(secrets).filter((name) => Object.hasOwn(env, name))) {
    report({
      prop: "secrets",
      value: undefined,
      message: `sets ${name}, which env sets too`,
      fix: `Remove ${name} from env`,
    });
  }
}

function writtenMiB(mib: number): string {
  return formatMiB(mib).replace(" ", "");
}

export function computeSpec(input: ComputeInput): ComputeSpec {
  const { cpu, memory: memoryMiB, ephemeralDisk, ...rest } = input;
  return {
    ...rest,
    cpuUnits: cpu * 1024,
    memoryMiB,
    ...(ephemeralDisk === undefined ? {} : { ephemeralDiskGiB: Math.ceil(ephemeralDisk / GIB) }),
  };
}

/** TOKEN but not TOKENS or TOKENIZER: those count or cut text, and every language model has them. */
const SECRET_NAME = /SECRET|PASSWORD|PASSWD|TOKEN(?![A-Z])|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY/i;
const SECRET_VALUE =
  /(^AKIA[0-9A-Z]{16}$)|(-----BEGIN [A-Z ]*PRIVATE KEY)|(^(sk|ghp|xox[abp]|wk|ws)[-_][A-Za-z0-9-]{16,})|(:\/\/[^/\s:@]+:[^/\s@]+@)/;
/** Settings about secrets, such as PASSWORD_MIN_LENGTH. */
const HARMLESS_VALUE = /^(\d{1,6}|true|false|)$/i;

export function computeWarnings(spec: ComputeSpec): string[] {
  const suspicious = Object.entries(spec.env).filter(
    ([name, value]) =>
      !isToken(value) && !HARMLESS_VALUE.test(value) && (SECRET_NAME.test(name) || SECRET_VALUE.test(value)),
  );
  return [
    ...suspicious.map(([name]) => `env.${name} looks like a secret, and plans and state show it. Move it to secrets`),
    ...mutableImageWarning("image", spec.image),
  ];
}
