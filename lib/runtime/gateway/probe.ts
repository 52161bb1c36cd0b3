import { get } from "node:http";
import { connect } from "node:net";

export type Connection = "accepted" | "refused" | "no-answer";

/** Whether something accepts TCP connections on a loopback port. */
export function probeConnection(port: number, timeoutMs: number): Promise<Connection> {
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

export const NO_ANSWER = "no answer";

/** The status that a GET gets on a loopback port, or the reason why there is none. */
export function probeStatus(port: number, path: string, timeoutMs: number): Promise<number | string> {
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
      .on("error", (error) => resolve(error.message));
  });
}
