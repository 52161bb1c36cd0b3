import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { run } from "./slipway-process";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** No answer: the connection ends. */
  | "hang up";

const apis = new Set<CallsApi>();

/** A server in the place of the calls API, which answers as the test says and keeps what it was asked. */
export class CallsApi {
  readonly asked: Asked[] = [];
  /** Connections made to it. */
  connections = 0;
  private readonly server: Server;

  private constructor(answer: (asked: Asked, index: number) => Answer | Promise<Answer>) {
    this.server = createServer(async (request, response) => {
      const body = await textOf(request);
      const asked = { method: request.method!, path: request.url!, headers: request.headers, body };
      const index = this.asked.push(asked) - 1;
      const given = await answer(asked, index);
      if (given === "hang up") return request.socket.destroy();
      const text = typeof given.body === "string" ? given.body : JSON.stringify(given.body ?? {});
      response.writeHead(given.status, { "content-type": "application/json", ...given.headers }).end(text);
    });
    this.server.on("connection", () => this.connections++);
    apis.add(this);
  }

  static async start(answer: (asked: Asked, index: number) => Answer | Promise<Answer>): Promise<CallsApi> {
    const api = new CallsApi(answer);
    await once(api.server.listen(0, "127.0.0.1"), "listening");
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Runs code in a task whose gateway this is, and returns what it prints as JSON, line by line. */
  python(code: string, env: NodeJS.ProcessEnv = { SLIPWAY_CALLS_URL: this.url }): Promise<unknown[]> {
    return python(code, env);
  }

  async close(): Promise<void> {
    apis.delete(this);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const PRELUDE = `
import asyncio, builtins, json, sys
from slipway import *

def say(value): print(json.dumps(value), flush=True)

def caught(function, *args, **kwargs):
    try: return function(*args, **kwargs)
    except Exception as error: return [type(error).__name__, str(error)]
`;

export async function python(code: string, env: NodeJS.ProcessEnv): Promise<unknown[]> {
  const { stdout, stderr, code: exit } = await run({ files: { "main.py": PRELUDE + code }, args: ["main.py"], env });
  if (exit !== 0) throw new Error(`exit ${exit}\n${stdout}\n${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export async function closeApis(): Promise<void> {
  await Promise.all([...apis].map((api) => api.close()));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
