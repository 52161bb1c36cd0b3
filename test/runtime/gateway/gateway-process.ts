import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import { packageVersion } from "../../../lib/package";
import type { GatewayConfig } from "../../../lib/task/gateway-config";
import { freePorts, onStop, send, until } from "./loopback";

const ROOT = join(__dirname, "../../..");
const SOURCES = join(ROOT, "lib/runtime/gateway");

/** Bundles the program as the package's build does; one bundle for each state of its sources, kept in the temp folder. */
export function bundle(): string {
  const hash = createHash("sha256");
  const files = [SOURCES, join(ROOT, "lib/tokens"), join(ROOT, "lib/calls"), join(ROOT, "lib/task")].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  for (const file of [...files, join(ROOT, "package-lock.json")]) {
    hash.update(file).update(readFileSync(file));
  }
  const folder = join(tmpdir(), "slipway-gateway-tests", hash.digest("hex").slice(0, 16));
  const program = join(folder, "gateway.cjs");
  if (existsSync(program)) return program;

  const partial = `${folder}.${process.pid}`;
  buildSync({
    entryPoints: {
      gateway: join(SOURCES, "main.ts"),
      dynamodb: join(SOURCES, "auth/dynamodb.ts"),
      calls: join(SOURCES, "calls/index.ts"),
      opentelemetry: join(SOURCES, "tracing/opentelemetry.ts"),
    },
    define: { SLIPWAY_VERSION: JSON.stringify(packageVersion()) },
    mainFields: ["module", "main"],
    outdir: partial,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
  });
  mkdirSync(folder, { recursive: true });
  // The program last: who sees it finds the rest.
  for (const name of ["dynamodb.cjs", "calls.cjs", "opentelemetry.cjs", "gateway.cjs"])
    renameSync(join(partial, name), join(folder, name));
  rmdirSync(partial);
  return program;
}

export interface LogLine {
  readonly time: string;
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program, running. */
export class GatewayProcess {
  readonly log: LogLine[] = [];
  stderr = "";
  readonly exited: Promise<Exit>;

  constructor(
    private readonly child: ChildProcess,
    readonly config: GatewayConfig,
  ) {
    createInterface({ input: child.stdout! }).on("line", (line) => this.log.push(JSON.parse(line)));
    child.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
    });
    // "close" comes after the last line of output.
    this.exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  }

  get port(): number {
    return this.config.listen.port;
  }

  get controlPort(): number {
    return this.config.listen.controlPort;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  event(name: string): LogLine | undefined {
    return this.log.find(({ event }) => event === name);
  }

  async metricIs(name: string, value: number): Promise<void> {
    await until(async () => (await this.metric(name)) === value, `${name} is ${value}`);
  }

  /** The lines of requests, once there are so many of them. */
  async requests(count: number): Promise<LogLine[]> {
    const lines = () => this.log.filter(({ event }) => event === "request");
    await until(() => lines().length >= count, `${count} requests are logged`);
    return lines();
  }

  /** Waits for a lifecycle event; fails at once when the program ends without it. */
  async logged(name: string, timeoutMs?: number): Promise<LogLine> {
    await until(() => this.event(name) !== undefined || !this.isRunning, `the gateway logs "${name}"`, timeoutMs);
    if (this.event(name) === undefined) await this.exited;
    const line = this.event(name);
    if (line === undefined) throw new Error(`gateway ended: ${JSON.stringify(this.log)} ${this.stderr}`);
    return line;
  }

  async health(): Promise<{ status: number; body: unknown }> {
    const { status, text } = await send(this.controlPort, "/health");
    return { status, body: JSON.parse(text) };
  }

  /** A metric without labels. */
  async metric(name: string): Promise<number> {
    const { text } = await send(this.config.listen.loopbackPort, "/metrics");
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)![1]);
  }

  /** Resident memory in MiB. */
  residentMiB(): number {
    return this.memoryMiB("VmRSS");
  }

  /** The most it has ever been. */
  peakResidentMiB(): number {
    return this.memoryMiB("VmHWM");
  }

  openSockets(): number {
    const folder = `/proc/${this.child.pid}/fd`;
    const isSocket = (file: string) => {
      try {
        return readlinkSync(join(folder, file)).startsWith("socket:");
      } catch {
        // Closed since it was listed.
        return false;
      }
    };
    return readdirSync(folder).filter(isSocket).length;
  }

  private memoryMiB(field: string): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
  }
}

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };

/** A configuration for an app on a port; the rest is small enough for a test to wait for. */
export async function gatewayConfig(appPort: number, own: DeepPartial<GatewayConfig> = {}): Promise<GatewayConfig> {
  const [port, controlPort, loopbackPort] = await freePorts(3);
  return {
    version: 1,
    app: "acme",
    function: "web",
    workspace: "acme",
    environment: "test",
    region: "eu-west-1",
    listen: {
      port: port!,
      controlPort: controlPort!,
      loopbackPort: loopbackPort!,
      keepAliveMs: 305_000,
      ...own.listen,
    },
    upstream: {
      port: appPort,
      poolIdleMs: own.upstream?.poolIdleMs ?? 1000,
      ready: { kind: "tcp", path: "/", intervalMs: 10, timeoutMs: 10_000, ...own.upstream?.ready },
    },
    web: {
      stripPrefix: "",
      maxBodyBytes: 4 * 1024 ** 3,
      ...own.web,
      gate: { maxInputs: 1000, maxQueued: 1000, ...own.web?.gate },
      timers: { queueMs: 60_000, firstByteMs: 150_000, idleMs: 300_000, totalMs: 300_000, ...own.web?.timers },
    },
    ...(own.tokens?.table !== undefined && { tokens: { table: own.tokens.table } }),
    ...(own.endpoints && { endpoints: own.endpoints }),
    ...(own.tracing && { tracing: own.tracing }),
    drain: { deadlineMs: 10_000, quietMs: 100, ...own.drain },
  };
}

export function spawnGateway(
  config: GatewayConfig,
  variable = JSON.stringify(config),
  program = bundle(),
): GatewayProcess {
  const child = spawn(process.execPath, [program], {
    env: { SLIPWAY_CONFIG: variable },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gateway = new GatewayProcess(child, config);
  onStop(async () => {
    gateway.kill("SIGKILL");
    await gateway.exited;
  });
  return gateway;
}

/** Starts the program in front of an app and waits until it serves, in whatever state the app is. */
export async function startGateway(
  app: { readonly port: number },
  own: DeepPartial<GatewayConfig> = {},
): Promise<GatewayProcess> {
  const gateway = spawnGateway(await gatewayConfig(app.port, own));
  await gateway.logged("started");
  return gateway;
}

/** Starts the program in front of an app and waits until the app is ready. */
export async function startReadyGateway(app: { readonly port: number }, own: DeepPartial<GatewayConfig> = {}) {
  const gateway = await startGateway(app, own);
  await gateway.logged("ready");
  return gateway;
}
