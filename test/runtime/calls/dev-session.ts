import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePythonEnvironment } from "../../../lib/local/python-environment";
import { MOST_MS, MOST_OUTPUT } from "../kinds/client";
import { curl } from "../kinds/curl-client";
import { copyExample } from "../kinds/example";
import { json, request } from "../kinds/requests";
import { CliProcess } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { until } from "../local/waiting";

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
/** Where what is no part of the app finds its calls API. */
const MORE_ROUTES = `
import os

TASKS["hurried-task"] = slipway.Function.from_name("job-queue", "hurried-task")


@web_app.get("/calls-url")
def calls_url() -> str:
    return os.environ["SLIPWAY_CALLS_URL"]
`;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what the app says is compared as a whole
  readonly body: any;
}

export interface Status {
  readonly state: string;
  readonly attempt: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/** A copy of examples/job-queue behind a running `slipway dev`. */
export class JobQueueSession {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly cli: CliProcess,
  ) {}

  /** @param name of the copy: always the same folder, so that its Python environment is made once */
  static async start(name: string, args: readonly string[] = []): Promise<JobQueueSession> {
    const folder = join(CACHE, name);
    copyExample("job-queue", folder);
    const session = new JobQueueSession(folder, await freePort(), undefined as never);
    session.edit("main.ts", /\n {2}}\n}\n/, (end) => MORE_FUNCTIONS + end);
    session.edit("app.py", /$/, () => MORE_ROUTES);
    writeFileSync(join(folder, "more_tasks.py"), MORE_TASKS);
    const cli = new CliProcess(["dev", folder, "--port", String(session.port), ...args]);
    const ended = cli.exited.then((code) => {
      throw new Error(`slipway dev ended with ${code}.\n${cli.stderr.join("\n")}`);
    });
    await Promise.race([cli.line(/Ctrl-C|"type":"ready"/, START_MS), ended]);
    return new JobQueueSession(folder, session.port, cli);
  }

  /** Ends it as a person does; what is left of it, as command lines. */
  async stop(): Promise<string[]> {
    this.cli.signal("SIGINT");
    await this.cli.exited;
    const left = this.cli.left();
    await this.cli.end();
    return left;
  }

  edit(file: string, from: RegExp, to: (match: string) => string): void {
    const path = join(this.folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
  }

  /** Asks the app, by curl. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const address = { port: this.port, host: `job-queue-api-dev.localhost:${this.port}` };
    const sent = request(method, path, body === undefined ? undefined : json(body), headers);
    const [answer] = await curl.exchange(address, [sent]);
    const text = Buffer.from(answer!.body, "base64").toString("utf8");
    return { status: answer!.status, body: JSON.parse(text) };
  }

  /** The id of a new call. */
  async submit(task: string, data: object, headers?: Record<string, string>): Promise<string> {
    const { status, body } = await this.ask("POST", `/submit?task=${task}`, data, headers);
    if (status !== 200) throw new Error(`submit answered ${status} ${JSON.stringify(body)}`);
    return body.call_id;
  }

  async status(id: string): Promise<Status> {
    return (await this.ask("GET", `/status/${id}`)).body;
  }

  /** The call, once it is in this state. */
  reaches(id: string, state: string, withinMs = 20_000): Promise<Status> {
    return until(
      `${id} is ${state}`,
      async () => {
        const status = await this.status(id);
        return status.state === state && status;
      },
      withinMs,
    );
  }

  /** The result, once there is one. */
  result(id: string, withinMs = 20_000): Promise<Answer> {
    return until(
      `${id} has a result`,
      async () => {
        const answer = await this.ask("GET", `/result/${id}`);
        return answer.status !== 202 && answer;
      },
      withinMs,
    );
  }

  /** Runs a program in the session's own Python environment, beside the app: what it prints, as JSON. */
  async python(program: string): Promise<unknown> {
    const { body: url } = await this.ask("GET", "/calls-url");
    const environment = await ensurePythonEnvironment({
      folder: join(this.folder, ".slipway"),
      source: this.folder,
      kinds: ["asgi", "calls"],
      onProgress: () => {},
    });
    const { stdout } = await promisify(execFile)(environment.python, [join(__dirname, program)], {
      env: { ...process.env, ...environment.env, SLIPWAY_CALLS_URL: url },
      maxBuffer: MOST_OUTPUT,
      timeout: MOST_MS,
    });
    return JSON.parse(stdout);
  }
}
