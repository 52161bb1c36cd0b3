import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

/** A TCP port that a program of this machine listens on. */
export interface Listener {
  readonly port: number;
  readonly pid: number;
  /** Process group of the program. */
  readonly group: number;
  readonly command: string;
}

/**
 * The listening ports of the programs that this user may look at: from /proc on Linux, else from lsof; undefined where
 * there is neither.
 */
export function listeners(): Promise<Listener[] | undefined> {
  return existsSync("/proc/net/tcp") ? procListeners() : lsofListeners();
}

/** State LISTEN. @see https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt */
const LISTEN = "0A";

async function procListeners(): Promise<Listener[]> {
  const ports = new Map<string, number>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const [, ...lines] = (await readOr(file, "")).split("\n");
    for (const line of lines) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === LISTEN) ports.set(`socket:[${inode}]`, Number.parseInt(local.slice(-4), 16));
    }
  }
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  return (await Promise.all(pids.map((pid) => listenersOf(pid, ports)))).flat();
}

async function listenersOf(pid: string, ports: ReadonlyMap<string, number>): Promise<Listener[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  const open = new Set(links.flatMap((link) => ports.get(link) ?? []));
  if (open.size === 0) return [];
  // The fields behind the program's name, which is in brackets and may hold anything: state, parent, group.
  const stat = await readOr(`/proc/${pid}/stat`, "");
  const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  const command = (await readOr(`/proc/${pid}/cmdline`, "")).replaceAll("\0", " ").trim();
  return [...open].map((port) => ({ port, pid: Number(pid), group, command }));
}

function readOr(file: string, otherwise: string): Promise<string> {
  return readFile(file, "utf8").catch(() => otherwise);
}

/** One field a line: `p` process, `g` group and `c` command come before the `n` lines of their sockets. */
export async function lsofListeners(): Promise<Listener[] | undefined> {
  const lsof = promisify(execFile)("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-Fpgcn"]);
  // It exits with 1 when it finds nothing, or may not look everywhere.
  const { stdout } = await lsof.catch((error: { stdout?: string }) => error);
  if (stdout === undefined) return undefined;
  const found = new Map<string, Listener>();
  let [pid, group, command] = [0, 0, ""];
  for (const line of stdout.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) pid = Number(value);
    else if (line.startsWith("g")) group = Number(value);
    else if (line.startsWith("c")) command = value;
    else if (line.startsWith("n")) {
      const port = Number(/:(\d+)$/.exec(value)?.[1]);
      found.set(`${pid}:${port}`, { port, pid, group, command });
    }
  }
  return [...found.values()];
}
