import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PythonKind } from "../../../lib/image";
import type { PythonEnvironment } from "../../../lib/local/python-environment";
import { type Address, MOST_MS, MOST_OUTPUT } from "../kinds/client";
import { curl } from "../kinds/curl-client";
import { json, request } from "../kinds/requests";
import { until } from "../local/waiting";

/** What examples/job-queue serves. */
export const KINDS: readonly PythonKind[] = ["asgi", "calls"];

/** Where what is no part of the app finds its calls API. */
const CALLS_URL_ROUTE = `
@web_app.get("/calls-url")
def calls_url() -> str:
    return os.environ["SLIPWAY_CALLS_URL"]
`;

/** Makes a copy of the example one that tells programs beside it where its calls API is. */
export function tellCallsUrl(folder: string): void {
  const app = join(folder, "app.py");
  writeFileSync(app, `${readFileSync(app, "utf8")}\n${CALLS_URL_ROUTE}`);
}

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

/** Where the example's app answers. */
export interface JobQueuePlace extends Address {
  /** What a client puts before the app's own paths. */
  readonly base: string;
}

/** The example's app as its users have it, by curl and by programs beside it. */
export class JobQueue {
  constructor(
    private readonly place: JobQueuePlace,
    private readonly environment: () => Promise<PythonEnvironment>,
  ) {}

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = request(method, this.place.base + path, body === undefined ? undefined : json(body), headers);
    const [answer] = await curl.exchange(this.place, [sent]);
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

  /** Runs a program of this folder beside the app, in the Python of its code: what it prints, as JSON. */
  async python(program: string): Promise<unknown> {
    const { body: url } = await this.ask("GET", "/calls-url");
    const { python, env } = await this.environment();
    const { stdout } = await promisify(execFile)(python, [join(__dirname, program)], {
      env: { ...process.env, ...env, SLIPWAY_CALLS_URL: url },
      maxBuffer: MOST_OUTPUT,
      timeout: MOST_MS,
    });
    return JSON.parse(stdout);
  }
}
