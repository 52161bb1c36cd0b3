import { readFile } from "node:fs/promises";
import { SocketAddress } from "node:net";

/** A TCP socket that waits for connections. */
export interface ListeningSocket {
  /** `0.0.0.0` and `::` stand for every address of their family. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** State LISTEN. @see https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt */
const LISTEN = "0A";

/**
 * Those of this network namespace, which all containers of an `awsvpc` task share; undefined where the system has no
 * `/proc/net`.
 */
export async function listeningSockets(): Promise<ListeningSocket[] | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => undefined)),
  );
  const found = tables.filter((table) => table !== undefined);
  return found.length === 0 ? undefined : found.flatMap(parseSocketTable);
}

export function parseSocketTable(table: string): ListeningSocket[] {
  const [, ...lines] = table.split("\n");
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    if (state !== LISTEN) return [];
    const [address = "", port = ""] = local.split(":");
    return [{ address: readAddress(address), port: Number.parseInt(port, 16), inode }];
  });
}

/** 32-bit words in the machine's order of bytes, which is little-endian wherever this runs: `0100007F` is 127.0.0.1. */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, "hex").swap32();
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}
