/** What an app answers, and what the client may hear of it. */
export interface EvilAnswer {
  readonly name: string;
  /** One character a byte. */
  readonly bytes: string;
  /** The app closes its connection behind these bytes. */
  readonly ends: boolean;
  /** The status; and the body when it arrives whole, undefined when the client must see that it did not. */
  readonly status: number;
  readonly body: string | undefined;
  readonly why: string;
}

const bad =
  (why: string) =>
  ([name, bytes]: readonly [string, string]): EvilAnswer => ({
    name,
    bytes,
    ends: false,
    status: 502,
    body: "502",
    why,
  });

const OK = "HTTP/1.1 200 OK\r\n";
const TWO = "Content-Length: 2\r\n";
const CHUNKED = "Transfer-Encoding: chunked\r\n";

export const ANSWERS: readonly EvilAnswer[] = [
  ...(
    [
      ["two lengths", `${OK}${TWO}Content-Length: 3\r\n\r\nokk`],
      ["two equal lengths", `${OK}${TWO}${TWO}\r\nok`],
      ["a length and chunks", `${OK}${TWO}${CHUNKED}\r\n2\r\nok\r\n0\r\n\r\n`],
      ["chunks and a length", `${OK}${CHUNKED}${TWO}\r\n2\r\nok\r\n0\r\n\r\n`],
      ["a signed length", `${OK}Content-Length: +2\r\n\r\nok`],
      ["a length of 2^64 and 2", `${OK}Content-Length: 18446744073709551618\r\n\r\nok`],
      ["a folded header", `${OK}X: y\r\n z\r\n${TWO}\r\nok`],
      ["a bare carriage return in a header", `${OK}X: y\rz\r\n${TWO}\r\nok`],
      ["a NUL in a header", `${OK}X: y\0z\r\n${TWO}\r\nok`],
      ["a bell in a header", `${OK}X: y\x07z\r\n${TWO}\r\nok`],
      ["a space before the colon", `${OK}X : y\r\n${TWO}\r\nok`],
      ["a header without a colon", `${OK}X\r\n${TWO}\r\nok`],
      ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
      ["HTTP/2 in HTTP/1's form", `HTTP/2 200 OK\r\n${TWO}\r\nok`],
      ["a status of two digits", `HTTP/1.1 20 OK\r\n${TWO}\r\nok`],
      ["a status of four digits", `HTTP/1.1 2000 OK\r\n${TWO}\r\nok`],
      [
        "a 101 that nobody asked for",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nok",
      ],
      ["headers of 70,000 bytes", `${OK}X: ${"y".repeat(70_000)}\r\n${TWO}\r\nok`],
      ["random bytes", "\x7f\x45\x4c\x46\x02\x01\x01\0\r\n\r\n\0\0"],
      ["only bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"],
      ["a bare line feed behind a header", `${OK}X: y\n${TWO}\r\nok`],
    ] as const
  ).map(bad("RFC 9112 6.3 rule 5 and 2.2: an answer that two readers read differently is a 502")),

  {
    name: "a 204 with a body",
    bytes: `HTTP/1.1 204 No Content\r\n${TWO}\r\nok`,
    ends: false,
    status: 204,
    body: "",
    why: "RFC 9112 6.3 rule 1",
  },
  {
    name: "a 304 with a body",
    bytes: `HTTP/1.1 304 Not Modified\r\n${TWO}\r\nok`,
    ends: false,
    status: 304,
    body: "",
    why: "RFC 9112 6.3 rule 1",
  },
  {
    name: "more body than its length",
    bytes: `${OK}${TWO}\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    ends: false,
    status: 200,
    body: "ok",
    why: "RFC 9112 9.3: what nobody has asked for is not the next client's answer",
  },
  {
    name: "less body than its length",
    bytes: `${OK}Content-Length: 5\r\n\r\nok`,
    ends: true,
    status: 200,
    body: undefined,
    why: "RFC 9112 8: incomplete",
  },
  {
    name: "chunks without an end",
    bytes: `${OK}${CHUNKED}\r\n2\r\nok\r\n`,
    ends: true,
    status: 200,
    body: undefined,
    why: "RFC 9112 8: incomplete",
  },
  {
    name: "a bad chunk size",
    bytes: `${OK}${CHUNKED}\r\n2\r\nok\r\nzz\r\n`,
    ends: false,
    status: 200,
    body: undefined,
    why: "RFC 9112 7.1",
  },
  {
    name: "a bare line feed behind a chunk size",
    bytes: `${OK}${CHUNKED}\r\n2\r\nok\r\n2\nok\r\n0\r\n\r\n`,
    ends: false,
    status: 200,
    body: undefined,
    why: "RFC 9112 7.1",
  },
  {
    name: "a body that ends with its connection",
    bytes: `${OK}\r\nok`,
    ends: true,
    status: 200,
    body: "ok",
    why: "RFC 9112 6.3 rule 8",
  },
  { name: "nothing", bytes: "", ends: true, status: 502, body: "502", why: "RFC 9110 15.6.3" },
  { name: "half a header", bytes: `${OK}X: `, ends: true, status: 502, body: "502", why: "RFC 9110 15.6.3" },
  {
    name: "a thousand early hints",
    bytes: `${"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n".repeat(1000)}${OK}${TWO}\r\nok`,
    ends: false,
    status: 200,
    body: "ok",
    why: "RFC 9110 15.2: any number of them",
  },
  {
    name: "a thousand 102s",
    bytes: `${"HTTP/1.1 102 Processing\r\n\r\n".repeat(1000)}${OK}${TWO}\r\nok`,
    ends: false,
    status: 200,
    body: "ok",
    why: "RFC 9110 15.2: any number of them",
  },
  {
    name: "headers of one hop, and Slipway's",
    bytes: `${OK}${TWO}Connection: X-A\r\nX-A: 1\r\nKeep-Alive: timeout=1\r\nX-Slipway-Origin: forged\r\nX_Slipway_Origin: forged\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\n\r\nok`,
    ends: false,
    status: 200,
    body: "ok",
    why: "RFC 9110 7.6.1",
  },
];
