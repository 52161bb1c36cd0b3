import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { FunctionEntry } from "../../../lib/calls";
import { onStop, until } from "../gateway/loopback";
import type { AwsStandIns } from "./aws-stand-ins";
import { type Own, spawnWorker, workerConfig } from "./worker-process";

/** A worker with an executor that is the test's. */
export async function startWorker(aws: AwsStandIns, fn: FunctionEntry, own: Own = {}, environment?: NodeJS.ProcessEnv) {
  const config = await workerConfig(aws, fn, own);
  const worker = spawnWorker(config, environment);
  const executor = await ScriptedExecutor.ready(config.worker.executorSocket);
  await worker.logged("ready");
  return { config, worker, executor, socket: config.worker.executorSocket };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON came
type Line = any;
export interface Key {
  readonly call: string;
  readonly attempt: number;
}

/** One of an executor's connections, on which the test says what it likes. */
export class Wire {
  readonly lines: Line[] = [];
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
    });
    createInterface({ input: socket })
      .on("line", (line) => this.lines.push(JSON.parse(line)))
      .on("error", () => undefined);
    onStop(() => socket.destroy());
  }

  /** As executors do: tries until the gateway is there. */
  static async open(path: string): Promise<Wire> {
    for (const start = performance.now(); ; await delay(25)) {
      const socket = connect(path);
      try {
        await once(socket, "connect");
        return new Wire(socket);
      } catch (error) {
        if (performance.now() - start > 10_000) throw error;
      }
    }
  }

  say(line: object | string): void {
    this.socket.write(typeof line === "string" ? line : `${JSON.stringify(line)}\n`);
  }

  /** The next line of an op that was not taken yet. */
  async next(op: string, timeoutMs?: number): Promise<Line> {
    const find = () => this.lines.findIndex((line) => line.op === op);
    await until(() => find() !== -1 || this.isClosed, `the gateway says ${op}`, timeoutMs);
    if (find() === -1) throw new Error(`the connection is closed, without ${op}`);
    return this.lines.splice(find(), 1)[0];
  }

  async closes(timeoutMs?: number): Promise<void> {
    await until(() => this.isClosed, "the gateway closes the connection", timeoutMs);
  }
}

/** An executor whose every word is the test's. */
export class ScriptedExecutor {
  answersPings = true;

  private constructor(
    readonly control: Wire,
    readonly data: Wire,
  ) {
    createInterface({ input: control.socket })
      .on("line", (text) => {
        const { op, n } = JSON.parse(text);
        if (op === "ping" && this.answersPings) control.say({ op: "pong", n });
      })
      // Newer versions of Node tell the reader of its socket's end as well.
      .on("error", () => undefined);
  }

  static async connect(path: string): Promise<ScriptedExecutor> {
    const [control, data] = [await Wire.open(path), await Wire.open(path)];
    control.say({ op: "hello", channel: "control", protocol: 1 });
    data.say({ op: "hello", channel: "data", protocol: 1 });
    return new ScriptedExecutor(control, data);
  }

  static async ready(path: string): Promise<ScriptedExecutor> {
    const executor = await ScriptedExecutor.connect(path);
    executor.control.say({ op: "ready", protocol: 1 });
    return executor;
  }

  async run(timeoutMs?: number): Promise<Key & Line> {
    const run = await this.data.next("run", timeoutMs);
    this.data.say({ op: "started", call: run.call, attempt: run.attempt });
    return run;
  }

  cancel(timeoutMs?: number): Promise<Key & { readonly reason: string }> {
    return this.control.next("cancel", timeoutMs);
  }

  done(key: Key, result: unknown): void {
    this.answer("done", key, { result });
  }

  error(key: Key, type = "ValueError"): void {
    this.answer("error", key, { error: { type, message: "no", traceback: "in f" } });
  }

  answer(op: string, { call, attempt }: Key, more: object = {}): void {
    this.data.say({ op, call, attempt, ...more });
  }

  close(): void {
    this.control.socket.destroy();
    this.data.socket.destroy();
  }
}
