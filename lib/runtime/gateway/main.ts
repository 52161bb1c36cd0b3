import { ConfigError, readConfig, type TaskConfig } from "./config";
import { runControlTask } from "./control-task";
import { createLog } from "./log";
import { Output } from "./output";
import { runWebTask } from "./web-task";
import { runWorkerTask } from "./worker-task";

/** sysexits.h: a configuration error. */
const EXIT_CONFIG = 78;

function main(): void {
  let task: TaskConfig;
  try {
    task = readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(error.message);
    process.exit(EXIT_CONFIG);
  }
  if (task.skew) {
    const { app, function: name } = task.config;
    const output = new Output((text) => process.stdout.write(text));
    createLog(output, { app, function: name }).warn("version_skew", { ...task.skew });
  }
  if (task.role === "web") void runWebTask(task.config);
  else if (task.role === "worker") void runWorkerTask(task.config);
  else void runControlTask(task.config);
}

main();
