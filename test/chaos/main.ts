import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { drain } from "./drain/drain";
import { gate } from "./gate/gate";
import { keepAlive } from "./keep-alive/keep-alive";
import { programDigest } from "./program";
import { Random } from "./random";
import { type Check, table } from "./report";
import type { Part } from "./run";
import { runMain } from "./run-main";
import { soak } from "./soak/soak";

const PARTS: Readonly<Record<string, Part>> = { gate, "keep-alive": keepAlive, drain, soak };

const USAGE = `npm run chaos -- [PART…] [--short | --long] [--seed N] [--json]
  PART     ${Object.keys(PARTS).join(", ")}; all of them when none is named
  --short  what CI runs (the default)
  --long   what the logs in docs/evidence are of
  --seed   begins another run's random numbers again
  --json   the report as JSON
`;

interface Result {
  readonly part: string;
  readonly seconds: number;
  readonly checks: readonly Check[];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.find((name) => !(name in PARTS));
  if (values.help || unknown !== undefined || (values.short && values.long)) {
    process.stderr.write(unknown === undefined ? USAGE : `there is no part ${unknown}\n${USAGE}`);
    return values.help ? 0 : 2;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const print = (line: string) => {
    if (!values.json) process.stdout.write(`${line}\n`);
  };
  print(header(seed, values.long));
  const results: Result[] = [];
  for (const name of names) results.push(await run(name, values.long, seed, print));
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, results }, null, 2)}\n`);
  return results.every(({ checks }) => checks.every(({ isHeld }) => isHeld)) ? 0 : 1;
}

async function run(name: string, isLong: boolean, seed: number, print: (line: string) => void): Promise<Result> {
  const start = performance.now();
  const elapsed = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const progress = progressLine();
  print(`\n${name}`);
  const checks = await PARTS[name]!({
    isLong,
    random: new Random(seed),
    log: (line) => {
      progress.clear();
      print(`${elapsed().padStart(6)}  ${line}`);
    },
    progress: (text) => progress.show(`${name}, ${elapsed()}: ${text}`),
  });
  progress.clear();
  const broken = checks.filter(({ isHeld }) => !isHeld).length;
  print(table(checks));
  print(`${name}: ${broken === 0 ? "every bound held" : `${broken} BROKEN`} in ${elapsed()}`);
  return { part: name, seconds: (performance.now() - start) / 1000, checks };
}

/** One line on a terminal, and nothing elsewhere. */
function progressLine(): { show(text: string): void; clear(): void } {
  let shownAt = 0;
  const { stderr } = process;
  return {
    show: (text) => {
      if (!stderr.isTTY || performance.now() - shownAt < 100) return;
      shownAt = performance.now();
      stderr.write(`\r\x1b[K${text.slice(0, stderr.columns - 1)}`);
    },
    clear: () => {
      if (stderr.isTTY && shownAt > 0) stderr.write("\r\x1b[K");
    },
  };
}

function header(seed: number, isLong: boolean): string {
  const git = (...args: string[]) => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
  const isChanged = git("status", "--porcelain", "lib") !== "";
  return [
    `commit ${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}, program sha256 ${programDigest()}`,
    `${new Date().toISOString()}, Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model}`,
    `${isLong ? "long" : "short"} form, seed ${seed}`,
  ].join("\n");
}

runMain(main);
