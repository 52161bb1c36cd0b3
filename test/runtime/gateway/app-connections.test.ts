import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { startReadyGateway } from "./gateway-process";
import { RawClient, send, startApp, startRawApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

test("a connection to the app is used again", async () => {
  const gateway = await startReadyGateway(
    await startApp((_, response) => response.end(String(response.socket!.remotePort))),
  );
  const clientPorts = new Set<string>();
  for (let i = 0; i < 5; i++) clientPorts.add((await send(gateway.port, "/")).text);
  expect(clientPorts.size).toBe(1);
});

test("there are as many connections to the app as there are requests at once", async () => {
  const waiting: ServerResponse[] = [];
  const gateway = await startReadyGateway(await startApp((_, response) => void waiting.push(response)));
  const answers = Promise.all(Array.from({ length: 150 }, () => send(gateway.port, "/")));
  await until(() => waiting.length === 150, "all requests are at the app at once");
  for (const response of waiting) response.end("ok");
  expect((await answers).every(({ text }) => text === "ok")).toBe(true);
});

test.each([
  ["says nothing", ""],
  ["would keep it", "Keep-Alive: timeout=60\r\n"],
])("a connection that has been idle for poolIdleMs is closed when the app %s", async (_, hint) => {
  const sockets: Socket[] = [];
  const app = await startRawApp((socket) => {
    sockets.push(socket);
    socket.on("data", () => socket.write(`HTTP/1.1 200 OK\r\n${hint}Content-Length: 0\r\n\r\n`));
  });
  const gateway = await startReadyGateway(app, { upstream: { poolIdleMs: 50 } });
  await send(gateway.port, "/");
  await until(() => sockets.every((socket) => socket.closed), "the gateway closes the connection", 2000);
});

test("with poolIdleMs 0 every request has a connection of its own", async () => {
  const app = await startApp((request, response) => response.end(request.headers.connection));
  const gateway = await startReadyGateway(app, { upstream: { poolIdleMs: 0 } });
  expect((await send(gateway.port, "/")).text).toBe("close");
});

/** Answers the first request of each connection and drops the connection at the second. */
const dropping = () =>
  startRawApp((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      socket.once("data", () => socket.destroy());
    });
  });

test.each(["GET", "DELETE"])("a connection that the app dropped while idle costs a %s one retry", async (method) => {
  const app = await dropping();
  const gateway = await startReadyGateway(app);
  expect((await send(gateway.port, "/")).text).toBe("ok");
  const before = app.seen;
  expect((await send(gateway.port, "/", { method })).text).toBe("ok");
  expect(app.seen).toBe(before + 1);
});

test("a connection that the app dropped while idle fails what must not be sent twice", async () => {
  const gateway = await startReadyGateway(await dropping());
  expect((await send(gateway.port, "/")).text).toBe("ok");
  const answer = await send(gateway.port, "/", { method: "POST" });
  expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([502, "app_disconnected"]);
});

test("a request whose fresh connection the app drops is not sent again", async () => {
  const app = await startRawApp((socket) => socket.once("data", () => socket.destroy()));
  const gateway = await startReadyGateway(app);
  const before = app.seen;
  const answer = await send(gateway.port, "/");
  expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([502, "app_disconnected"]);
  expect(app.seen).toBe(before + 1);
});

test("a request whose answer breaks within its header is not sent again", async () => {
  const app = await startRawApp((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-"));
    });
  });
  const gateway = await startReadyGateway(app);
  await send(gateway.port, "/");
  const before = app.seen;
  expect((await send(gateway.port, "/")).status).toBe(502);
  expect(app.seen).toBe(before);
});

test.each([
  ["HEAD", "200 OK", "Content-Length: 5\r\n"],
  ["HEAD", "200 OK", "Transfer-Encoding: chunked\r\n"],
  ["HEAD", "200 OK", ""],
  ["GET", "304 Not Modified", "Content-Length: 5\r\n"],
])(
  "an app that may send a body with its answer to %s, %s, %j gets no request behind it",
  async (method, status, length) => {
    const app = await startRawApp((socket) => {
      socket.on("data", (bytes) => {
        if (bytes.includes("/first")) socket.write(`HTTP/1.1 ${status}\r\n${length}\r\n`);
        // Late, and made to look like the answer to the next request.
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
      });
    });
    const gateway = await startReadyGateway(app);
    const before = app.seen;
    await send(gateway.port, "/first", { method });
    await send(gateway.port, "/second");
    expect(app.seen).toBe(before + 2);
  },
);

test.each([
  ["HEAD", "200 OK", "Content-Length: 0\r\n"],
  ["GET", "304 Not Modified", ""],
  ["GET", "204 No Content", ""],
])("a connection is used again after an answer that has no body: %s, %s, %j", async (method, status, length) => {
  const app = await startRawApp((socket) => {
    socket.on("data", () => socket.write(`HTTP/1.1 ${status}\r\n${length}\r\n`));
  });
  const gateway = await startReadyGateway(app);
  const before = app.seen;
  for (let i = 0; i < 3; i++) await send(gateway.port, "/", { method });
  expect(app.seen).toBe(before + 1);
});

test.each([
  ["whose client left within the answer", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["that was answered before its body had come", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\npart"],
])("a request %s leaves no connection to the next one", async (_, ask) => {
  const app = await startRawApp((socket) => {
    socket.on("data", (bytes) => {
      const body = bytes.includes("GET / ") ? "2\r\nok\r\n" : "2\r\nok\r\n0\r\n\r\n";
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
    });
  });
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 1 } } });
  const before = app.seen;
  const client = (await RawClient.connect(gateway.port)).write(ask);
  await client.receives("ok");
  client.socket.destroy();
  expect((await send(gateway.port, "/next")).text).toBe("ok");
  expect(app.seen).toBe(before + 2);
});

test.each([429, 502, 503, 504])("an app's %s is its answer: the request is not sent again", async (status) => {
  const app = await startApp((_, response) => response.writeHead(status, { "retry-after": "7" }).end("mine"));
  const gateway = await startReadyGateway(app);
  for (let i = 1; i <= 2; i++) {
    const answer = await send(gateway.port, "/");
    expect([answer.status, answer.text, answer.headers["retry-after"]]).toEqual([status, "mine", "7"]);
    expect(answer.headers["x-slipway-origin"]).toBeUndefined();
    expect(app.seen).toBe(i);
  }
});
