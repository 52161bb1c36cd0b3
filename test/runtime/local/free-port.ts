import { reserveFreePorts } from "../../../lib/local/free-ports";

export async function freePort(): Promise<number> {
  const { ports, release } = await reserveFreePorts(1);
  release();
  return ports[0]!;
}
