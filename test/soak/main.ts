import { Argument, Command } from "commander";
import { stopEverything } from "../runtime/gateway/loopback";
import { testPython } from "../runtime/gateway/python-process";
import { within } from "./deadline";
import { header, reportText } from "./report";
import type { Suite } from "./soak";
import { streams } from "./streams";
import { websockets } from "./websockets";

const SUITES: Readonly<Record<string, Suite>> = { streams, websockets };

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopEverything().finally(() => process.exit(1)));
}

void new Command("soak")
  .description("Long runs through a real gateway, compared with the same without it. Exit code 1: a bound is broken.")
  .addArgument(new Argument("[suites...]", "which ones").choices(Object.keys(SUITES)).default(Object.keys(SUITES)))
  .option("--short", "the form for every day: about a minute in place of twenty", false)
  .option("--gateway <file>", "another gateway program than the one of these sources")
  .action(async (names: string[], { short, gateway }: { short: boolean; gateway?: string }) => {
    for (const name of names) await run(name, short, gateway);
  })
  .parseAsync();

async function run(name: string, isShort: boolean, program: string | undefined): Promise<void> {
  const began = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}  ${line}`);
  };
  console.log(`${header(name, isShort)}\n`);
  try {
    await testPython();
    const rows = await within(isShort ? 180 : 1500, SUITES[name]!({ isShort, program, say }));
    const broken = rows.filter(({ isWithin }) => !isWithin).length;
    say(broken === 0 ? "every bound is kept" : `bounds broken: ${broken}`);
    console.log(`\n${reportText(rows)}\n`);
    if (broken > 0) process.exitCode = 1;
  } finally {
    await stopEverything();
  }
}
