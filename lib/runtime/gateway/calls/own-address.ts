import type { NetworkInterfaceInfo } from "node:os";
import { networkInterfaces } from "node:os";
import type { TaskMetadata } from "../task-metadata";

/** Where other tasks reach this one: the task's own address, one of the host that it is to listen on, or this machine's. */
export function ownAddress(metadata: TaskMetadata | undefined, host: string | undefined): string {
  return host ?? metadata?.address ?? firstAddress(networkInterfaces()) ?? "127.0.0.1";
}

function firstAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string | undefined {
  const all = Object.values(interfaces).flatMap((one) => one ?? []);
  return all.find(({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."))
    ?.address;
}
