import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import {
  type Address,
  type Client,
  type ClientAnswer,
  type ClientRequest,
  MOST_MS,
  MOST_OUTPUT,
  type TimedLine,
} from "./client";

const run = promisify(execFile);

export const curl: Client = {
  name: "curl",
  async exchange(address, requests) {
    const folder = mkdtempSync(join(tmpdir(), "slipway-curl-"));
    try {
      const answers: ClientAnswer[] = [];
      for (const request of requests) answers.push(await send(address, request, join(folder, "headers")));
      return answers;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  lines: readLines,
};

export function hasCurl(): boolean {
  try {
    execFileSync("curl", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

async function send({ port, host }: Address, request: ClientRequest, file: string): Promise<ClientAnswer> {
  const { method, path, headers, body } = request;
  const what = method === "HEAD" ? ["--head", "-o", "/dev/null"] : ["-X", method];
  const lines = Object.entries({ ...headers, host }).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const data = body ? ["--data-binary", "@-"] : [];
  const running = run(
    "curl",
    ["-sS", "--http1.1", "--noproxy", "*", "-D", file, ...what, ...lines, ...data, `http://127.0.0.1:${port}${path}`],
    { encoding: "buffer", maxBuffer: MOST_OUTPUT, timeout: MOST_MS },
  );
  running.child.stdin!.end(body && Buffer.from(body, "base64"));
  const { stdout } = await running;
  const blocks = readFileSync(file, "latin1").trim().split("\r\n\r\n");
  const [head = "", ...rest] = blocks.filter((block) => !/^HTTP\/1\.1 1\d\d/.test(block));
  const [status = "", ...fields] = head.split("\r\n");
  return {
    status: Number(status.split(" ")[1]),
    headers: fields.map(field),
    body: stdout.toString("base64"),
    trailers: rest.flatMap((block) => block.split("\r\n")).map(field),
  };
}

function field(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

async function readLines({ port, host }: Address, path: string): Promise<TimedLine[]> {
  const lines: TimedLine[] = [];
  const url = `http://127.0.0.1:${port}${path}`;
  const child = spawn("curl", ["-sSN", "--noproxy", "*", "-H", `host: ${host}`, url], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: MOST_MS,
  });
  for await (const line of createInterface({ input: child.stdout })) lines.push([Date.now() / 1000, line]);
  return lines;
}
