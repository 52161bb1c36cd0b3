import { relative } from "node:path";
import { join } from "node:path/posix";
import { functionTag } from "../../../lib/calls";
import { isEndpoint, type Manifest, type ManifestSpawnFunction } from "../../../lib/manifest/schema";
import type { CallerConfig, WorkerConfig } from "../../../lib/task/calls-config";
import { containers, gatewayConfig, TOKENS_TABLE } from "../local/definitions";
import { manifest } from "../local/project";
import { serves } from "../local/quick-python";

const STORES = { table: "acme-calls", bucket: "acme-calls-bucket", registry: "acme-registry", retentionS: 3600 };
const SQS = "https://sqs.eu-west-1.amazonaws.com/000000000000";

const tagOf = (name: string) => functionTag({ environment: "test", app: "acme", name });

function caller(names: readonly string[]): CallerConfig {
  const grants = names.map((name) => ({ app: "acme", name, tag: tagOf(name) }));
  return { ...STORES, grants, public: false };
}

function worker(name: string): WorkerConfig {
  const { upstream: _, web: __, ...common } = gatewayConfig({ name, command: [] });
  return {
    ...common,
    worker: {
      ...STORES,
      tag: tagOf(name),
      queueUrl: `${SQS}/acme-${name}`,
      dlqUrl: `${SQS}/acme-${name}-dead`,
      maxInputs: 2,
      visibilityMs: 5_000,
      heartbeatMs: 1_000,
      attemptMs: 60_000,
      retries: { maxRetries: 0, initialDelayMs: 1_000, backoffCoefficient: 1, maxDelayMs: 1_000 },
      maxDeliveries: 3,
      maxPayloadBytes: 1024 ** 2,
      graceMs: 1_000,
      executorSocket: "/run/slipway/executor.sock",
      startupMs: 10_000,
    },
  };
}

/** A stack with the endpoint `acme/web`, whose app is `api/server`, and functions, if any, each with an executor in its folder. */
export function manifestWithFunctions(folder: string, names: readonly string[]): Manifest {
  const web = manifest(folder, [{ name: "web", source: "api", command: serves("server") }]);
  const from = join(folder, ".slipway", "synth", "stacks", web.stack);
  const functions = names.map((name): ManifestSpawnFunction => {
    const gateway = worker(name);
    const [app, sidecar] = containers({ name, command: serves("executor") });
    return {
      app: "acme",
      name,
      path: `acme/${name}`,
      kind: "function",
      label: null,
      urls: [],
      service: `acme-test-acme-${name}`,
      source: relative(from, join(folder, name)),
      spec: {},
      // As where a bucket's name is known only after apply.
      task: { cpu: 512, memoryMiB: 1024, containers: [app!, { ...sidecar!, environment: [UNKNOWN_CONFIG] }] },
      gateway,
      entry: {
        tag: tagOf(name),
        queueMs: 60_000,
        deadlineMs: 600_000,
        visibilityMs: gateway.worker.visibilityMs,
        maxPayloadBytes: gateway.worker.maxPayloadBytes,
      },
    };
  });
  if (functions.length === 0) return web;
  const endpoints = web.functions.map((fn) => ({ ...fn, gateway: { ...fn.gateway, calls: caller(names) } }));
  return { ...web, functions: [...endpoints, ...functions], calls: STORES };
}

/** The same stack with `publicCalls` on its endpoint. */
export function withPublicCalls(manifest: Manifest): Manifest {
  const functions = manifest.functions.map((fn) => {
    if (!isEndpoint(fn)) return fn;
    const tokens = { table: TOKENS_TABLE, cacheMs: 60_000 };
    const gateway = { ...fn.gateway, calls: { ...fn.gateway.calls!, public: true }, tokens };
    return { ...fn, spec: { ...fn.spec, publicCalls: true }, gateway };
  });
  return { ...manifest, functions };
}

const UNKNOWN_CONFIG = { name: "SLIPWAY_CONFIG", value: null as never };

/** Hands requests on to its gateway's calls API. */
export const CALLS_PROXY = `
const { request } = require("node:http");
require("node:http").createServer((incoming, response) => {
  const { method, headers } = incoming;
  const outgoing = request(process.env.SLIPWAY_CALLS_URL + incoming.url, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(outgoing);
}).listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

/** An executor in few lines. @param version what its results are marked with */
export function executorProgram(version: string): string {
  return `
const { existsSync } = require("node:fs");
const { connect } = require("node:net");
const { createInterface } = require("node:readline");

function channel(name, onLine) {
  const socket = connect(process.env.SLIPWAY_EXECUTOR_SOCKET);
  socket.on("error", () => setTimeout(() => channels[name] = channel(name, onLine), 25));
  const say = (line) => socket.write(JSON.stringify(line) + "\\n");
  socket.on("connect", () => {
    say({ op: "hello", channel: name, protocol: 1 });
    createInterface({ input: socket }).on("line", (line) => onLine(JSON.parse(line)));
    if (name === "control") say({ op: "ready", protocol: 1 });
  });
  return { say };
}

const running = new Map();
const channels = {
  data: channel("data", ({ call, attempt, args: [what, file] }) => {
    const key = { call, attempt };
    const say = (line) => channels.data.say({ ...line, ...key });
    say({ op: "started" });
    console.log("runs " + what);
    const end = () => {
      if (what === "hold" && !existsSync(file)) return running.set(call, setTimeout(end, 20));
      running.delete(call);
      say({ op: "done", result: { what, version: "${version}", pid: process.pid } });
    };
    if (what === "crash" && attempt === 1) process.exit(3);
    end();
  }),
  control: channel("control", ({ op, n, call, attempt }) => {
    if (op === "ping") channels.control.say({ op: "pong", n });
    if (op === "cancel" && running.has(call)) {
      clearTimeout(running.get(call));
      running.delete(call);
      channels.data.say({ op: "cancelled", call, attempt });
    }
  }),
};
process.on("SIGTERM", () => process.exit(0));
`;
}
