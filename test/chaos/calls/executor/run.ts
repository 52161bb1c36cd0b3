import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { digestOf, errorText } from "../digest";
import type { Journal } from "../journal";
import type { Script } from "../plan";
import type { Line } from "./channel";

export interface RunWorld {
  readonly worker: string;
  readonly journal: Journal;
  /** Where results go that are too large for a line. */
  readonly folder: string;
  readonly graceMs: number;
  send(line: Line): void;
  /** Ends the executor, or the gateway as well, at once. */
  kill(what: "executor" | "worker"): void;
}

/** What a line may hold of a result. */
const INLINE_BYTES = 65_536;

/** One attempt of one call: does what its script says, and writes down what it has done before it says so. */
export class Run {
  private timer: NodeJS.Timeout | undefined;
  private readonly script: Script;
  private readonly id: { readonly call: string; readonly attempt: number };
  isOver = false;

  constructor(
    line: Line,
    private readonly world: RunWorld,
    private readonly onOver: () => void,
  ) {
    this.id = { call: String(line.call), attempt: Number(line.attempt) };
    const { args } = typeof line.file === "string" ? JSON.parse(readFileSync(line.file, "utf8")) : line;
    this.script = args[0];
  }

  begin(): void {
    const { n, key, poison, kind, ms } = this.script;
    const { journal, worker } = this.world;
    journal.write({ e: "begin", ...this.id, worker, n, ...(key !== undefined && { key }) });
    if (poison === "executor" || poison === "worker") this.world.kill(poison);
    this.world.send({ op: "started", ...this.id });
    if (kind === "timeout" || kind === "stubborn") return;
    this.timer = setTimeout(() => this.finish(), ms);
  }

  /** What is told to end ends soon; a stubborn one comes to its own end first. */
  cancel(): void {
    if (this.isOver) return;
    clearTimeout(this.timer);
    const isStubborn = this.script.kind === "stubborn";
    const ms = isStubborn ? this.world.graceMs * Math.random() : 0;
    this.timer = setTimeout(() => (isStubborn ? this.finish() : this.say("cancelled")), ms);
  }

  /** Nobody is there any more who would hear of it. */
  drop(): void {
    clearTimeout(this.timer);
    this.over();
  }

  private finish(): void {
    const { poison, fails, resultBytes, n } = this.script;
    const { attempt } = this.id;
    if (poison === "died") {
      this.say("died", { message: "killed by signal 9" });
    } else if (attempt <= fails) {
      const error = { type: "ValueError", message: `attempt ${attempt} of ${n} fails`, traceback: "Traceback: …" };
      this.say("error", { error }, { error: errorText(error) });
    } else {
      const result = { n, attempt, nonce: randomBytes(8).toString("hex"), pad: "y".repeat(resultBytes) };
      this.say("done", this.resultField(result), { result: digestOf(result) });
    }
  }

  private resultField(result: object): object {
    const text = JSON.stringify(result);
    if (text.length <= INLINE_BYTES) return { result };
    const file = `${this.world.folder}/out-${this.id.call}-${this.id.attempt}.json`;
    writeFileSync(file, text);
    return { file };
  }

  private say(op: "done" | "error" | "cancelled" | "died", fields: object = {}, told: object = {}): void {
    const { journal, worker } = this.world;
    journal.write({ e: "end", ...this.id, worker, how: op, ...told });
    this.world.send({ op, ...this.id, ...fields });
    this.over();
  }

  private over(): void {
    this.isOver = true;
    this.onOver();
  }
}
