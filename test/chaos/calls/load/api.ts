import { Agent, request } from "node:http";

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it is, the checker judges
  readonly body: any;
}

const AGENT = new Agent({ keepAlive: true, maxSockets: 200 });

/** One request to the calls API of a caller; rejects when there is no whole answer. */
export function ask(
  port: number,
  method: "GET" | "POST",
  path: string,
  { body, key, timeoutMs }: { body?: object; key?: string; timeoutMs: number },
): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const asked = request(
      {
        agent: AGENT,
        host: "127.0.0.1",
        port,
        method,
        path,
        timeout: timeoutMs,
        headers: {
          ...(method === "POST" && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...(key !== undefined && { "idempotency-key": key }),
        },
      },
      (answer) => {
        answer.toArray().then((chunks: Buffer[]) => {
          try {
            resolve({ status: answer.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString()) });
          } catch (error) {
            reject(error);
          }
        }, reject);
      },
    );
    asked.once("timeout", () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asked.once("error", reject);
    asked.end(text);
  });
}
