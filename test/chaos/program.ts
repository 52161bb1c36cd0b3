import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GatewayConfig } from "../../lib/task/gateway-config";
import { bundle } from "../runtime/gateway/gateway-process";
import { until } from "../runtime/gateway/loopback";
import { Child } from "./child";
import { type Plant, planted } from "./plants";

const folder = mkdtempSync(join(tmpdir(), "slipway-chaos-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

let text: string | undefined;

/** One build for the whole run, whatever happens to the sources meanwhile. */
function programText(): string {
  text ??= readFileSync(bundle(), "utf8");
  return text;
}

/** Which build of the gateway a run was about. */
export function programDigest(): string {
  return createHash("sha256").update(programText()).digest("hex").slice(0, 12);
}

/** Finds out before a long run, and not at its end, whether the bugs still fit the program. */
export function prepare(plants: readonly Plant[]): void {
  for (const plant of plants) programFile(plant);
}

function programFile(plant: Plant | undefined): string {
  const file = join(folder, `${plant?.what.replaceAll(" ", "-") ?? "gateway"}.cjs`);
  const sdk = join(folder, "dynamodb.cjs");
  if (!existsSync(sdk)) copyFileSync(join(dirname(bundle()), "dynamodb.cjs"), sdk);
  if (!existsSync(file)) writeFileSync(file, plant === undefined ? programText() : planted(programText(), plant));
  return file;
}

/** Node's flags, as the image has them. */
function flags(): string[] {
  const image = readFileSync(join(__dirname, "../../lib/runtime/gateway/Dockerfile"), "utf8");
  const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(image)![1]!);
  return entry.slice(1, -1);
}

export interface ProgramOptions {
  readonly plant?: Plant;
  readonly env?: NodeJS.ProcessEnv;
  /** Sees the whole log. */
  readonly onLine?: (line: string) => void;
}

type Event = { readonly event: string; readonly [field: string]: unknown };

/** The gateway, running. Of its log, only what is not about one request is kept. */
export class Program extends Child {
  readonly events: Event[];

  private constructor(
    readonly config: GatewayConfig,
    { plant, env, onLine }: ProgramOptions,
  ) {
    const events: Event[] = [];
    super(process.execPath, [...flags(), programFile(plant)], {
      env: { ...env, SLIPWAY_CONFIG: JSON.stringify(config) },
      onLine: (line) => {
        onLine?.(line);
        if (!line.includes('"event":"request"')) events.push(JSON.parse(line));
      },
    });
    this.events = events;
  }

  static async start(config: GatewayConfig, options: ProgramOptions = {}): Promise<Program> {
    const program = new Program(config, options);
    await until(() => program.event("ready") ?? !program.isRunning, "the gateway is ready", 60_000);
    if (!program.isRunning) throw new Error(`the gateway ended: ${program.stderr}`);
    return program;
  }

  get port(): number {
    return this.config.listen.port;
  }

  event(name: string): Event | undefined {
    return this.events.find(({ event }) => event === name);
  }

  /** Metrics without labels. */
  async metrics(...names: readonly string[]): Promise<number[]> {
    const { text } = await ask(this.config.listen.loopbackPort, "/metrics");
    return names.map((name) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN));
  }

  /** As the kernel has it. */
  environment(): string {
    return readFileSync(`/proc/${this.pid}/environ`, "utf8");
  }

  /** The status of its health check; 0 when nobody answers. */
  async health(): Promise<number> {
    return (await ask(this.config.listen.controlPort, "/health").catch(() => ({ status: 0 }))).status;
  }

  residentMiB(): number {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))![1]) / 1024;
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}

/** One small request on a connection of its own. */
export function ask(port: number, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ agent: false, host: "127.0.0.1", port, path, timeout: 5000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      answer.once("end", () => resolve({ status: answer.statusCode!, text })).once("error", reject);
    });
    request.once("timeout", () => request.destroy(new Error(`no answer of port ${port} to ${path}`)));
    request.once("error", reject);
  });
}
