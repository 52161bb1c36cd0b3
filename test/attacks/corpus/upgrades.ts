import { type Attack, type Forwarded, forwarded, get, type Place, post, refused } from "./attack";

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const ASK = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`;
const SOCKET = ASK + KEY;
const HIDDEN = ["upgrade", "http2-settings"];

const declined = (bytes: Attack["bytes"]) => (place: Place) => bytes({ ...place, path: `${place.path}/declined` });
const plain = (seen: Forwarded = {}, then: "open" | "closed" = "open") => forwarded({ without: HIDDEN, ...seen }, then);

/** Requests to leave HTTP. An app that agrees has what follows; one that declines must not have it as a request. */
export const UPGRADES: readonly Attack[] = [
  ...(
    [
      ["no key", get(ASK)],
      ["two keys", get(SOCKET + KEY)],
      ["POST", get(SOCKET, "POST")],
      ["HEAD", get(SOCKET, "HEAD")],
      ["a length", post(`${SOCKET}Content-Length: 2\r\n`, "ab", "GET")],
      ["chunks", post(`${SOCKET}Transfer-Encoding: chunked\r\n`, "0\r\n\r\n", "GET")],
      ["no Host", ({ path }) => `GET ${path} HTTP/1.1\r\n${SOCKET}\r\n`],
      ["two Hosts", get(`Host: b.test\r\n${SOCKET}`)],
      ["an absolute target", (p) => get(SOCKET)({ ...p, path: `http://a.test${p.path}` })],
      ["a folded Upgrade", get(`Connection: Upgrade\r\nUpgrade:\r\n websocket\r\n${KEY}`)],
      ["a space before the colon of Upgrade", get(`Connection: Upgrade\r\nUpgrade : websocket\r\n${KEY}`)],
      ["a NUL in Upgrade", get(`Connection: Upgrade\r\nUpgrade: web\0socket\r\n${KEY}`)],
      ["a bare line feed before Upgrade", get(`Connection: Upgrade\nUpgrade: websocket\r\n${KEY}`)],
      ["a length and chunks", post(`${SOCKET}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, "0\r\n\r\n", "GET")],
    ] as [string, Attack["bytes"]][]
  ).map(
    ([name, bytes]): Attack => ({
      name: `a WebSocket with ${name}`,
      bytes,
      must: refused(),
      why: "RFC 6455 4.1 and RFC 9110 7.8",
    }),
  ),

  ...(
    [
      ["HTTP/2", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n")],
      ["HTTP/2 in capitals", get("Connection: Upgrade\r\nUpgrade: H2C\r\n")],
      ["HTTP/2 among others", get(`Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n${KEY}`)],
      ["HTTP/2 on a second line", get(`Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n${KEY}`)],
      ["HTTP/2 with a version", get("Connection: Upgrade\r\nUpgrade: h2c/1\r\n")],
      ["h2", get("Connection: Upgrade\r\nUpgrade: h2\r\n")],
      ["another HTTP", get("Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n")],
      ["TLS", get("Connection: Upgrade\r\nUpgrade: TLS/1.3\r\n")],
      ["what is no name of a protocol", get("Connection: Upgrade\r\nUpgrade: h2c: h2c\r\n")],
      ["two names in one", get("Connection: Upgrade\r\nUpgrade: echo h2c\r\n")],
      ["nothing", get("Connection: Upgrade\r\nUpgrade:\r\n")],
    ] as [string, Attack["bytes"]][]
  ).map(
    ([name, bytes]): Attack => ({
      name: `an upgrade to ${name}`,
      bytes,
      must: plain(),
      why: "RFC 9110 7.8: a server may ignore it; through h2c a client would reach the app unseen",
    }),
  ),

  {
    name: "Connection: Upgrade without Upgrade",
    bytes: get("Connection: Upgrade\r\n"),
    must: plain(),
    why: "RFC 9110 7.8",
  },
  {
    name: "an upgrade with a body",
    bytes: post("Connection: Upgrade\r\nUpgrade: echo\r\nContent-Length: 5\r\n", "abcde"),
    must: plain({ body: "abcde" }),
    why: "RFC 9110 7.8: it would first be answered in both protocols",
  },
  {
    name: "an upgrade with chunks",
    bytes: post("Connection: Upgrade\r\nUpgrade: echo\r\nTransfer-Encoding: chunked\r\n", "5\r\nabcde\r\n0\r\n\r\n"),
    must: plain({ body: "abcde" }),
    why: "RFC 9110 7.8: it would first be answered in both protocols",
  },
  {
    name: "an upgrade with chunks and a length",
    bytes: post(
      "Connection: Upgrade\r\nUpgrade: echo\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "5\r\nabcde\r\n0\r\n\r\n",
    ),
    must: refused(),
    why: "RFC 9112 6.1",
  },
  {
    name: "an upgrade in HTTP/1.0",
    bytes: ({ host, path }) => `GET ${path} HTTP/1.0\r\nHost: ${host}\r\n${SOCKET}\r\n`,
    must: plain({}, "closed"),
    why: "RFC 9110 7.8: ignored",
  },
  {
    name: "a request behind a WebSocket that the app declines",
    bytes: declined((p) => get(SOCKET)(p)),
    must: forwarded({ having: ["upgrade: websocket"] }, "closed"),
    why: "what follows was meant for another protocol; answered 200, as many do",
  },
  {
    name: "a request behind another upgrade that the app declines",
    bytes: declined((p) => get("Connection: Upgrade\r\nUpgrade: echo\r\n")(p)),
    must: forwarded({ having: ["upgrade: echo"] }, "closed"),
    why: "what follows was meant for another protocol",
  },
  {
    name: "an upgrade that takes Slipway's headers along",
    bytes: declined((p) => get(`${SOCKET}X-Slipway-Caller: root\r\nProxy: x\r\nX-Forwarded-Prefix: /evil\r\n`)(p)),
    must: forwarded({ without: ["x-slipway-caller", "proxy", "x-forwarded-prefix"] }, "closed"),
    why: "an upgrade is a request like any other",
  },
  {
    name: "an upgrade that announces trailers",
    bytes: declined((p) => get(`${SOCKET}Trailer: X-Sum\r\n`)(p)),
    must: forwarded({ having: ["upgrade: websocket"] }, "closed"),
    why: "RFC 9110 6.6.2: nothing that they could come behind; Node's client throws, which has ended the gateway once",
  },
  {
    name: "an upgrade to the gateway's own path",
    bytes: (p) => get(SOCKET)({ ...p, path: `/a/../_slipway${p.path}` }),
    must: { kind: "refused", status: 404 },
    why: "an answer to an upgrade closes",
  },
];
