import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePythonEnvironment } from "../../../lib/local/python-environment";
import { type Address, type Client, type ClientAnswer, type Handshake, MOST_MS, MOST_OUTPUT } from "./client";

export const httpx: Client = {
  name: "httpx",
  exchange: (address, requests) => run({ job: "exchange", ...address, requests }),
  lines: (address, path) => run({ job: "lines", ...address, path }),
};

/** What a WebSocket of Python's `websockets` got; of one that is refused, the answer only. */
export interface WebSocketTalk {
  readonly answer: ClientAnswer;
  readonly received?: readonly string[];
  readonly pong?: boolean;
  readonly closed?: number;
}

export function openWebSocket(
  address: Address,
  handshake: Handshake,
  messages: readonly string[],
): Promise<WebSocketTalk> {
  return run({ ...address, ...handshake, job: "web-socket", messages });
}

const execute = promisify(execFile);

/** Runs a job of `clients.py` in a Python that has httpx and websockets. */
export async function run<T>(job: object): Promise<T> {
  const { python } = await ensurePythonEnvironment({
    folder: join(__dirname, "../../../node_modules/.cache/slipway-test/python"),
    source: __dirname,
    kinds: [],
    onProgress: () => {},
  });
  const running = execute(python, [join(__dirname, "clients.py")], { maxBuffer: MOST_OUTPUT, timeout: MOST_MS });
  running.child.stdin!.end(JSON.stringify(job));
  return JSON.parse((await running).stdout);
}
