import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { programDigest } from "../chaos/program";
import { runMain } from "../chaos/run-main";
import { differential } from "./differential";
import { fuzz } from "./fuzz";

const USAGE = `npm run attacks -- differential
npm run attacks -- fuzz [--minutes N] [--seed S]
  differential  the corpus through the gateway, nginx and HAProxy; every difference must have its reason
  fuzz          the corpus, mutated, against the gateway
  --minutes     how long (20 seconds unless said)
  --seed        begins another run's random numbers again
`;

const REPORT_MS = 120_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: "string", default: "0.34" }, seed: { type: "string" } },
  });
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const minutes = Number(values.minutes);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const [what] = positionals;
  const isKnown = what === "differential" || what === "fuzz";
  if (!isKnown || positionals.length > 1 || !(minutes > 0) || !Number.isInteger(seed)) {
    process.stderr.write(USAGE);
    return 2;
  }
  print(header());
  if (what === "fuzz") print(`fuzzing, seed ${seed}, ${minutes} minutes`);
  const wrong = what === "fuzz" ? await fuzz({ minutes, seed, print, reportMs: REPORT_MS }) : await differential(print);
  for (const each of wrong) print(`WRONG: ${each}`);
  print(wrong.length > 0 ? "BROKEN" : HELD[what]);
  return wrong.length === 0 ? 0 : 1;
}

const HELD = {
  differential: "held: the gateway does what every case demands, and every difference of the others has its reason",
  fuzz: "held: no crash, no growth, nothing unsound at the app, nothing left in flight",
};

function header(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return [
    `the gateway of commit ${commit}, program sha256 ${programDigest()}`,
    `${new Date().toISOString()}, Node ${process.versions.node}, ${cpus().length} cores`,
  ].join("\n");
}

runMain(main);
