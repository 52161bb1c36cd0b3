import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuthTable } from "../../runtime/gateway/auth-table";
import { gatewayConfig } from "../../runtime/gateway/gateway-process";
import { freePorts } from "../../runtime/gateway/loopback";
import { configured, start, startOwn, versionOf } from "./programs";

/** A server to measure. */
export interface Server {
  readonly name: string;
  /** Undefined when the program is not installed. */
  readonly version: string | undefined;
  /** Starts it in front of an app's port. */
  start(upstream: number): Promise<{ readonly pid: number; readonly port: number }>;
}

const node = process.versions.node;

function peer(name: string, version: string | undefined, run: (port: number, upstream: number) => number): Server {
  return {
    name,
    version,
    start: async (upstream) => {
      const [port] = await freePorts(1);
      return { pid: run(port!, upstream), port: port! };
    },
  };
}

/** Others' proxies, each with one worker, and the least that a proxy in Node can be. */
export function peers(): Server[] {
  const own = (name: string) => (port: number, upstream: number) =>
    startOwn(name, { PORT: `${port}`, UPSTREAM: `${upstream}` }).pid!;
  return [
    peer("nginx", versionOf("nginx", "-v"), (port, upstream) => {
      return start("nginx", ["-c", configured("nginx.conf", { port, upstream })]).pid!;
    }),
    peer("HAProxy", versionOf("haproxy", "-v"), (port, upstream) => {
      return start("haproxy", ["-db", "-q", "-f", configured("haproxy.cfg", { port, upstream })]).pid!;
    }),
    peer("Caddy", versionOf("caddy", "version"), (port, upstream) => {
      const config = configured("Caddyfile", { port, upstream });
      return start("caddy", ["run", "--adapter", "caddyfile", "--config", config], { GOMAXPROCS: "1" }).pid!;
    }),
    peer("bare Node http", node, own("bare-node")),
    peer("bare undici", node, own("bare-undici")),
  ];
}

/** Requests at the app at once where the gate is to have work: half the connections at saturation. */
const GATED_INPUTS = 32;

/** The gateway: with more places than there are connections, with fewer, and with fewer and tokens. */
export function gateways(program: string, table: AuthTable, label = "gateway"): Server[] {
  const open = { gate: { maxInputs: 1000 } };
  const gated = { gate: { maxInputs: GATED_INPUTS } };
  const asked = { web: { ...gated, auth: { cacheMs: 60_000 } }, ...table.config };
  const variant = (name: string, own: Parameters<typeof gatewayConfig>[1]): Server => ({
    name: `${label}, ${name}`,
    version: node,
    start: async (upstream) => {
      const config = await gatewayConfig(upstream, own);
      const environment = { SLIPWAY_CONFIG: JSON.stringify(config) };
      const { pid } = start(process.execPath, [...imageFlags(), program], environment);
      return { pid: pid!, port: config.listen.port };
    },
  });
  return [variant("plain", { web: open }), variant("gate", { web: gated }), variant("gate, auth", asked)];
}

/** What the image gives Node before the program's name. */
function imageFlags(): string[] {
  const text = readFileSync(join(__dirname, "../../../lib/runtime/gateway/Dockerfile"), "utf8");
  const command: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)![1]!);
  return command.slice(1, -1);
}
