import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { type ListeningSocket, listeningSockets } from "../runtime/gateway/listening-sockets";

/** A TCP port that a program of this machine listens on. */
export interface Listener extends Pick<ListeningSocket, "address" | "port"> {
  readonly pid: number;
  /** Process group of the program. */
  readonly group: number;
  readonly command: string;
}

/**
 * The listening ports of the programs that this user may look at: from /proc on Linux, else from lsof; undefined where
 * there is neither.
 */
export async function listeners(): Promise<Listener[] | undefined> {
  const sockets = await listeningSockets();
  return sockets ? procListeners(sockets) : lsofListeners();
}

async function procListeners(sockets: readonly ListeningSocket[]): Promise<Listener[]> {
  const byLink = new Map(sockets.map((socket) => [`socket:[${socket.inode}]`, socket]));
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  return (await Promise.all(pids.map((pid) => listenersOf(pid, byLink)))).flat();
}

async function listenersOf(pid: string, sockets: ReadonlyMap<string, ListeningSocket>): Promise<Listener[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  const open = new Set(links.flatMap((link) => sockets.get(link) ?? []));
  if (open.size === 0) return [];
  // The fields behind the program's name, which is in brackets and may hold anything: state, parent, group.
  const stat = await readOr(`/proc/${pid}/stat`, "");
  const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  const command = (await readOr(`/proc/${pid}/cmdline`, "")).replaceAll("\0", " ").trim();
  return [...open].map(({ address, port }) => ({ address, port, pid: Number(pid), group, command }));
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
      // `*:80`, `127.0.0.1:80` or `[::1]:80`.
      const [, address = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(value) ?? [];
      found.set(`${pid} ${value}`, { address, port: Number(port), pid, group, command });
    }
  }
  return [...found.values()];
}
