import { listensElsewhere, type Obstacle, obstacle } from "../runtime/gateway/not-ready";
import { look, REFUSED } from "../runtime/gateway/probe";
import type { GatewayConfig } from "../task/gateway-config";
import { type Listener, listeners } from "./listeners";
import { LocalError } from "./local-error";
import type { ProcessGroup } from "./process-group";

/** An app that answers at all does so in this time: it has had all of its startupTimeout. */
const LAST_LOOK_MS = 1_000;

/** Why an app that runs is not ready, as far as a last look at it and the ports that it opened tell. */
export async function notReady(
  target: string,
  app: ProcessGroup,
  upstream: GatewayConfig["upstream"],
  hasOwnPort: boolean,
): Promise<LocalError> {
  const late = `${target}: the app was not ready within ${upstream.ready.timeoutMs / 1000} s`;
  const seen = await look(upstream, LAST_LOOK_MS);
  const open = await openPorts(app);
  // What Slipway serves listens where it should, or not yet.
  if (seen === undefined || (seen === REFUSED && !hasOwnPort)) {
    const fix = "Find out what it waits for, or raise startupTimeout if it needs longer.";
    return new LocalError(`${late}.`, { fix, output: app.tail });
  }
  const { what, fix } = obstacle(upstream, seen, open);
  return new LocalError(`${late}: ${what}.`, { fix, output: app.tail });
}

/** What a server does that has a port, but not the one that it should have; undefined when that is not so. */
export async function whereElse(app: ProcessGroup, port: number): Promise<Obstacle | undefined> {
  return listensElsewhere(port, (await openPorts(app)) ?? []);
}

async function openPorts(app: ProcessGroup): Promise<Listener[] | undefined> {
  return (await listeners())?.filter(({ group }) => group === app.pid);
}
