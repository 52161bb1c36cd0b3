import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFinal } from "../../../lib/calls";
import { reaches } from "../../runtime/calls/worker-process";
import { onStop, until } from "../../runtime/gateway/loopback";
import type { Row } from "../report";
import { Backlog } from "./backlog";
import { EcsTask, replace } from "./ecs-service";
import { seconds, timed, timingRow } from "./timing";
import { PRODUCTION, type World } from "./world";

const SHORT = { rounds: 1, longestS: 3 };
const LONG = { rounds: 5, longestS: 20 };
const TASKS = 3;
const WAITING = 30;
const MOST_AFTER_LONGEST_MS = 60_000;
/** What an attempt has beyond the longest call, since to load the code of its process counts too. */
const SPARE_S = 10;
/** ECS's 120 s, less what the gateway needs to exit. */
const DRAIN_MS = 110_000;

/** Each attempt that runs to its end leaves its call's number in the file. */
const codeFor = (file: string) => `
import time

def handler(number, seconds):
    time.sleep(seconds)
    with open(${JSON.stringify(file)}, "a") as file:
        file.write(f"{number}\\n")
`;

/** Rolling deploys while there are always more calls than tasks can run: each round's new tasks are the next one's old ones. */
export async function deploy(world: World): Promise<Row[]> {
  const { aws, soak } = world;
  const { rounds, longestS } = soak.isShort ? SHORT : LONG;
  const folder = mkdtempSync(join(tmpdir(), "slipway-soak-"));
  onStop(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "ended");
  const fn = await world.addFunction(PRODUCTION.visibilityMs);
  const own = { ...PRODUCTION, maxInputs: 2, attemptMs: (longestS + SPARE_S) * 1000, drainMs: DRAIN_MS };
  const start = (revision: number) =>
    Array.from({ length: TASKS }, (_, n) =>
      EcsTask.start(`r${revision}t${n}`, revision, (environment) =>
        world.start(fn, codeFor(file), { own, environment }),
      ),
    );

  let tasks = await Promise.all(start(1));
  const backlog = new Backlog(aws, fn, WAITING, (number) => [number, Math.random() * longestS]);
  const withinMs = longestS * 1000 + MOST_AFTER_LONGEST_MS;
  const timing = await timed(rounds, async (round) => {
    await until(() => tasks.every(({ isProtected }) => isProtected), "every task works", 60_000);
    const began = performance.now();
    const revision = round + 2;
    await aws.register({ ...fn, revision });
    const next = await replace(tasks, start(revision), withinMs);
    const ms = performance.now() - began;
    soak.say(`deploy ${round + 1}: the old tasks are gone after ${seconds(ms)}, ${backlog.ids.length} calls accepted`);
    tasks = next;
    return ms;
  });
  await backlog.end();
  const calls = await endsOf(world, backlog.ids, file);
  await Promise.all(tasks.map((task) => task.kill()));
  const name = `a deploy under backlog, ${TASKS} tasks, calls of up to ${longestS} s: the old tasks are gone`;
  return [timingRow(name, timing, { trials: rounds, ms: withinMs }), calls];
}

/** What became of every call, by its record and by what its attempts left behind. */
async function endsOf({ aws }: World, ids: readonly string[], file: string): Promise<Row> {
  const states: Record<string, number> = {};
  for (const id of ids) {
    const { state } = await reaches(aws, id, ({ state }) => isFinal(state), 120_000, 50).catch(() => ({
      state: "open",
    }));
    states[state] = (states[state] ?? 0) + 1;
  }
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const repeated = lines.length - new Set(lines).size;
  const missing = ids.length - new Set(lines).size;
  const counts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  return {
    name: "the calls accepted meanwhile",
    trials: ids.length,
    through: `${counts.join(", ")}; ${missing} never ran to the end, ${repeated} more than once`,
    bound: "all SUCCESS; each ran to its end once",
    isWithin: states.SUCCESS === ids.length && missing === 0 && repeated === 0,
  };
}
