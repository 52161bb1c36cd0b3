import type { GatewayConfig } from "../task/gateway-config";
import { listeners } from "./listeners";
import { LocalError, type LocalErrorDetails } from "./local-error";
import type { ProcessGroup } from "./process-group";

type Upstream = GatewayConfig["upstream"];

/** Why an app that runs is not ready, as far as the ports that it opened tell. */
export async function notReady(
  target: string,
  app: ProcessGroup,
  upstream: Upstream,
  hasOwnPort: boolean,
): Promise<LocalError> {
  const late = `${target}: the app was not ready within ${upstream.ready.timeoutMs / 1000} s`;
  const error = (reason: string, details: LocalErrorDetails) =>
    new LocalError(`${late}${reason}.`, { ...details, output: app.tail });
  const patience = "raise the construct's startupTimeout if it needs longer.";

  const ports = await openPorts(app);
  if (!hasOwnPort || !ports) return error("", { fix: `Find out what the app waits for, or ${patience}` });
  const { port, ready } = upstream;
  if (!ports.includes(port)) {
    const elsewhere = listensElsewhere(ports, port);
    return elsewhere
      ? error(`: ${elsewhere.what}`, { fix: elsewhere.fix })
      : error(": it listens on no port", { fix: `Let it listen on port ${port}, which $PORT holds, or ${patience}` });
  }
  return ready.kind === "http"
    ? error(`: it listens on ${port}, but GET ${ready.path} is not answered with a status of 100 to 399`, {
        fix: `Correct the construct's healthPath, or ${patience}`,
      })
    : error(`: it listens on ${port}, but not at 127.0.0.1`, { fix: "Let it listen on 127.0.0.1 or 0.0.0.0." });
}

/** What a server does that has a port, but not the one that it should have; undefined when that is not so. */
export async function whereElse(app: ProcessGroup, port: number): Promise<{ what: string; fix: string } | undefined> {
  const ports = await openPorts(app);
  return ports && !ports.includes(port) ? listensElsewhere(ports, port) : undefined;
}

function listensElsewhere(ports: readonly number[], port: number): { what: string; fix: string } | undefined {
  if (ports.length === 0) return undefined;
  const fix = ports.length === 1 ? `Set port: ${ports[0]}` : "Set port to the right one of these";
  return {
    what: `it listens on ${ports.join(" and ")}, not on ${port}`,
    fix: `${fix}, or let it listen on $PORT, which is ${port}.`,
  };
}

async function openPorts(app: ProcessGroup): Promise<number[] | undefined> {
  const own = (await listeners())?.filter(({ group }) => group === app.pid);
  return own && [...new Set(own.map(({ port }) => port))].sort((one, other) => one - other);
}
