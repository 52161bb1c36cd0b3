import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { exchange, RawClient, startApp, stopEverything } from "./loopback";

const targets: string[] = [];
let gateway: GatewayProcess;

beforeAll(async () => {
  const app = await startApp((request, response) => {
    targets.push(request.url!);
    request.resume().once("end", () => response.end());
  });
  gateway = await startReadyGateway(app);
});

afterAll(stopEverything);

const codeOf = (text: string) => JSON.parse(text.slice(text.indexOf("{"))).error.code;

const POST = "POST / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/** `exchange` returns only when the gateway has closed the connection. */
test.each([
  ["both a length and chunks", `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ["both chunks and a length", `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  ["two equal lengths", `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`],
  ["two lengths", `${POST}Content-Length: 5\r\nContent-Length: 0\r\n\r\nabcde`],
  ["a list of lengths", `${POST}Content-Length: 5, 5\r\n\r\nabcde`],
  ["a signed length", `${POST}Content-Length: +5\r\n\r\nabcde`],
  ["chunked twice", `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ["chunked not as the last coding", `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ["a coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"],
  ["a folded first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"],
  ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"],
  ["no header name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"],
  ["only bare line feeds", "GET / HTTP/1.1\nHost: a\n\n"],
  ["a bare line feed after a header", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"],
  ["a bare line feed after the headers", "GET / HTTP/1.1\r\nHost: a\r\n\n"],
  ["a bare carriage return", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"],
  ["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"],
  ["a bad chunk size", `${CHUNKED}zz\r\n\r\n`],
  ["a hexadecimal prefix on a chunk size", `${CHUNKED}0x1\r\na\r\n0\r\n\r\n`],
  ["a space after a chunk size", `${CHUNKED}1 \r\na\r\n0\r\n\r\n`],
  ["a bare line feed after a chunk size", `${CHUNKED}1\na\r\n0\r\n\r\n`],
  ["a bare line feed in a chunk extension", `${CHUNKED}1;a\nb\r\na\r\n0\r\n\r\n`],
  ["a chunk that is longer than it says", `${CHUNKED}1\r\naXX0\r\n\r\n`],
  ["no Host", "GET / HTTP/1.1\r\n\r\n"],
  ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  ["a Host that is a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  ["an absolute target", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["the target *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a target without a slash", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a byte that no target has", "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["an unknown method", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["an unknown version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"],
  ["HTTP/2 in HTTP/1's form", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
  ["no version", "GET /\r\n\r\n"],
])("a request with %s is refused with 400 and nothing after it is served", async (_, bytes) => {
  const text = await exchange(gateway.port, bytes + SMUGGLED);
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text).toMatch(/\r\nconnection: close\r\n/i);
  expect(text).toContain("\r\nx-slipway-origin: gateway\r\n");
  expect(codeOf(text)).toBe("bad_request");
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(targets).not.toContain("/smuggled");
});

test.each(["gzip, chunked", "xchunked"])("the transfer coding %s is refused with 501 and a close", async (coding) => {
  const text = await exchange(gateway.port, `${POST}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n${SMUGGLED}`);
  expect(text).toMatch(/^HTTP\/1\.1 501 .*Connection: close/s);
  expect(codeOf(text)).toBe("unsupported_transfer_coding");
  expect(targets).not.toContain("/smuggled");
});

test("chunk extensions without end are refused with 413", async () => {
  const client = (await RawClient.connect(gateway.port)).write(`${CHUNKED}1;${"a".repeat(20_000)}`);
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 413 .*body_framing_too_large/s);
});

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
