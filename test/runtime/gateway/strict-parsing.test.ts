import { startReadyGateway } from "./gateway-process";
import { exchange, RawClient, startApp, stopEverything, until } from "./loopback";

/** What is malformed from the start is in `test/attacks/corpus`; here, what is so behind a sound beginning. */

afterEach(stopEverything);

const GET = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

test("nothing is written into an answer that has begun when the rest of its request is malformed", async () => {
  const streaming = await startApp((request, response) => {
    response.write("begun");
    request.resume();
  });
  const { port } = await startReadyGateway(streaming);
  const client = (await RawClient.connect(port)).write(CHUNKED);
  await client.receives("begun");
  client.write("zz\r\n");
  const text = await client.closes();
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(text).not.toContain("0\r\n\r\n");
});

test.each([
  ["bytes that are no request", "zz\r\n\r\n"],
  ["a request with a malformed body", `${CHUNKED}zz\r\n`],
  ["a malformed request and more bytes than fit a packet", `FOO / HTTP/1.1\r\n${"x".repeat(300_000)}`],
])(
  "an answer that has begun goes on to its end though %s came behind its request, and nothing follows it",
  async (_, bytes) => {
    const urls: string[] = [];
    let finish: (() => void) | undefined;
    const app = await startApp((request, response) => {
      urls.push(request.url!);
      response.write("begun, ");
      finish = () => response.end("and done");
    });
    const { port } = await startReadyGateway(app);
    const client = (await RawClient.connect(port)).write(GET);
    await client.receives("begun");
    const seen = client.socket.bytesWritten;
    client.write(bytes);
    await until(() => client.socket.bytesWritten > seen, "they are written");
    finish!();
    const text = await client.closes();
    // What comes when the answer is over already is refused behind it.
    expect(text).toMatch(/begun, .*and done\r\n0\r\n\r\n(HTTP\/1\.1 400 .*)?$/s);
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(urls).toEqual(["/first"]);
  },
);

test("a CONNECT behind an unanswered request closes the connection, and nothing is written into the answer", async () => {
  const app = await startApp((_, response) => response.write("begun"));
  const { port } = await startReadyGateway(app);
  const client = (await RawClient.connect(port)).write(GET);
  await client.receives("begun");
  const text = await client.write("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n").closes();
  expect(text).toMatch(/begun\r\n$/);
});

test.each([
  ["that leave at once", ""],
  ["behind requests that close, that leave at once", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
])("clients of CONNECT %s do not end the gateway", async (_, before) => {
  const app = await startApp((__, response) => response.end());
  const gateway = await startReadyGateway(app);
  for (let i = 0; i < 100; i++) {
    const client = await RawClient.connect(gateway.port);
    client.write(`${before}CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n`);
    client.socket.resetAndDestroy();
  }
  expect(await exchange(gateway.port, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  expect([gateway.isRunning, gateway.event("crash"), gateway.stderr]).toEqual([true, undefined, ""]);
});
