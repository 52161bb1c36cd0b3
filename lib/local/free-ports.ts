import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { LocalError } from "./local-error";

/**
 * Below the ports that Linux (32768 up) and macOS (49152 up) give to outgoing connections, so that none of those takes
 * a port between the moment it was found free and the moment its program listens on it.
 */
const LOWEST = 20000;
const HIGHEST = 32767;

const reserved = new Set<number>();

export interface ReservedPorts {
  readonly ports: readonly number[];
  release(): void;
}

/** Ports that nobody listens on and that no other caller in this program gets until they are released. */
export async function reserveFreePorts(count: number): Promise<ReservedPorts> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (reserved.has(port)) continue;
    reserved.add(port);
    if (await isFree(port)) ports.push(port);
    else reserved.delete(port);
  }
  return {
    ports,
    release() {
      for (const port of ports) reserved.delete(port);
    },
  };
}

/** Whether nobody listens on the port, whatever the address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    probe.listen({ port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The first port from `from` upwards that is free. */
export async function nearestFreePort(from: number): Promise<number> {
  for (let port = from; port <= 65_535; port += 1) if (await isFree(port)) return port;
  throw new LocalError(`No port from ${from} upwards is free.`);
}
