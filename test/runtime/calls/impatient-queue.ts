import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { onStop } from "../gateway/loopback";

/** Stands before SQS and has whatever is received come back after a second: as if a minute had passed. Returns its URL. */
export async function impatientQueue(port: number): Promise<string> {
  const server = createServer(async (incoming, response) => {
    const text = Buffer.concat(await incoming.toArray()).toString();
    const body = text.replace(/"VisibilityTimeout":[1-9]\d*/, '"VisibilityTimeout":1');
    const { method, url, headers } = incoming;
    const onwards = request({
      host: "127.0.0.1",
      port,
      method,
      path: url,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    onwards.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    onwards.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onStop(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
