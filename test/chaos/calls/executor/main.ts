import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endLine, Journal } from "../journal";
import { Channel, type Line } from "./channel";
import { Run, type RunWorld } from "./run";

const AGAIN_MS = 25;

/** An executor as docs/calls.md has it: it runs scripts in place of a function's code. */
async function main(): Promise<void> {
  const {
    SLIPWAY_EXECUTOR_SOCKET: path,
    JOURNAL,
    WORKER,
    GATEWAY_PID,
    GRACE_MS,
  } = process.env as Record<string, string>;
  endLine(JOURNAL!);
  const journal = new Journal(JOURNAL!);
  const kill = (what: "executor" | "worker") => {
    if (what === "worker") process.kill(Number(GATEWAY_PID), "SIGKILL");
    process.kill(process.pid, "SIGKILL");
  };
  const world = { worker: WORKER!, journal, folder: dirname(path!), graceMs: Number(GRACE_MS), kill };
  for (;;) {
    const control = await Channel.open(path!, "control");
    const data = control && (await Channel.open(path!, "data"));
    if (control !== undefined && data !== undefined) await serve(control, data, world);
    else control?.close();
    await delay(AGAIN_MS);
  }
}

/** Until either connection ends: the attempts that ran on it are nobody's then. */
function serve(control: Channel, data: Channel, world: Omit<RunWorld, "send">): Promise<void> {
  const runs = new Map<string, Run>();
  let isDraining = false;
  const keyOf = ({ call, attempt }: Line) => `${call} ${attempt}`;
  const endIfDone = () => {
    if (isDraining && runs.size === 0) process.exit(0);
  };
  data.onLine = (line) => {
    if (line.op !== "run") throw new Error(`a ${line.op} on the data connection`);
    const key = keyOf(line);
    const run = new Run(line, { ...world, send: (each) => data.send(each) }, () => {
      runs.delete(key);
      endIfDone();
    });
    runs.set(key, run);
    run.begin();
  };
  control.onLine = (line) => {
    if (line.op === "ping") control.send({ op: "pong", n: line.n });
    else if (line.op === "cancel") runs.get(keyOf(line))?.cancel();
    else if (line.op === "drain") {
      isDraining = true;
      endIfDone();
    } else throw new Error(`a ${line.op} on the control connection`);
  };
  control.send({ op: "ready", protocol: 1 });
  return new Promise((resolve) => {
    const ended = () => {
      control.close();
      data.close();
      for (const run of [...runs.values()]) run.drop();
      if (isDraining) process.exit(0);
      resolve();
    };
    control.onClose = ended;
    data.onClose = ended;
  });
}

void main();
