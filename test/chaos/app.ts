import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { until } from "../runtime/gateway/loopback";
import { Child } from "./child";
import { ask } from "./program";
import { APPS, python } from "./python";

/** Our own runner with the two kinds of Python app, and servers as they are, which know nothing of the gateway. */
export type AppKind = "asgi" | "wsgi" | "uvicorn" | "gunicorn" | "node";

/** How long an app may take until it serves, on a busy machine. */
const START_MS = 90_000;

const folder = mkdtempSync(join(tmpdir(), "slipway-chaos-apps-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

export interface AppOptions {
  readonly maxInputs: number;
}

/** An app on a port of its own, which can crash and come back there. */
export class App {
  /** The most that were in it at once, of all its lives. */
  most = 0;
  crashes = 0;
  private child!: Child;

  private constructor(
    readonly kind: AppKind,
    readonly port: number,
    private readonly options: AppOptions,
  ) {}

  static async start(kind: AppKind, options: AppOptions): Promise<App> {
    const app = new App(kind, await lastingPort(), options);
    await app.start();
    return app;
  }

  /** How many are in it now; asked of the app itself and not through the gateway. */
  async inside(): Promise<number> {
    return JSON.parse((await ask(this.port, "/inside")).text).now;
  }

  /** Ends as after an error that nothing can catch, and starts again. */
  async crash(): Promise<void> {
    this.crashes++;
    await this.child.end();
    await this.start();
  }

  /** Ends as it should. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.child.kill("SIGTERM");
    return this.child.exited;
  }

  async end(): Promise<void> {
    await this.child.end();
  }

  private async start(): Promise<void> {
    const onLine = (line: string) => {
      const most = /^most (\d+)$/.exec(line)?.[1];
      if (most !== undefined) this.most = Math.max(this.most, Number(most));
    };
    const child = this.kind === "node" ? this.startNode(onLine) : await this.startPython(this.kind, onLine);
    this.child = child;
    await until(async () => !child.isRunning || (await accepts(this.port)), `the ${this.kind} app serves`, START_MS);
    if (!child.isRunning) throw new Error(`the ${this.kind} app ended: ${child.stderr}`);
  }

  private async startPython(kind: Exclude<AppKind, "node">, onLine: (line: string) => void): Promise<Child> {
    const { python: interpreter, env } = await python();
    const args = ["-m", ...pythonModule(kind, this.port, this.options.maxInputs)];
    return new Child(interpreter, args, { cwd: APPS, env: { ...process.env, ...env }, onLine });
  }

  private startNode(onLine: (line: string) => void): Child {
    return new Child(process.execPath, [nodeApp()], {
      env: { PORT: `${this.port}`, MAX_INPUTS: `${this.options.maxInputs}` },
      onLine,
    });
  }
}

/** Below those that the kernel gives to outgoing connections, so that an app that has crashed finds its port free. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await once(server.close(), "close");
    return port;
  }
}

function accepts(port: number): Promise<boolean> {
  return ask(port, "/inside").then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** The servers' own defaults decide how long they keep an idle connection. */
function pythonModule(kind: Exclude<AppKind, "node">, port: number, maxInputs: number): string[] {
  switch (kind) {
    case "uvicorn":
      return ["uvicorn", "asgi_app:app", "--port", `${port}`, "--no-access-log"];
    case "gunicorn":
      return ["gunicorn", "wsgi_app:app", "--bind", `127.0.0.1:${port}`, "--threads", `${Math.min(maxInputs, 64)}`];
    default: {
      const handler = ["--kind", kind, "--handler", `${kind}_app:app`];
      return ["slipway", "serve", ...handler, "--port", `${port}`, "--max-inputs", `${maxInputs}`];
    }
  }
}

let built: string | undefined;

/** As a bundle, so that it starts in a moment. */
function nodeApp(): string {
  if (built === undefined) {
    built = join(folder, "node-app.cjs");
    const entryPoints = [join(APPS, "node-app.ts")];
    buildSync({ entryPoints, outfile: built, bundle: true, platform: "node", target: "node20", logLevel: "warning" });
  }
  return built;
}
