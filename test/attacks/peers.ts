import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../chaos/child";
import { freePorts, until } from "../runtime/gateway/loopback";
import { talk } from "./exchange";

/** Others' proxies, to which the corpus is sent too. */
export const PEERS = ["nginx", "haproxy"] as const;
export type Peer = (typeof PEERS)[number];

const folder = mkdtempSync(join(tmpdir(), "slipway-attacks-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Starts one in front of an app and waits until it answers. */
export async function startPeer(peer: Peer, upstream: number): Promise<Child & { readonly port: number }> {
  if (spawnSync(peer, ["-v"]).error) throw new Error(`${peer} is not installed`);
  const [port = 0] = await freePorts(1);
  const conf = peer === "nginx" ? "nginx.conf" : "haproxy.cfg";
  const values: Record<string, string | number> = { folder, port, upstream };
  const file = join(folder, conf);
  const text = readFileSync(join(__dirname, "conf", conf), "utf8");
  writeFileSync(
    file,
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name])),
  );
  const child = new Child(peer, peer === "nginx" ? ["-c", file] : ["-db", "-q", "-f", file]);
  const ask = "GET /up HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
  await until(
    async () => !child.isRunning || (await talk(port, ask, 500)).text.startsWith("HTTP/1.1 200"),
    `${peer} answers: ${child.stderr}`,
  );
  if (!child.isRunning) throw new Error(`${peer} ended: ${child.stderr}`);
  return Object.assign(child, { port });
}
