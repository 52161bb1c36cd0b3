import { get } from "node:http";
import { connect } from "node:net";
import type { GatewayConfig } from "../../task/gateway-config";

export type Connection = "accepted" | "refused" | "no-answer";

/** What a look at an app that is not ready met: the status of its health path, or the reason why there is none. */
export type Unready = number | string;

export const REFUSED = "connection refused";
export const NO_ANSWER = "no answer";

/** The longest that one look takes. */
export const ANSWER_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 1000;

/** One look at an app: undefined when it is ready. */
export async function look(
  { port, ready }: Pick<GatewayConfig["upstream"], "port" | "ready">,
  withinMs: number,
): Promise<Unready | undefined> {
  const limit = (most: number) => Math.max(1, Math.min(most, withinMs));
  if (ready.kind === "tcp") {
    const connection = await probeConnection(port, limit(CONNECT_TIMEOUT_MS));
    if (connection === "accepted") return undefined;
    return connection === "refused" ? REFUSED : NO_ANSWER;
  }
  const status = await probeStatus(port, ready.path, limit(ANSWER_TIMEOUT_MS));
  return typeof status === "number" && status >= 100 && status < 400 ? undefined : status;
}

/** Whether something accepts TCP connections on a loopback port. */
export function probeConnection(port: number, timeoutMs = CONNECT_TIMEOUT_MS): Promise<Connection> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: timeoutMs });
    const settle = (result: Connection) => {
      socket.destroy();
      resolve(result);
    };
    socket
      .once("connect", () => settle("accepted"))
      .once("error", () => settle("refused"))
      .once("timeout", () => settle("no-answer"));
  });
}

/** The status that a GET gets on a loopback port, or the reason why there is none. */
function probeStatus(port: number, path: string, timeoutMs: number): Promise<Unready> {
  return new Promise((resolve) => {
    const request = get({
      agent: false,
      host: "127.0.0.1",
      port,
      path,
      headers: { "user-agent": "slipway-gateway" },
      timeout: timeoutMs,
    });
    request
      .once("response", (response) => {
        response.resume();
        response.on("error", () => undefined);
        resolve(response.statusCode ?? 0);
        request.destroy();
      })
      .once("timeout", () => request.destroy(new Error(NO_ANSWER)))
      .on("error", ({ code, message }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED" ? REFUSED : message));
  });
}
