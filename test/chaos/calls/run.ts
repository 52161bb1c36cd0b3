import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { paginateScan } from "@aws-sdk/client-dynamodb";
import { OPEN_INDEX } from "../../../lib/calls";
import { Random } from "../random";
import { check, type Finding } from "./checker/check";
import { readHistory } from "./checker/history";
import { depth, dumpAll } from "./dump";
import { Journal } from "./journal";
import { Load } from "./load/load";
import { Monkey } from "./monkey";
import { Faults } from "./proxy/faults";
import { LATE_MS, RULES, type Settings } from "./settings";
import { WORK } from "./world/configs";
import { type Engines, TABLE } from "./world/engines";
import type { Programs } from "./world/programs";
import { World } from "./world/world";

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly faults: Faults;
  readonly deeds: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly replacements: number;
  readonly accepted: number;
  /** Calls whose end no client could read. */
  readonly unread: number;
  /** What became of the clients' requests, by words. */
  readonly requests: ReadonlyMap<string, number>;
  /** Ends by state. */
  readonly ends: ReadonlyMap<string, number>;
  readonly seconds: { readonly load: number; readonly quiet: number };
  readonly troubles: readonly string[];
}

export interface RunOptions {
  readonly settings: Settings;
  readonly programs: Programs;
  readonly folder: string;
  progress(text: string): void;
}

const PROGRESS_MS = 5000;

/** One run: a load while all goes wrong that may, then quiet, then what the checker says of it all. */
export async function run({ settings, programs, folder, progress }: RunOptions): Promise<Outcome> {
  const journals = join(folder, "history");
  rmSync(journals, { recursive: true, force: true });
  mkdirSync(journals, { recursive: true });
  const journal = new Journal(join(journals, "harness.jsonl"));
  const faults = new Faults(settings.seed);
  const requests = new Map<string, number>();
  const troubles: string[] = [];
  const { retries, maxDeliveries, attemptMs } = RULES;
  journal.write({ e: "rules", maxRetries: retries.maxRetries, maxDeliveries, attemptMs, lateMs: LATE_MS });
  const world = await World.start({
    settings,
    programs,
    faults,
    journal,
    journals,
    folder,
    onTrouble: (line) => troubles.push(line),
  });
  try {
    const clientRandom = new Random(settings.seed ^ 0xc11e);
    let isGivenUp = false;
    const load = new Load(settings, {
      journal,
      random: clientRandom,
      port: () => clientRandom.pick(world.callers).apiPort,
      isGivenUp: () => isGivenUp,
      count: (word) => requests.set(word, (requests.get(word) ?? 0) + 1),
    });
    const monkey = new Monkey(world, new Random(settings.seed ^ 0x303), settings.deedMs);
    const accepted = () => requests.get("spawn 202") ?? 0;
    const start = performance.now();
    const elapsed = () => performance.now() - start;
    const isEnough = () =>
      elapsed() > settings.loadMs || (accepted() >= settings.calls && monkey.kills >= settings.kills);
    const status = () =>
      progress(
        `${accepted()} accepted, ${load.ended} ended, ${load.open} open, ${monkey.kills} kills, ${words(faults)}`,
      );
    const timer = setInterval(status, PROGRESS_MS);
    faults.isOn = true;
    const loading = load.run(isEnough);
    await monkey.run(isEnough);
    faults.isOn = false;
    const loadSeconds = elapsed() / 1000;
    progress("quiet: nothing goes wrong any more");
    const until = performance.now() + settings.quietMs;
    while (performance.now() < until && !(load.open === 0 && (await isQuiet(world.engines)))) await delay(250);
    isGivenUp = true;
    clearInterval(timer);
    const quietSeconds = elapsed() / 1000 - loadSeconds;
    await Promise.race([loading, delay(10_000, undefined, { ref: false })]);
    status();
    await dumpAll(world.engines, journals);
    const history = readHistory(journals);
    const ends = new Map<string, number>();
    for (const { state } of history.dump.records) ends.set(state, (ends.get(state) ?? 0) + 1);
    return {
      findings: check(history),
      faults,
      deeds: monkey.deeds,
      kills: monkey.kills,
      replacements: world.replacements,
      accepted: accepted(),
      unread: load.unread,
      requests,
      ends,
      seconds: { load: loadSeconds, quiet: quietSeconds },
      troubles,
    };
  } finally {
    world.stop();
    journal.close();
  }
}

async function isQuiet(engines: Engines): Promise<boolean> {
  for await (const { Count = 0 } of paginateScan(
    { client: engines.dynamodb },
    { TableName: TABLE, IndexName: OPEN_INDEX },
  )) {
    if (Count > 0) return false;
  }
  return (await depth(engines, WORK)) === 0;
}

function words({ counts }: Faults): string {
  let sum = 0;
  for (const kinds of counts.values()) for (const count of kinds.values()) sum += count;
  return `${sum} faults`;
}
