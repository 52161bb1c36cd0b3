import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildSync } from "esbuild";

/** How long a server may take until it accepts connections. */
const START_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
const running = new Set<ChildProcess>();

export function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  ipc = false,
): ChildProcess {
  const child = spawn(command, args, {
    // Caddy keeps a copy of its configuration at home.
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
  });
  // The gateway's access lines, read as a container's log driver reads them.
  child.stdout!.resume();
  let complaint = "";
  child.stderr!.on("data", (chunk) => {
    complaint += chunk;
  });
  running.add(child);
  child.once("exit", (code) => {
    if (!running.delete(child) || code === 0) return;
    process.stderr.write(`${command} ended with ${code}: ${complaint}\n`);
    // Nobody would answer any more, and the load would wait.
    process.exit(1);
  });
  return child;
}

/** Starts one of the programs beside this file, as a bundle, so that it costs what Node costs and no loader. */
export function startOwn(name: string, env: NodeJS.ProcessEnv = {}, ipc = false): ChildProcess {
  const outfile = join(folder, `${name}.cjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "warning",
  });
  return start(process.execPath, [outfile], env, ipc);
}

/** A template from `conf/`, filled in, as a file. */
export function configured(name: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(join(__dirname, "conf", name), "utf8");
  const file = join(folder, name);
  const known: Record<string, string | number> = { folder, ...values };
  writeFileSync(
    file,
    text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => String(known[key])),
  );
  return file;
}

/** What the program says its version is; undefined when it is not installed. */
export function versionOf(command: string, flag: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, [flag], { encoding: "utf8" });
  return error ? undefined : /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0];
}

export async function accepts(port: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await tries(port))) {
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${port}`);
    await delay(20);
  }
}

function tries(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Ends everything that was started. */
/** Ends one of them, and waits until it is gone. */
export async function stop(pid: number): Promise<void> {
  const child = [...running].find((each) => each.pid === pid);
  if (child === undefined) return;
  running.delete(child);
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

export function stopAll(): void {
  for (const child of running) {
    running.delete(child);
    child.kill("SIGTERM");
  }
  rmSync(folder, { recursive: true, force: true });
}
