import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { DeployedError } from "./deployed-error";

const PLUGIN = "session-manager-plugin";

/** The terminal sends them to every program in its foreground: they are for the remote shell, and must not end this one. */
const FOR_THE_SHELL = ["SIGINT", "SIGQUIT", "SIGTSTP"] as const;
const PASSED_ON = ["SIGTERM", "SIGHUP"] as const;

/** Before a session is opened that nothing could connect to. */
export async function requirePlugin(): Promise<void> {
  await run(["--version"], "ignore");
}

/** Connects this terminal to a session until that ends. @returns the plugin's exit code */
export async function runPlugin(args: readonly string[]): Promise<number> {
  return run(args, "inherit");
}

async function run(args: readonly string[], stdio: "inherit" | "ignore"): Promise<number> {
  const plugin = spawn(PLUGIN, args, { stdio });
  const ignore = () => {};
  const pass = (signal: NodeJS.Signals) => plugin.kill(signal);
  for (const signal of FOR_THE_SHELL) process.on(signal, ignore);
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    const [code, signal] = (await once(plugin, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal!];
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new DeployedError(
      "AWS's Session Manager plugin is not installed: it is what connects a terminal to a task.",
      {
        fix:
          "Install it (macOS: brew install --cask session-manager-plugin; others: " +
          "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html)",
        cause,
      },
    );
  } finally {
    for (const signal of FOR_THE_SHELL) process.off(signal, ignore);
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}
