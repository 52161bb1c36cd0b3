import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SlipwayProcess } from "./slipway-process";

export interface Message {
  readonly op: string;
  readonly channel: "control" | "data";
  readonly call?: string;
  readonly attempt?: number;
  readonly n?: number;
  readonly message?: string;
  readonly result?: unknown;
  readonly file?: string;
  readonly error?: { type: string; message: string; traceback: string };
  readonly stream?: string;
  readonly line?: string;
}

export interface HostOptions {
  /** The text of app.py. */
  readonly app: string;
  /** @default "app:work" */
  readonly handler?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Grace of a cancelled call. @default 20 s: no test waits for it to pass */
  readonly graceMs?: number;
}

const DEADLINE_MS = 20_000;
const OUTCOMES = ["done", "error", "cancelled", "died"];
const hosts = new Set<ExecutorHost>();
let calls = 0;

type Pair = { control?: Socket; data?: Socket };

/** The gateway's end of the executor protocol, and a real executor at the other. */
export class ExecutorHost {
  /** All that came, of all pairs of connections. */
  readonly messages: Message[] = [];
  /** Pairs of connections, in the order they came; the last is the one that is used. */
  readonly pairs: Pair[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-host-"));
  readonly socketPath = join(this.folder, "executor.sock");
  process!: SlipwayProcess;
  private server: Server | undefined;
  private readonly waiting = new Set<() => void>();

  static async start(options: HostOptions): Promise<ExecutorHost> {
    const host = await ExecutorHost.startProcess(options);
    await host.listen();
    await host.ready();
    return host;
  }

  /** Starts the executor only; the gateway is not there yet. */
  static async startProcess({ app, handler = "app:work", args = [], env = {}, graceMs = 20_000 }: HostOptions) {
    const host = new ExecutorHost();
    hosts.add(host);
    host.process = await SlipwayProcess.start({
      files: { "app.py": app },
      args: ["-m", "slipway", "serve", "--kind", "calls", "--handler", handler, ...args],
      env: { SLIPWAY_EXECUTOR_SOCKET: host.socketPath, SLIPWAY_GRACE_MS: String(graceMs), ...env },
    });
    return host;
  }

  async listen(): Promise<void> {
    this.server = createServer((socket) => this.accept(socket)).listen(this.socketPath);
    await once(this.server, "listening");
  }

  /** Waits until the executor has connected so many times, and been ready for calls each time. */
  async ready(times = 1): Promise<void> {
    await this.until(`ready ${times} times`, () => {
      const { control, data } = this.pairs[times - 1] ?? {};
      return control && data && this.messages.filter(({ op }) => op === "ready").length === times;
    });
  }

  /** Sends a call and returns its id. */
  run(args: readonly unknown[] = [], kwargs: object = {}, more: object = {}): string {
    const call = `fc-${(++calls).toString(16).padStart(40, "0")}`;
    this.send("data", { op: "run", call, attempt: 1, args, kwargs, deadlineMs: 300_000, ...more });
    return call;
  }

  cancel(call: string, reason = "cancelled"): void {
    this.send("control", { op: "cancel", call, attempt: 1, reason });
  }

  send(channel: "control" | "data", message: object | string): void {
    const line = typeof message === "string" ? message : JSON.stringify(message);
    this.pairs.at(-1)![channel]!.write(`${line}\n`);
  }

  /** How the call ended, without what all messages have. */
  async outcome(call: string): Promise<object> {
    const isOutcome = (each: Message) => each.call === call && OUTCOMES.includes(each.op);
    const { channel: _, call: __, attempt: ___, ...outcome } = await this.until(`the end of ${call}`, () =>
      this.messages.find(isOutcome),
    );
    return outcome;
  }

  /** Waits until the call has printed the line. */
  printed(call: string, line: string): Promise<Message> {
    return this.until(`"${line}" of ${call}`, () =>
      this.messages.find((each) => each.op === "log" && each.call === call && each.line === line),
    );
  }

  logs(call: string): string[] {
    return this.messages.filter((each) => each.op === "log" && each.call === call).map(({ line }) => line!);
  }

  /** Milliseconds until a ping is answered. */
  async ping(n: number): Promise<number> {
    const sent = performance.now();
    this.send("control", { op: "ping", n });
    await this.until(`pong ${n}`, () => this.messages.find((each) => each.op === "pong" && each.n === n));
    return performance.now() - sent;
  }

  /** Waits until the condition holds, which is looked at whenever a message comes. */
  async until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const value = condition();
      if (value) return value;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what}: not seen\n${this.described()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** As a gateway that crashes: both connections end. */
  disconnect(): void {
    const pair = this.pairs.at(-1)!;
    pair.control?.destroy();
    pair.data?.destroy();
  }

  async remove(): Promise<void> {
    hosts.delete(this);
    await this.process.remove();
    for (const pair of this.pairs) for (const socket of Object.values(pair)) socket.destroy();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(undefined)));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private accept(socket: Socket): void {
    let channel: "control" | "data";
    // An executor that ends at once resets what it was about to read.
    socket.on("error", () => {});
    socket.on("close", () => this.wake());
    createInterface({ input: socket }).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.op === "hello") {
        channel = message.channel;
        let pair = this.pairs.at(-1);
        if (!pair || pair[channel]) this.pairs.push((pair = {}));
        pair[channel] = socket;
      }
      this.messages.push({ channel, ...message });
      this.wake();
    });
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }

  private described(): string {
    const messages = this.messages.map((message) => JSON.stringify(message).slice(0, 500)).join("\n");
    return `${messages}\nstdout: ${this.process.stdout}\nstderr: ${this.process.stderr}`;
  }
}

/** Ends and removes everything that was started. */
export async function removeHosts(): Promise<void> {
  await Promise.all([...hosts].map((host) => host.remove()));
}
