import type { Socket } from "node:net";

export interface Bytes {
  read: number;
  written: number;
}

const counted = new WeakMap<Socket, Bytes>();

/** What has passed on a connection since this was last asked: of one request, unless its client sends several ahead. */
export function bytesSince(socket: Socket): Bytes {
  const { bytesRead, bytesWritten } = socket;
  const before = counted.get(socket);
  if (before === undefined) {
    counted.set(socket, { read: bytesRead, written: bytesWritten });
    return { read: bytesRead, written: bytesWritten };
  }
  const since = { read: bytesRead - before.read, written: bytesWritten - before.written };
  before.read = bytesRead;
  before.written = bytesWritten;
  return since;
}
