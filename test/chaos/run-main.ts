import { killAll } from "./child";

/** Runs a command to its exit code; whatever it started ends with it. */
export function runMain(main: () => Promise<number>): void {
  process.once("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  main().then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
}
