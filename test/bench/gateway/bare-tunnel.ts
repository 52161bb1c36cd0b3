import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** Both sides speak as they like after an upgrade; its head is passed on as it came. */
export function tunnel(upstream: number) {
  return ({ method, url, rawHeaders }: IncomingMessage, client: Duplex, first: Buffer) => {
    const app = connect({ port: upstream, host: "127.0.0.1", noDelay: true });
    let head = `${method} ${url} HTTP/1.1\r\n`;
    for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
    app.write(`${head}\r\n`, "latin1");
    app.write(first);
    app.pipe(client).pipe(app);
    app.on("error", () => client.destroy());
    client.on("error", () => app.destroy());
  };
}
