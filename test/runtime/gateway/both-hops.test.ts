import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { Router } from "../../../lib/local/router";
import { startReadyGateway } from "./gateway-process";
import {
  answerTo,
  exchange,
  freePorts,
  onStop,
  open,
  RawClient,
  send,
  startApp,
  startRawApp,
  stopEverything,
  until,
} from "./loopback";
import { PYTHON_SETUP_MS, PythonProcess, testPython } from "./python-process";

beforeAll(async () => {
  await testPython();
}, PYTHON_SETUP_MS);

afterEach(stopEverything);

/** The port of a router in front of a gateway in front of an app, as on a laptop; and the gateway's. */
async function hops(app: { readonly port: number }): Promise<{ readonly router: number; readonly gateway: number }> {
  const gateway = await startReadyGateway(app);
  const router = await Router.listen({ port: 0 });
  onStop(() => router.close());
  router.setRules([{ priority: 1, hosts: [], paths: [], target: "acme/web" }]);
  router.setTarget("acme/web", { port: gateway.port });
  return { router: router.port, gateway: gateway.port };
}

test("event n is read before event n+1 is sent", async () => {
  let response!: ServerResponse;
  const { router } = await hops(
    await startApp((_, r) => {
      response = r.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
    }),
  );
  const answer = await answerTo(open(router, "/"));
  for (let n = 0; n < 50; n++) {
    response.write(`data: ${n}\n\n`);
    const [chunk] = await once(answer, "data");
    expect(chunk.toString()).toBe(`data: ${n}\n\n`);
  }
  response.end();
  await once(answer, "end");
});

test("early hints, trailers and the answer to HEAD pass", async () => {
  const { router } = await hops(
    await startRawApp((socket) => {
      const answers: Record<string, string> = {
        GET:
          "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" +
          "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n",
        HEAD: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
      };
      socket.on("data", (text) => socket.write(answers[text.toString().split(" ")[0]!]!));
    }),
  );
  const request = " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  expect(await exchange(router, `GET${request}`)).toMatch(
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n.*\r\n2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n$/s,
  );
  expect(await exchange(router, `HEAD${request}`)).toMatch(/Content-Length: 5\r\n.*\r\n\r\n$/s);
});

test.each([
  ["before the answer", "/", "POST"],
  ["within the answer", "/stream", "GET"],
])("a client that leaves %s stops the work of an ASGI app within a second", async (_, path, method) => {
  const [port] = await freePorts(1);
  const app = await PythonProcess.start(
    "-m",
    "uvicorn",
    "recorder:app",
    "--port",
    String(port),
    "--log-level",
    "error",
  );
  const ports = await hops({ port: port! });
  let lines = 0;
  for (const hop of [ports.gateway, ports.router]) {
    const outgoing = open(hop, path, { method });
    if (path === "/stream") await once(await answerTo(outgoing), "data");
    else outgoing.end();
    expect(await app.line(++lines)).toBe("began");
    outgoing.destroy();
    const left = performance.now();
    expect(await app.line(++lines)).toBe("disconnected");
    expect(performance.now() - left).toBeLessThan(1000);
  }
});

test("an upgrade and what is refused of one pass the router as they pass the gateway", async () => {
  const { router, gateway } = await hops(await startApp((_, response) => response.end("plain")));
  const ask = (header: string) =>
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${header}\r\n`;
  for (const port of [router, gateway]) {
    expect(await exchange(port, ask(""))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(port, ask("Sec-WebSocket-Key: a\r\n"))).toMatch(/^HTTP\/1\.1 200 .*plain/s);
    const client = (await RawClient.connect(port)).write(ask("").replace("websocket", "h2c"));
    await client.receives("plain");
    expect(client.isClosed).toBe(false);
  }
  expect((await send(router, "/")).text).toBe("plain");
});

test("a router that closes ends what it has upgraded", async () => {
  let app: { closed: boolean } | undefined;
  const gateway = await startReadyGateway(
    await startRawApp((socket) => {
      socket.once("data", () => {
        app = socket;
        socket.write("HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      });
    }),
  );
  const told: unknown[] = [];
  const router = await Router.listen({ port: 0, onRequest: (request) => told.push(request) });
  router.setRules([{ priority: 1, hosts: [], paths: [], target: "acme/web" }]);
  router.setTarget("acme/web", { port: gateway.port });
  const client = (await RawClient.connect(router.port)).write(
    "GET /ws?a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n",
  );
  await client.receives("101 OK");
  await router.close();
  await client.closes();
  await until(() => app!.closed, "the app sees its client go away");
  expect(told).toEqual([expect.objectContaining({ target: "acme/web", method: "GET", path: "/ws", status: 101 })]);
});
