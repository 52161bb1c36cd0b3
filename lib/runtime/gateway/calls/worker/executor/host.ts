import { once } from "node:events";
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { Log } from "../../../log";
import type { ExchangeFiles } from "./exchange-files";
import { type CallOutput, Executor } from "./executor";
import { LineSocket } from "./line-socket";
import { type Channel, readFailed, readHello } from "./protocol";

/** The executor may be any user. */
const SOCKET_MODE = 0o666;

/** From a connection to its hello, and to that of the other one. */
const HELLO_MS = 5000;

/** Control may be ahead of data, by its `ready` at the most. */
const MOST_EARLY_LINES = 16;

export interface HostEvents {
  /** Calls can be run; not so any more when `undefined`. */
  onExecutor(executor: Executor | undefined): void;
  onLog(line: CallOutput): void;
  /** No executor will come that can run the code. */
  onFailed(message: string): void;
}

interface Half {
  readonly lines: LineSocket;
  readonly early: string[];
  readonly timer: NodeJS.Timeout;
}

/** Awaits the executor, one at a time, and the next one when it is gone. */
export class ExecutorHost {
  private readonly halves = new Map<Channel, Half>();
  private readonly server = createServer((socket) => this.meet(socket));
  private executor: Executor | undefined;
  private startup: NodeJS.Timeout | undefined;
  private isClosing = false;

  constructor(
    private readonly options: { readonly path: string; readonly startupMs: number; readonly files: ExchangeFiles },
    private readonly events: HostEvents,
    private readonly log: Log,
  ) {}

  async listen(): Promise<void> {
    const { path } = this.options;
    removeSocket(path);
    this.server.listen(path);
    await once(this.server, "listening");
    chmodSync(path, SOCKET_MODE);
    this.await();
  }

  /** The executor is to end, and no other is awaited. */
  drain(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    clearTimeout(this.startup);
    this.executor?.drain();
  }

  close(): void {
    this.isClosing = true;
    clearTimeout(this.startup);
    this.server.close();
    for (const { lines, timer } of this.halves.values()) {
      clearTimeout(timer);
      lines.close("the gateway ends");
    }
    this.executor?.close("the gateway ends");
  }

  private await(): void {
    const { startupMs } = this.options;
    this.startup = setTimeout(() => {
      this.events.onFailed(`the executor was not ready within ${startupMs / 1000} s`);
    }, startupMs);
  }

  private meet(socket: Socket): void {
    const lines = new LineSocket(socket);
    const refuse = (why: string) => {
      this.log.warn("executor_refused", { message: why });
      lines.close(why);
    };
    const timer = setTimeout(() => refuse("it did not say hello on both connections in time"), HELLO_MS);
    const half: Half = { lines, early: [], timer };
    lines.onClose = () => clearTimeout(timer);
    lines.onLine = (line) => {
      const channel = readHello(line);
      if (channel === undefined) return refuse("its first line is no hello of this protocol");
      // Two at a time would each think that all calls are theirs.
      if (this.executor !== undefined || this.halves.has(channel)) return refuse("there is an executor already");
      this.halves.set(channel, half);
      lines.onClose = () => {
        clearTimeout(timer);
        this.halves.delete(channel);
      };
      lines.onLine = (early) => {
        // Who says this leaves at once, and its other connection may not be there yet.
        const failed = channel === "control" ? readFailed(early) : undefined;
        if (failed !== undefined) this.events.onFailed(failed);
        else if (half.early.push(early) > MOST_EARLY_LINES)
          refuse("it says too much before its other connection is there");
      };
      this.pair();
    };
  }

  private pair(): void {
    const control = this.halves.get("control");
    const data = this.halves.get("data");
    if (control === undefined || data === undefined) return;
    this.halves.clear();
    clearTimeout(control.timer);
    clearTimeout(data.timer);
    const executor = new Executor(control.lines, data.lines, this.options.files, {
      onReady: () => {
        clearTimeout(this.startup);
        this.events.onExecutor(executor);
      },
      onFailed: (message) => {
        clearTimeout(this.startup);
        this.events.onFailed(message);
      },
      onLog: (line) => this.events.onLog(line),
      onClosed: (why) => this.lost(why),
    });
    this.executor = executor;
    for (const half of [control, data]) for (const line of half.early) half.lines.onLine(line);
  }

  private lost(why: string): void {
    this.executor = undefined;
    this.events.onExecutor(undefined);
    if (this.isClosing) return;
    this.log.warn("executor_lost", { message: why });
    clearTimeout(this.startup);
    this.await();
  }
}

/** Of a gateway that was killed. */
function removeSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSocket()) unlinkSync(path);
}
