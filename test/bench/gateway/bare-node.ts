import { Agent, createServer, type IncomingMessage, request } from "node:http";
import { tunnel } from "./bare-tunnel";

/**
 * The least that is a proxy, on Node's own server and client: it strips what belongs to one connection and streams both
 * ways, and a client that goes away ends its request. No checks, timers, limits or refusals.
 */
const upstream = Number(process.env.UPSTREAM);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

function headersOf({ headers, socket }: IncomingMessage) {
  const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...kept } = headers;
  kept["x-forwarded-for"] ??= socket.remoteAddress;
  return kept;
}

createServer({ keepAliveTimeout: 300_000 }, (incoming, response) => {
  const { method, url: path } = incoming;
  const outgoing = request(
    { agent, host: "127.0.0.1", port: upstream, method, path, headers: headersOf(incoming) },
    (answer) => {
      response.writeHead(answer.statusCode!, answer.statusMessage, headersOf(answer));
      answer.pipe(response);
    },
  );
  outgoing.on("error", () => response.destroy());
  response.once("close", () => {
    if (!response.writableEnded) outgoing.destroy();
  });
  incoming.pipe(outgoing);
})
  .on("upgrade", tunnel(upstream))
  .listen(Number(process.env.PORT), "127.0.0.1");
