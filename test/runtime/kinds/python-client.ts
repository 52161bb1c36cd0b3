import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePythonEnvironment } from "../../../lib/local/python-environment";
import { type Address, type Client, MOST_OUTPUT } from "./client";

export const httpx: Client = {
  name: "httpx",
  exchange: (address, requests) => run({ job: "exchange", ...address, requests }),
  lines: (address, path) => run({ job: "lines", ...address, path }),
};

/** What a WebSocket of Python's `websockets` gives back. */
export function echo(
  address: Address,
  path: string,
  messages: readonly string[],
): Promise<{ received: string[]; pong: boolean; closed: number }> {
  return run({ job: "echo", ...address, path, messages });
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
  const running = execute(python, [join(__dirname, "clients.py")], { maxBuffer: MOST_OUTPUT });
  running.child.stdin!.end(JSON.stringify(job));
  return JSON.parse((await running).stdout);
}
