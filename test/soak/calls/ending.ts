import { setTimeout as delay } from "node:timers/promises";
import type { CallRecord, FunctionEntry } from "../../../lib/calls";
import { askToCancel, type Own, spawnCall } from "../../runtime/calls/worker-process";
import { killPythonWorker, type PythonWorker } from "../../runtime/calls/worker-python";
import type { Row } from "../report";
import { seconds, timed, timingRow } from "./timing";
import { begun, concluded, ENDLESS, NOTHING } from "./work";
import { PRODUCTION, type World } from "./world";

const CANCELLED_WITHIN_MS = 5000;
const ATTEMPT_MS = 2000;
const LATE_MS = 2000;

interface Ending {
  readonly name: string;
  readonly own: Own;
  readonly withinMs: number;
  /** Awaits the end of a call that has begun; resolves with how long it took. */
  readonly end: (call: Running) => Promise<number>;
}

interface Running {
  readonly id: string;
  readonly fn: FunctionEntry;
  readonly python: PythonWorker;
}

/** From the wish until the record says so. */
export function cancel(world: World): Promise<Row[]> {
  const graceMs = graceOf(world);
  return each(world, {
    name: "cancelled",
    own: { graceMs },
    withinMs: CANCELLED_WITHIN_MS + graceMs,
    end: async (call) => {
      // Beats are regular, wishes are not.
      await delay(Math.random() * PRODUCTION.heartbeatMs);
      const wished = Date.now();
      await askToCancel(world.aws, call.fn, call.id);
      const { time } = await ended(world, call, "CANCELLED");
      return Date.parse(time) - wished;
    },
  });
}

/** A call's time, by its record. */
export function timeout(world: World): Promise<Row[]> {
  return each(world, {
    name: "ended by a timeout of 2 s",
    own: { graceMs: graceOf(world), attemptMs: ATTEMPT_MS },
    withinMs: ATTEMPT_MS + LATE_MS,
    end: async (call) => {
      const { record } = await ended(world, call, "TIMEOUT");
      return record.finishedAt! - record.startedAt!;
    },
  });
}

function graceOf({ soak }: World): number {
  return soak.isShort ? 1000 : PRODUCTION.graceMs;
}

async function ended({ aws }: World, { id, python }: Running, state: CallRecord["state"]) {
  const { time } = await concluded(python, id);
  const record = (await aws.table.get(id))!;
  if (record.state !== state) throw new Error(`it is ${record.state} instead of ${state}`);
  return { time, record };
}

/** Every kind of call that does not end by itself, in a worker of its own; after each the one slot must be of use again. */
async function each(world: World, { name, own, withinMs, end }: Ending): Promise<Row[]> {
  const { aws, soak } = world;
  const trials = soak.isShort ? 2 : 20;
  const rows = ENDLESS.map(async ({ name: kind, code, work }) => {
    const fn = await world.addFunction(PRODUCTION.visibilityMs);
    const python = await world.start(fn, code, { own: { ...PRODUCTION, ...own, maxInputs: 1 } });
    let slowestNext = 0;
    const timing = await timed(trials, async () => {
      const id = await spawnCall(aws, fn, [work]);
      await begun([python], id);
      const ms = await end({ id, fn, python });
      const over = performance.now();
      await ended(world, { id: await spawnCall(aws, fn, [NOTHING]), fn, python }, "SUCCESS");
      slowestNext = Math.max(slowestNext, performance.now() - over);
      return ms;
    });
    await killPythonWorker(python);
    const row = timingRow(`a call that ${kind} is ${name}`, timing, { trials, ms: withinMs });
    soak.say(`${row.name}: ${row.through}; the slot's next call was done after ${seconds(slowestNext)} at the most`);
    return row;
  });
  return Promise.all(rows);
}
