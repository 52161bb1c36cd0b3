import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";

export interface Sent {
  readonly port: number;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly address?: string;
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The start of an answer: its body still to be read. */
export function open({ port, host, path = "/", method = "GET", headers, body, address = "127.0.0.1", agent }: Sent) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      {
        host: address,
        port,
        path,
        method,
        agent: agent ?? false,
        headers: { host: host ?? `localhost:${port}`, ...headers },
      },
      resolve,
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

export async function send(sent: Sent): Promise<Answer> {
  const response = await open(sent);
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode!, headers: response.headers, text };
}

export function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
