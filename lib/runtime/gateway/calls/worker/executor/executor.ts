import type { CallError } from "../../../../../calls";
import type { ExchangeFiles } from "./exchange-files";
import type { LineSocket } from "./line-socket";
import {
  type AttemptKey,
  type CancelReason,
  type ControlLine,
  type DataLine,
  readControlLine,
  readDataLine,
  runLine,
} from "./protocol";

/** How an attempt ended in the executor. */
export type Outcome =
  /** The result's JSON text, or the file that has it. */
  | { readonly kind: "done"; readonly result: { readonly text: string } | { readonly file: string } }
  | { readonly kind: "error"; readonly error: CallError }
  | { readonly kind: "cancelled" }
  | { readonly kind: "died"; readonly message: string };

/** A line that a call has printed. */
export type CallOutput = Extract<DataLine, { op: "log" }>;

export interface ExecutorEvents {
  onReady(): void;
  onFailed(message: string): void;
  onLog(line: CallOutput): void;
  onClosed(why: string): void;
}

const PING_MS = 2500;
/** An executor's control channel waits for nothing: it is dead after 10 s. Not by the clock: this program may have been stopped. */
const MOST_UNANSWERED = 3;

/** A pair of connections to what runs the code. */
export class Executor {
  private readonly running = new Map<string, (outcome: Outcome) => void>();
  private readonly pings: NodeJS.Timeout;
  private sent = 0;
  private answered = 0;
  private isOpen = true;

  constructor(
    private readonly control: LineSocket,
    private readonly data: LineSocket,
    private readonly files: ExchangeFiles,
    private readonly events: ExecutorEvents,
  ) {
    control.onLine = (line) => this.onControl(readControlLine(line));
    data.onLine = (line) => this.onData(readDataLine(line));
    control.onClose = (why) => this.close(why);
    data.onClose = (why) => this.close(why);
    this.pings = setInterval(() => this.ping(), PING_MS);
  }

  /** Resolves when the executor no longer has the call, whatever became of the connections. */
  run(key: AttemptKey, deadlineMs: number, input: { text: string } | { file: string }): Promise<Outcome> {
    if (!this.isOpen) return Promise.resolve({ kind: "died", message: "the executor is gone" });
    return new Promise((resolve) => {
      this.running.set(nameOf(key), resolve);
      this.data.send(runLine(key, deadlineMs, input));
    });
  }

  cancel({ call, attempt }: AttemptKey, reason: CancelReason): void {
    this.control.send(JSON.stringify({ op: "cancel", call, attempt, reason }));
  }

  drain(): void {
    this.control.send(JSON.stringify({ op: "drain" }));
  }

  /** Ends what ran on it as if it had died. */
  close(why: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearInterval(this.pings);
    this.control.close(why);
    this.data.close(why);
    for (const end of this.running.values()) end({ kind: "died", message: `the executor is gone: ${why}` });
    this.running.clear();
    this.events.onClosed(why);
  }

  private ping(): void {
    if (this.sent - this.answered >= MOST_UNANSWERED) this.close("it answers no pings");
    else this.control.send(JSON.stringify({ op: "ping", n: ++this.sent }));
  }

  private onControl(line: ControlLine | undefined): void {
    if (line === undefined) this.close("a control line of it is not of the protocol's form");
    else if (line.op === "ping") this.control.send(JSON.stringify({ op: "pong", n: line.n }));
    else if (line.op === "ready") this.events.onReady();
    else if (line.op === "failed") this.events.onFailed(line.message);
    else this.answered = Math.max(this.answered, Math.min(line.n, this.sent));
  }

  private onData(line: DataLine | undefined): void {
    if (line === undefined) {
      this.close("a data line of it is not of the protocol's form");
    } else if (line.op === "done" && "file" in line && !this.files.isResultPath(line.file)) {
      this.close("a result of it is a file elsewhere");
    } else {
      this.take(line);
    }
  }

  private take(line: DataLine): void {
    const end = this.running.get(nameOf(line));
    // What is not running is over for the gateway already: there is nothing to do about it.
    if (end === undefined || line.op === "started") return;
    if (line.op === "log") {
      this.events.onLog(line);
    } else {
      this.running.delete(nameOf(line));
      end(outcomeOf(line));
    }
  }
}

function outcomeOf(line: Exclude<DataLine, { op: "started" | "log" }>): Outcome {
  switch (line.op) {
    case "done":
      return { kind: "done", result: "file" in line ? { file: line.file } : { text: line.result } };
    case "error":
      return { kind: "error", error: line.error };
    case "cancelled":
      return { kind: "cancelled" };
    case "died":
      return { kind: "died", message: line.message };
  }
}

function nameOf({ call, attempt }: AttemptKey): string {
  return `${call}#${attempt}`;
}
