import type { GatewayConfig } from "../../task/gateway-config";
import type { ListeningSocket } from "./listening-sockets";
import { REFUSED, type Unready } from "./probe";

type OpenPort = Pick<ListeningSocket, "address" | "port">;
type Upstream = Pick<GatewayConfig["upstream"], "port" | "ready">;

/** What stands between an app and its readiness, as a clause, and what to do about it, as a sentence. */
export interface Obstacle {
  readonly what: string;
  readonly fix: string;
}

const PATIENCE = "raise startupTimeout if it needs longer.";

/** What a look at an app and the ports that it opened tell. `open` is undefined where the ports are not known. */
export function obstacle({ port, ready }: Upstream, unready: Unready, open?: readonly OpenPort[]): Obstacle {
  if (typeof unready === "number") {
    return { what: `GET ${ready.path} is answered with ${unready}, not with 100 to 399`, fix: fixForStatus(unready) };
  }
  const elsewhere = open && listensElsewhere(port, open);
  if (elsewhere) return elsewhere;
  if (!open || open.length === 0) {
    const what = open ? "it listens on no port" : `${unready} at 127.0.0.1:${port}`;
    return { what, fix: `Let it listen on port ${port}, which $PORT holds, or ${PATIENCE}` };
  }
  if (unready !== REFUSED) {
    const asked = ready.kind === "http" ? `GET ${ready.path}` : "connecting";
    return {
      what: `it listens on ${port}, but ${asked} fails (${unready})`,
      fix: `See the app's own log, or ${PATIENCE}`,
    };
  }
  const addresses = open.filter((socket) => socket.port === port).map(({ address }) => address);
  return {
    what: `it listens on ${port}, but only at ${addresses.join(" and ")}, not at 127.0.0.1`,
    fix: "Let it listen on 127.0.0.1 or 0.0.0.0.",
  };
}

/** What a server does that has ports, but not the one that it should have; undefined when that is not so. */
export function listensElsewhere(port: number, open: readonly OpenPort[]): Obstacle | undefined {
  const ports = portsOf(open);
  if (ports.length === 0 || ports.includes(port)) return undefined;
  const fix = ports.length === 1 ? `Set port: ${ports[0]}` : "Set port to the right one of these";
  return {
    what: `it listens on ${ports.join(" and ")}, not on ${port}`,
    fix: `${fix}, or let it listen on $PORT, which is ${port}.`,
  };
}

export function portsOf(open: readonly OpenPort[]): number[] {
  return [...new Set(open.map(({ port }) => port))].sort((one, other) => one - other);
}

function fixForStatus(status: number): string {
  if (status === 400) return "A framework may refuse the Host 127.0.0.1: allow it (in Django, by ALLOWED_HOSTS).";
  if (status === 401 || status === 403) return "Name a healthPath that needs no login.";
  if (status < 500) return "Correct healthPath.";
  return `See the app's own log, or ${PATIENCE}`;
}
