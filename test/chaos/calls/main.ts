import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Check, caught, table } from "../report";
import { runMain } from "../run-main";
import { figures, harmChecks, propertyChecks } from "./checks";
import { PLANTS, type Plant } from "./plants";
import { type Outcome, run } from "./run";
import { LONG, PLANTED, type Settings, SHORT } from "./settings";
import { preparePrograms, temporaryFolder } from "./world/programs";

const USAGE = `npm run chaos:calls -- [--short | --calls N] [--seed S] [--plants] [--json] [--keep]
  --short    what CI runs (the default)
  --calls N  goes on until so many calls are accepted; 20000 is what the log in docs/evidence is of
  --seed S   begins another run's random numbers again
  --plants   builds with a bug, each of which must be caught
  --json     the report as JSON
  --keep     the history stays, and its folder is printed
`;

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    calls: { type: "string" },
    seed: { type: "string" },
    plants: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const folder = temporaryFolder();

function print(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`);
}

function settings(): Settings {
  const calls = Number(values.calls ?? 0);
  if (values.calls === undefined) return { ...SHORT, seed };
  return { ...LONG, calls, kills: Math.min(LONG.kills, Math.ceil(calls / 50)), seed };
}

async function main(): Promise<number> {
  const calls = Number(values.calls ?? 1);
  if (values.help || !(calls > 0) || !Number.isInteger(seed) || (values.short && values.calls !== undefined)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  print(header());
  const checks = values.plants ? await plants() : await real();
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, checks }, null, 2)}\n`);
  const broken = checks.filter(({ isHeld }) => !isHeld).length;
  print(`${table(checks)}\nseed ${seed}: ${broken === 0 ? "every bound held" : `${broken} BROKEN`}`);
  return broken === 0 ? 0 : 1;
}

async function real(): Promise<Check[]> {
  const wanted = settings();
  const outcome = await one("calls", join(folder, "real"), wanted);
  showExamples(outcome);
  for (const line of figures(outcome)) print(line);
  return [...propertyChecks(outcome), ...harmChecks(outcome, wanted)];
}

async function plants(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [i, plant] of PLANTS.entries()) {
    const outcome = await one(plant.what, join(folder, `plant-${i}`), { ...PLANTED, seed }, plant);
    const held = propertyChecks(outcome);
    if (plant.breaks.length > 0) {
      checks.push(
        caught(
          plant.what,
          held.filter(({ what }) => plant.breaks.includes(what)),
        ),
      );
      continue;
    }
    showExamples(outcome);
    const broken = held.filter(({ isHeld }) => !isHeld);
    const value = broken.map(({ what, value }) => `${what}: ${value}`).join("; ");
    checks.push({ what: plant.what, bound: "nothing broken", value: value || "nothing", isHeld: broken.length === 0 });
  }
  return checks;
}

async function one(name: string, place: string, wanted: Settings, plant?: Plant): Promise<Outcome> {
  const start = performance.now();
  const programs = await preparePrograms(place, plant);
  print(`\n${name}`);
  const outcome = await run({
    settings: wanted,
    programs,
    folder: place,
    progress: (text) => print(`${((performance.now() - start) / 1000).toFixed(0).padStart(6)} s  ${text}`),
  });
  writeFileSync(join(place, "troubles.log"), outcome.troubles.join("\n"));
  return outcome;
}

function showExamples({ findings }: Outcome): void {
  for (const { property, violations, examples } of findings) {
    if (violations > 0) print(`${property}: ${violations}\n${examples.map((each) => `  ${each}`).join("\n")}`);
  }
}

function header(): string {
  const git = (...args: string[]) => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
  const isChanged = git("status", "--porcelain", "lib") !== "";
  return [
    `commit ${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}, ${new Date().toISOString()}`,
    `Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model}`,
    `seed ${seed}`,
  ].join("\n");
}

process.once("exit", () => {
  if (values.keep) process.stderr.write(`${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
});
runMain(main);
