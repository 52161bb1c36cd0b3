import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePythonEnvironment } from "../../../lib/local/python-environment";
import { copyExample } from "../kinds/example";
import { CliProcess } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { JobQueue, KINDS, tellCallsUrl } from "./job-queue";

const CACHE = join(__dirname, "../../../node_modules/.cache/slipway-test");

/** The first run makes a Python environment. */
export const START_MS = 600_000;

/** Two more functions: one whose calls do not wait long, and one that gives back what it got. */
const MORE_FUNCTIONS = `
    new SpawnFunction(this, "hurried-task", { ...python, handler: "tasks:long_task", queueTimeout: "2s" });
    new SpawnFunction(this, "echo", { ...python, handler: "more_tasks:echo" });`;
const MORE_TASKS = `
async def echo(value, times=1):
    return {"value": value * times}
`;
const MORE_ROUTES = `
TASKS["hurried-task"] = slipway.Function.from_name("job-queue", "hurried-task")
`;

/** A copy of examples/job-queue behind a running `slipway dev`. */
export class JobQueueSession extends JobQueue {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly cli: CliProcess,
  ) {
    super({ port, host: `job-queue-api-dev.localhost:${port}`, base: "" }, () =>
      ensurePythonEnvironment({
        folder: join(folder, ".slipway"),
        source: folder,
        kinds: KINDS,
        onProgress: () => {},
      }),
    );
  }

  /** @param name of the copy: always the same folder, so that its Python environment is made once */
  static async start(name: string, args: readonly string[] = []): Promise<JobQueueSession> {
    const folder = join(CACHE, name);
    copyExample("job-queue", folder);
    edit(folder, "main.ts", /\n {2}}\n}\n/, (end) => MORE_FUNCTIONS + end);
    edit(folder, "app.py", /$/, () => MORE_ROUTES);
    tellCallsUrl(folder);
    const port = await freePort();
    writeFileSync(join(folder, "more_tasks.py"), MORE_TASKS);
    const cli = new CliProcess(["dev", folder, "--port", String(port), ...args]);
    const ended = cli.exited.then((code) => {
      throw new Error(`slipway dev ended with ${code}.\n${cli.stderr.join("\n")}`);
    });
    await Promise.race([cli.line(/Ctrl-C|"type":"ready"/, START_MS), ended]);
    return new JobQueueSession(folder, port, cli);
  }

  /** Ends it as a person does; nothing may be left of it. */
  async stop(): Promise<void> {
    this.cli.signal("SIGINT");
    await this.cli.exited;
    await this.cli.leavesNothing();
    await this.cli.end();
  }

  edit(file: string, from: RegExp, to: (match: string) => string): void {
    edit(this.folder, file, from, to);
  }
}

function edit(folder: string, file: string, from: RegExp, to: (match: string) => string): void {
  const path = join(folder, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}
