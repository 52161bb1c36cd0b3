import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "./command";

const LAUNCHER = join(__dirname, "emulator/launcher.py");
const VENV = join(__dirname, "../../node_modules/.cache/slipway-e2e/moto");
/** The patches in `emulator/fidelity` reach into moto's classes, which another minor version may have moved. */
const MOTO = "moto[server]~=5.2.1";
const START_MS = 60_000;
const INSTALL_MS = 300_000;

/** AWS on this machine: a moto server of its own on a free loopback port, gone when this process is. */
export class Emulator {
  private readonly said: string[] = [];

  private constructor(
    private readonly server: ChildProcess,
    readonly url: string,
  ) {
    for (const stream of [server.stdout!, server.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => this.said.push(line));
    }
  }

  static async start(): Promise<Emulator> {
    const python = await pythonWithMoto();
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
    const server = spawn(python, [LAUNCHER], { env, stdio: ["pipe", "pipe", "pipe"] });
    return new Emulator(server, `http://127.0.0.1:${await portOf(server)}`);
  }

  /** Everything that exists in it, one line each: see `emulator/inventory.py`. */
  async resources(): Promise<string[]> {
    return (await (await fetch(`${this.url}/resources`)).json()) as string[];
  }

  /** What it was asked for and could not do. */
  get complaints(): readonly string[] {
    return this.said;
  }

  async stop(): Promise<void> {
    if (this.server.exitCode !== null) return;
    const gone = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.kill("SIGKILL");
    await gone;
  }
}

/** The launcher's first line is its port, written once it takes connections. */
function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = "";
    const hear = (chunk: Buffer) => {
      errors += chunk;
    };
    const fail = (what: string) => {
      clearTimeout(timer);
      server.kill("SIGKILL");
      reject(new Error(`The moto server ${what}.\n${errors}`));
    };
    const timer = setTimeout(() => fail(`did not start in ${START_MS / 1000} s`), START_MS);
    const exited = (code: number | null) => fail(`exited with code ${code}`);
    server.stderr!.on("data", hear);
    server.once("exit", exited);
    server.stdout!.once("data", (chunk: Buffer) => {
      clearTimeout(timer);
      server.stderr!.off("data", hear);
      server.off("exit", exited);
      resolve(Number(chunk.toString()));
    });
  });
}

async function pythonWithMoto(): Promise<string> {
  const installed = join(VENV, "bin/python3");
  for (const python of ["python3", "python3.14", "python3.13", "python3.12", "python3.11", installed]) {
    if (await hasMoto(python)) return python;
  }
  const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries=1", "--timeout=15", MOTO];
  if (!existsSync(installed)) await install("python3", ["-m", "venv", VENV]);
  await install(installed, pip);
  return installed;
}

async function hasMoto(python: string): Promise<boolean> {
  return (await run({ command: python, args: ["-c", "import moto.server"], deadlineMs: START_MS })).code === 0;
}

async function install(command: string, args: readonly string[]): Promise<void> {
  const { code, lines } = await run({ command, args, deadlineMs: INSTALL_MS });
  if (code === 0) return;
  const said = lines.slice(-10).join("\n");
  throw new Error(`moto is missing: no python3 on the PATH can import it, and it could not be installed.\n${said}`);
}
