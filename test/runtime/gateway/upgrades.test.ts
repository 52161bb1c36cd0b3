import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type GatewayProcess, startGateway, startReadyGateway } from "./gateway-process";
import { exchange, freePorts, onStop, RawClient, startRawApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const ASK = `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}\r\n`;
const AGREE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

/** The app's end of one connection that upgrades. */
class AppEnd {
  text = "";
  isEnded = false;
  isClosed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(readonly socket: Socket) {
    socket.setEncoding("latin1").on("data", (chunk) => {
      this.text += chunk;
    });
    socket.once("end", () => {
      this.isEnded = true;
    });
    socket.once("error", (error) => {
      this.error = error;
    });
    socket.once("close", () => {
      this.isClosed = true;
    });
  }

  receives(part: string) {
    return until(() => this.text.includes(part), `the app gets ${JSON.stringify(part)}`);
  }
}

/** A gateway in front of an app that writes bytes of its own; `next` is the app's end of the next connection it gets. */
async function rawApp(own: Parameters<typeof startReadyGateway>[1] = {}) {
  const ends: AppEnd[] = [];
  const app = await startRawApp((socket) => {
    const end = new AppEnd(socket);
    socket.once("data", () => ends.push(end));
  });
  const gateway = await startReadyGateway(app, own);
  const next = async () => {
    const before = ends.length;
    await until(() => ends.length > before, "the app is asked");
    return ends.at(-1)!;
  };
  const asked = async (text = ASK) => {
    const client = await RawClient.connect(gateway.port);
    const asking = next();
    client.write(text);
    return { client, app: await asking };
  };
  const opened = async () => {
    const pair = await asked();
    pair.app.socket.write(AGREE);
    await pair.client.receives("\r\n\r\n");
    return pair;
  };
  return { gateway, app, next, asked, opened };
}

test("the app is asked first, and the client's 101 is the app's, header for header", async () => {
  const { asked } = await rawApp();
  const { client, app } = await asked(
    "GET /ws?a=%2F HTTP/1.1\r\nHost: shop.example\r\nOrigin: https://shop.example\r\nCookie: a=1\r\nUpgrade: WebSocket\r\n" +
      `Connection: keep-alive, Upgrade, X-Hop\r\nX-Hop: 1\r\nX-Slipway-A: 1\r\n${KEY}Sec-WebSocket-Protocol: a, b\r\n` +
      "Sec-WebSocket-Extensions: permessage-deflate\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
  );
  expect(app.text.split("\r\n")).toEqual([
    ...["GET /ws?a=%2F HTTP/1.1", "Host: shop.example", "Origin: https://shop.example", "Cookie: a=1", KEY.trim()],
    ...["Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Extensions: permessage-deflate", "X-Forwarded-For: 1.2.3.4"],
    ...["X-Forwarded-Proto: http", expect.stringMatching(/^X-Forwarded-Port: \d+$/), "Connection: Upgrade"],
    ...["Upgrade: WebSocket", "", ""],
  ]);
  expect(client.text).toBe("");
  app.socket.write(
    "HTTP/1.1 101 Go Ahead\r\nupgrade: websocket\r\nconnection: upgrade\r\nSec-WebSocket-Accept: x\r\n" +
      "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Slipway-A: 1\r\nSec-WebSocket-Protocol: b\r\n\r\n",
  );
  await client.receives("\r\n\r\n");
  expect(client.text).toBe(
    "HTTP/1.1 101 Go Ahead\r\nSec-WebSocket-Accept: x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nSec-WebSocket-Protocol: b\r\n" +
      "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
});

test("any other protocol that the app agrees to is passed on too, with any bytes", async () => {
  const { asked } = await rawApp();
  const { client, app } = await asked("POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n");
  app.socket.write("HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n");
  await client.receives("Upgrade: echo/1\r\n\r\n");
  const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
  client.write(bytes);
  await app.receives(bytes);
  app.socket.write(bytes, "latin1");
  await client.receives(bytes);
});

test("bytes right behind the request and right behind the 101 are kept, in 200 trials", async () => {
  const ends = await startRawApp((socket) => {
    let text = "";
    let isOpen = false;
    socket.setEncoding("latin1").on("data", (chunk) => {
      text += chunk;
      if (!isOpen && text.includes("\r\n\r\n")) {
        isOpen = true;
        socket.write(`${AGREE}first from the app.`);
      }
      if (text.endsWith("second.")) socket.end(`heard: ${text.slice(text.indexOf("\r\n\r\n") + 4)}`);
    });
  });
  const gateway = await startReadyGateway(ends);
  const trial = async () => {
    const client = (await RawClient.connect(gateway.port)).write(`${ASK}first from the client, `);
    client.write("second.");
    expect(await client.closes()).toMatch(/\r\n\r\nfirst from the app\.heard: first from the client, second\.$/);
  };
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 10 }, trial));
});

test.each([
  ["a 401 with its challenge", "401 Unauthorized", "WWW-Authenticate: Basic\r\n"],
  ["a 404", "404 Not Found", ""],
  ["a 426 with the version it wants", "426 Upgrade Required", "Sec-WebSocket-Version: 13\r\n"],
  ["a redirect", "302 Found", "Location: /elsewhere\r\n"],
  ["a 200", "200 OK", ""],
])("an app that answers %s is heard, and the connection is closed", async (_, status, header) => {
  const { asked } = await rawApp();
  const { client, app } = await asked(`${ASK}early`);
  app.socket.write(`HTTP/1.1 ${status}\r\n${header}Date: now\r\nContent-Length: 4\r\n\r\nbo`);
  await client.receives("\r\n\r\nbo");
  app.socket.write("dy");
  const text = await client.closes();
  expect(text).toBe(`HTTP/1.1 ${status}\r\n${header}Date: now\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody`);
  await until(() => app.isClosed, "the app's connection closes");
  expect(app.text).not.toContain("early");
});

test("an answer in chunks and one that ends with its connection pass whole, one that breaks off does not", async () => {
  const { asked } = await rawApp();
  for (const [answer, isWhole] of [
    ["HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", true],
    ["HTTP/1.1 403 No\r\n\r\nno", true],
    ["HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n", false],
  ] as const) {
    const { client, app } = await asked();
    app.socket.end(answer);
    const text = await client.closes();
    expect(text).toMatch(/^HTTP\/1\.1 403 No\r\n.*2\r\nno\r\n/s);
    expect(text.endsWith("0\r\n\r\n")).toBe(isWhole);
  }
});

test("an app that is gone, breaks off or answers nonsense gives a 502 that says who answers", async () => {
  const { gateway, asked, app } = await rawApp();
  for (const [answer, code] of [
    ["", "app_disconnected"],
    ["SSH-2.0\r\n\r\n", "app_bad_response"],
    ["HTTP/1.1 101 OK\r\n\r\n", "app_bad_response"],
    ["HTTP/1.1 101 O\x01K\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "app_bad_response"],
  ] as const) {
    const { client, app } = await asked();
    app.socket.end(answer, "latin1");
    expect(await client.closes()).toMatch(new RegExp(`^HTTP/1\\.1 502 .*x-slipway-origin: gateway.*"${code}"`, "s"));
  }
  await app.stop();
  expect(await exchange(gateway.port, ASK)).toMatch(/^HTTP\/1\.1 502 .*x-slipway-origin: gateway.*"app_unreachable"/s);
});

test("an app that is not ready yet gives a 503", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway({ port: port! });
  expect(await exchange(gateway.port, ASK)).toMatch(/^HTTP\/1\.1 503 .*connection: close.*"app_starting"/is);
});

test("in path mode the app sees the path below the label, and what it answers gets the label", async () => {
  const { gateway, asked } = await rawApp({ web: { stripPrefix: "/acme-web" } });
  const { client, app } = await asked(ASK.replace("/ws", "/acme-web/ws"));
  expect(app.text).toMatch(/^GET \/ws HTTP.*X-Forwarded-Prefix: \/acme-web\r\n/s);
  app.socket.write(AGREE.replace("\r\n\r\n", "\r\nSet-Cookie: a=1; Path=/\r\n\r\n"));
  await client.receives("Set-Cookie: a=1; Path=/acme-web/\r\n");
  expect(await exchange(gateway.port, ASK.replace("/ws", "/acme-web"))).toMatch(/^HTTP\/1\.1 308 .*\/acme-web\//s);
  expect(await exchange(gateway.port, ASK)).toMatch(/^HTTP\/1\.1 404 .*not_found/s);
  expect(await exchange(gateway.port, ASK.replace("/ws", "/acme-web/_slipway"))).toMatch(/^HTTP\/1\.1 404 /);
});

test("an upgrade on a connection that has served requests works like any other", async () => {
  const { asked, next } = await rawApp();
  const { client, app } = await asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  app.socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  await client.receives("hi");
  const upgraded = next();
  client.write(ASK);
  (await upgraded).socket.write(`${AGREE}hello`);
  await client.receives("hello");
});

test("an upgrade behind an unanswered request closes the connection", async () => {
  const { asked } = await rawApp();
  const { client, app } = await asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await client.write(ASK).closes()).toBe("");
  await until(() => app.isClosed, "the app sees its client go away");
});

test("an end passes as an end, and the other direction stays open", async () => {
  for (const side of ["client", "app"] as const) {
    const { client, app } = await halfOpen();
    const [ending, staying] = side === "client" ? [client, app] : [app, client];
    ending.socket.end("last");
    await until(() => staying.isEnded && staying.text.endsWith("last"), "the end passes");
    staying.socket.write("still here");
    await until(() => ending.text.endsWith("still here"), "the other direction is open");
    staying.socket.end();
    await until(() => ending.isClosed && staying.isClosed, "both are closed");
    expect([ending.error, staying.error]).toEqual([undefined, undefined]);
  }
});

/** Both ends of one upgraded connection, both able to be half-open. */
async function halfOpen() {
  let app!: AppEnd;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const end = new AppEnd(socket);
    socket.once("data", () => {
      app = end;
      socket.write(AGREE);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onStop(() => server.close());
  const gateway = await startReadyGateway({ port: (server.address() as AddressInfo).port });
  const client = new AppEnd(connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true }));
  onStop(() => client.socket.destroy());
  client.socket.write(ASK);
  await until(() => client.text.includes("\r\n\r\n"), "the protocol is changed");
  return { client, app, gateway };
}

test("a break passes as a break, and no byte is invented", async () => {
  const { client, app } = await halfOpen();
  client.text = "";
  app.socket.write("some");
  await until(() => client.text === "some", "bytes pass");
  app.socket.resetAndDestroy();
  await until(() => client.isClosed, "the client's connection breaks");
  expect(client.error?.code).toBe("ECONNRESET");
  expect(client.text).toBe("some");

  const other = await halfOpen();
  other.client.socket.resetAndDestroy();
  await until(() => other.app.isClosed, "the app's connection breaks");
  expect(other.app.error?.code).toBe("ECONNRESET");
});

test("a client that closes is broken off at an app that goes on writing", async () => {
  const { client, app } = await halfOpen();
  client.socket.destroy();
  await until(() => app.isEnded, "the app hears the end");
  await until(() => {
    if (!app.isClosed) app.socket.write("more");
    return app.isClosed;
  }, "the app's connection breaks");
});

test("a client that goes away while the app thinks about it is noticed at once", async () => {
  const { asked } = await rawApp();
  for (const text of [ASK, `${ASK}early`]) {
    const { client, app } = await asked(text);
    if (text === ASK) client.socket.end();
    else client.socket.resetAndDestroy();
    const left = performance.now();
    await until(() => app.isClosed, "the app sees its client go away");
    expect(performance.now() - left).toBeLessThan(1000);
  }
});

test("whoever reads slowly holds the other side back, not memory", async () => {
  const { gateway, opened } = await rawApp();
  const before = gateway.residentMiB();
  const piece = Buffer.alloc(256 * 1024, "x");
  const total = 400;
  for (const side of ["client", "app"] as const) {
    const { client, app } = await opened();
    const [from, to] = side === "client" ? [client.socket, app.socket] : [app.socket, client.socket];
    to.removeAllListeners("data").pause();
    let written = 0;
    const pour = () => {
      while (written < total) {
        written++;
        if (!from.write(piece)) return void from.once("drain", pour);
      }
    };
    pour();
    await stalls(() => written);
    expect(written).toBeLessThan(total / 2);
    expect(gateway.residentMiB() - before).toBeLessThan(60);
    let received = 0;
    to.on("data", (chunk) => {
      received += chunk.length;
    }).resume();
    await until(() => received === total * piece.length, "everything arrives");
  }
});

async function stalls(count: () => number): Promise<void> {
  let last = -1;
  let since = performance.now();
  await until(() => {
    if (count() !== last) {
      last = count();
      since = performance.now();
    }
    return performance.now() - since > 300;
  }, "the writer is held back");
}

test("an upgraded connection is in flight until it is closed, and then the draining gateway exits", async () => {
  const { gateway, opened } = await rawApp();
  const { client, app } = await opened();
  gateway.kill("SIGTERM");
  expect(await gateway.logged("draining")).toMatchObject({ inFlight: 1 });
  const late = await opened();
  for (const pair of [{ client, app }, late]) {
    pair.client.write("ping");
    await pair.app.receives("ping");
    expect(gateway.isRunning).toBe(true);
    pair.client.socket.end();
    await until(() => pair.app.isClosed, "the connection is closed");
  }
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained", cutOff: 0 });
});

test("at the drain's deadline upgraded connections are cut off and counted", async () => {
  const { gateway, opened } = await rawApp({ drain: { deadlineMs: 300 } });
  const { client, app } = await opened();
  gateway.kill("SIGTERM");
  await gateway.logged("exit");
  expect(gateway.event("exit")).toMatchObject({ reason: "drain_deadline", cutOff: 1 });
  await client.closes();
  await until(() => app.isClosed, "the app's connection closes");
});

test("refused upgrades, broken ones and closed ones all leave nothing in flight", async () => {
  const { gateway, opened, asked } = await rawApp();
  await exchange(gateway.port, ASK.replace(KEY, ""));
  (await opened()).client.socket.resetAndDestroy();
  (await opened()).app.socket.resetAndDestroy();
  (await asked()).client.socket.destroy();
  (await asked()).app.socket.end("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  await expectNothingInFlight(gateway);
});

async function expectNothingInFlight(gateway: GatewayProcess): Promise<void> {
  gateway.kill("SIGTERM");
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained", cutOff: 0 });
  expect(gateway.stderr).toBe("");
}
