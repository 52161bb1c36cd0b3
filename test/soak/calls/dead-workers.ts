import { setTimeout as delay } from "node:timers/promises";
import { spawnCall } from "../../runtime/calls/worker-process";
import { killPythonWorker } from "../../runtime/calls/worker-python";
import type { Row } from "../report";
import { timed, timingRow } from "./timing";
import { begun, CODE } from "./work";
import { PRODUCTION, type World } from "./world";

const SHORT = { trials: 2, visibilityMs: 3000, heartbeatMs: 500 };
const LONG = { ...PRODUCTION, trials: 20 };
const AGAIN_MS = 5000;

/** Workers that are killed with their executors: until their calls have begun elsewhere. */
export async function deadWorkers(world: World): Promise<Row[]> {
  const { aws, soak } = world;
  const { trials, ...times } = soak.isShort ? SHORT : LONG;
  const { visibilityMs } = times;
  const fn = await world.addFunction(visibilityMs);
  const own = { ...times, attemptMs: 3_600_000 };
  const workers = Array.from({ length: trials }, () => world.start(fn, CODE.async, { own: { ...own, maxInputs: 1 } }));
  const victims = await Promise.all(workers);
  const running = victims.map(async () => {
    // When they die, each is at another point between two beats, and between two extensions.
    await delay(Math.random() * visibilityMs);
    const id = await spawnCall(aws, fn, ["sleep"]);
    await begun(victims, id);
    return id;
  });
  const ids = await Promise.all(running);
  const other = await world.start(fn, CODE.async, { own: { ...own, maxInputs: trials } });
  const died = Date.now();
  await Promise.all(victims.map(killPythonWorker));
  soak.say(`${trials} workers are dead`);
  const timing = await timed(trials, async (number) => {
    const { time } = await begun([other], ids[number]!, { attempt: 2, timeoutMs: visibilityMs + 30_000 });
    return Date.parse(time) - died;
  });
  await killPythonWorker(other);
  const row = timingRow(`a dead worker's call runs elsewhere; visibility ${visibilityMs / 1000} s`, timing, {
    trials,
    ms: visibilityMs + AGAIN_MS,
  });
  soak.say(`${row.name}: ${row.through}`);
  return [row];
}
