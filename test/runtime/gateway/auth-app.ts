import { createHash } from "node:crypto";
import { once } from "node:events";
import type { OutgoingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket } from "undici";
import type { SecretPair } from "../../../lib/tokens/secret-pair";
import { onStop } from "./loopback";

/** A request that reached the app. */
export interface Reached {
  readonly method: string;
  readonly url: string;
  /** Names and values, as they came. */
  readonly headers: readonly string[];
}

/** An app of all kinds: `/events` is a stream of events, an upgrade is greeted with "hello", all else is told what came. */
export class AuthApp {
  readonly reached: Reached[] = [];
  /** What came on connections that are no longer HTTP. */
  tunnelled = "";
  /** Bytes of bodies that came. */
  bodyBytes = 0;
  port = 0;

  static async start(): Promise<AuthApp> {
    const app = new AuthApp();
    const sockets = new Set<Socket>();
    const note = ({ method, url, rawHeaders }: { method?: string; url?: string; rawHeaders: string[] }) =>
      app.reached.push({ method: method!, url: url!, headers: rawHeaders });
    const server = createServer({ maxHeaderSize: 256 * 1024 }, async (request, response) => {
      note(request);
      if (request.url!.startsWith("/events")) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: one\n\n");
        response.end("data: two\n\n");
        return;
      }
      for await (const chunk of request) app.bodyBytes += chunk.length;
      response.end(JSON.stringify(app.reached.at(-1)));
    });
    server.on("upgrade", (request, socket) => {
      note(request);
      const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash("sha1").update(key).digest("base64");
      socket
        .on("error", () => undefined)
        .on("data", (chunk) => {
          app.tunnelled += chunk;
        });
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onStop(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    app.port = (server.address() as AddressInfo).port;
    return app;
  }
}

/** What a WebSocket's client hears first: the app's greeting, or that it was not let in. */
export async function greeting(port: number, path: string, headers: OutgoingHttpHeaders): Promise<string> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: headers as Record<string, string> });
  const heard = await Promise.race([
    once(client, "message").then(([event]) => (event as MessageEvent).data as string),
    once(client, "error").then(() => "refused"),
  ]);
  client.close();
  return heard;
}

/** The ways to send one and the same token in headers. */
export const HEADER_FORMS = {
  "Slipway-Key": ({ keyId, secret }: SecretPair) => ({ "Slipway-Key": keyId, "Slipway-Secret": secret }),
  "Modal-Key": ({ keyId, secret }: SecretPair) => ({ "Modal-Key": keyId, "Modal-Secret": secret }),
  Bearer: ({ keyId, secret }: SecretPair) => ({ Authorization: `Bearer ${keyId}.${secret}` }),
} satisfies Record<string, (pair: SecretPair) => Record<string, string>>;
