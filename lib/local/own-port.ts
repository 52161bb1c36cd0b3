import { setTimeout as delay } from "node:timers/promises";
import { isServedBySlipway } from "./app-command";
import { isFree, nearestFreePort, type ReservedPorts } from "./free-ports";
import { listeners } from "./listeners";
import { LocalError } from "./local-error";
import type { TaskDefinition } from "./task";
import { taskParts } from "./task-parts";

/**
 * The port on which only this app can listen, as its definition says: a user's own command may have it written into it,
 * as `python -m http.server 8080` has. Undefined for what Slipway serves, which listens wherever PORT says.
 */
export function ownPort(definition: TaskDefinition): number | undefined {
  try {
    const parts = taskParts(definition);
    return parts.role !== "web" || isServedBySlipway(parts.app) ? undefined : parts.config.upstream.port;
  } catch {
    // A definition that cannot be read is told when it is started.
    return undefined;
  }
}

/** On AWS every task has its own ports; on a laptop two servers on one would be a matter of luck. */
export function refuseSharedPorts(
  definitions: readonly TaskDefinition[],
  describe: (definition: TaskDefinition) => string = ({ target }) => target,
): void {
  const owners = new Map<number, TaskDefinition>();
  for (const definition of definitions) {
    const port = ownPort(definition);
    if (port === undefined) continue;
    const owner = owners.get(port);
    if (owner) {
      throw new LocalError(`${describe(owner)} and ${describe(definition)} both listen on port ${port}.`, {
        fix: "Give one of them another port, in its command and in its prop: here they share one machine.",
      });
    }
    owners.set(port, definition);
  }
}

const POLL_MS = 20;

/** What a program that was killed left behind may hold its port for a moment. */
const LAST_MOMENTS_MS = 3_000;

/** Longer than any task may take to finish what it has in flight. */
const HANDOVER_MS = 20_000;

/** Target that has each port, in this program. */
const claims = new Map<number, string>();

/** Takes a port for a target; waits for one that is about to give it up. */
export async function claimOwnPort(port: number, target: string, signal?: AbortSignal): Promise<ReservedPorts> {
  let owner: string | undefined;
  let since = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    if (claims.get(port) !== owner) {
      owner = claims.get(port);
      since = performance.now();
    }
    if (owner === undefined) {
      claims.set(port, target);
      if (await isFree(port)) return { ports: [port], release: () => claims.delete(port) };
      claims.delete(port);
    }
    const patience = owner === undefined ? LAST_MOMENTS_MS : HANDOVER_MS;
    if (performance.now() - since > patience) throw await takenPort(port, target, owner);
    await delay(POLL_MS, undefined, { signal });
  }
}

async function takenPort(port: number, target: string, owner: string | undefined): Promise<LocalError> {
  const error = (who: string, fix: string) => new LocalError(`${target}: port ${port} is taken by ${who}.`, { fix });
  const another = "give the construct another port, on which its command listens too.";
  if (owner !== undefined) return error(owner, `Wait until that has ended, or ${another}`);
  const holder = (await listeners())?.find((listener) => listener.port === port);
  if (!holder) return error("another program", `Stop that, or ${another}`);
  if (holder.pid === process.pid) {
    return error("this command itself", `Let it listen elsewhere: --port ${await nearestFreePort(port + 1)}`);
  }
  return error(`${shortened(holder.command)} (process ${holder.pid})`, `Stop that: kill ${holder.pid}, or ${another}`);
}

function shortened(command: string): string {
  return command.length > 60 ? `${command.slice(0, 60)}…` : command;
}
