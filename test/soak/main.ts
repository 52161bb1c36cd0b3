import { Argument, Command } from "commander";
import { stopEverything } from "../runtime/gateway/loopback";
import { testPython } from "../runtime/gateway/python-process";
import { testPython as slipwayPython } from "../runtime/python/python-fixture";
import { calls } from "./calls/calls";
import { plantedCalls } from "./calls/planted";
import { within } from "./deadline";
import { header, reportText } from "./report";
import type { Suite } from "./soak";
import { streams } from "./streams";
import { websockets } from "./websockets";

interface Options {
  readonly short: boolean;
  readonly plants: boolean;
  readonly gateway?: string;
}

interface Named {
  /** Makes the environment of its programs, which may take minutes once. */
  readonly prepare: () => Promise<unknown>;
  readonly run: Suite;
  /** The same with bugs in the gateway's program, each of which it must catch. */
  readonly planted?: Suite;
}

const SUITES: Readonly<Record<string, Named>> = {
  streams: { prepare: testPython, run: streams },
  websockets: { prepare: testPython, run: websockets },
  calls: { prepare: slipwayPython, run: calls, planted: plantedCalls },
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stopEverything().finally(() => process.exit(1)));
}

void new Command("soak")
  .description(
    "Long runs through a real gateway, compared with the same without it, and of function calls. Exit code 1: a bound is broken.",
  )
  .addArgument(new Argument("[suites...]", "which ones").choices(Object.keys(SUITES)).default(Object.keys(SUITES)))
  .option("--short", "the form for every day: about two minutes in place of thirty", false)
  .option("--plants", "gateway programs with bugs, each of which a suite must catch in its short form", false)
  .option("--gateway <file>", "another gateway program than the one of these sources")
  .action(async (names: string[], { short, plants, gateway }: Options) => {
    for (const name of names) {
      const { prepare, run, planted } = SUITES[name]!;
      await prepare();
      if (!plants) await report(name, run, short, gateway);
      else if (planted) await report(`${name} with bugs`, planted, true);
    }
  })
  .parseAsync();

async function report(name: string, suite: Suite, isShort: boolean, program?: string): Promise<void> {
  const began = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}  ${line}`);
  };
  console.log(`${header(name, isShort)}\n`);
  try {
    const rows = await within(isShort ? 600 : 1500, suite({ isShort, program, say }));
    const broken = rows.filter(({ isWithin }) => !isWithin).length;
    say(broken === 0 ? "every bound is kept" : `bounds broken: ${broken}`);
    console.log(`\n${reportText(rows)}\n`);
    if (broken > 0) process.exitCode = 1;
  } finally {
    await stopEverything();
  }
}
