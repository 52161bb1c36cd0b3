import { type Attack, attack, CHUNKED, cut, five, forwarded, get, type Place, post, refused, smuggled } from "./attack";

const NO_CHUNKS = "0\r\n\r\n";
const FIVE = "Content-Length: 5\r\n";

const length = (value: string) => five(`Content-Length:${value}\r\n`);
const coding = (value: string) => post(`Transfer-Encoding:${value}\r\n`, NO_CHUNKS);

/** Where one request ends and the next begins. */
export const FRAMING: readonly Attack[] = [
  // RFC 9112 section 6.1: both together ought to be handled as an error; section 6.3: the front and the back disagree.
  ...[
    ["a length and chunks", post(FIVE + CHUNKED, NO_CHUNKS)],
    ["chunks and a length", post(CHUNKED + FIVE, NO_CHUNKS)],
    ["the length 0 and chunks", post(`Content-Length: 0\r\n${CHUNKED}`, NO_CHUNKS)],
    ["chunks and a length that is theirs", post(`Content-Length: 5\r\n${CHUNKED}`, NO_CHUNKS)],
    [
      "a length, chunks, and a request in the chunks' place",
      post(
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        (p) => `${smuggled(p).length.toString(16)}\r\n${smuggled(p)}\r\n0\r\n\r\n`,
      ),
    ],
    ["a length and chunks in capitals", post(`${FIVE}TRANSFER-ENCODING: CHUNKED\r\n`, NO_CHUNKS)],
  ].map(attack(refused(), "RFC 9112 6.1: the front and the back may each believe another one")),

  // RFC 9112 section 6.3 rule 5: a length that is not one number is an unrecoverable error.
  ...[
    ["two equal lengths", five(FIVE + FIVE)],
    ["two lengths", five(`${FIVE}Content-Length: 0\r\n`)],
    ["two lengths, the larger one last", five(`Content-Length: 0\r\n${FIVE}`)],
    ["two lengths with a header between them", five(`${FIVE}X: y\r\n${FIVE}`)],
    ["a list of equal lengths", length(" 5, 5")],
    ["a list of lengths", length(" 5, 6")],
    ["a list with an empty end", length(" 5,")],
    ["a plus sign", length(" +5")],
    ["a minus sign", length(" -5")],
    ["a hexadecimal length", length(" 0x5")],
    ["a fraction", length(" 5.0")],
    ["an exponent", length(" 5e0")],
    ["an underscore", length(" 1_0")],
    ["a letter behind it", length(" 5a")],
    ["a quoted length", length(' "5"')],
    ["a parameter behind it", length(" 5;x")],
    ["two numbers with a space", length(" 5 5")],
    ["no length in Content-Length", length("")],
    ["only a space in Content-Length", length(" ")],
    ["a length of 2^64", length(" 18446744073709551616")],
    ["a length of 2^64 and 5", length(" 18446744073709551621")],
    ["a length of thirty digits", length(" 100000000000000000000000000005")],
    ["a tab behind it", length(" 5\t")],
    ["a vertical tab before it", length(" \x0b5")],
    ["a form feed behind it", length(" 5\x0c")],
    ["a NUL behind it", length(" 5\0")],
    ["full-width digits", length(" \xef\xbc\x95")],
    ["a length on a folded line", length("\r\n 5")],
  ].map(attack(refused(), "RFC 9110 8.6: Content-Length = 1*DIGIT, once")),

  {
    name: "leading zeros",
    bytes: length(" 005"),
    must: forwarded({ body: "abcde", having: ["content-length: 5"] }),
    why: "RFC 9110 8.6: 1*DIGIT; some read them as octal, so they are written anew",
  },
  {
    name: "spaces around the length",
    bytes: length("   5   "),
    must: forwarded({ body: "abcde", having: ["content-length: 5"] }),
    why: "RFC 9110 5.5: whitespace around a value is not of it",
  },
  {
    name: "a length with a name in capitals",
    bytes: five("CONTENT-LENGTH: 5\r\n"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 5.1: names have no case",
  },
  {
    name: "a second length under an underscore",
    bytes: five(`${FIVE}Content_Length: 0\r\n`),
    must: forwarded({ body: "abcde", without: ["content_length"] }),
    why: "CGI and WSGI read _ as -",
  },
  {
    name: "a coding under an underscore",
    bytes: five(`${FIVE}Transfer_Encoding: chunked\r\n`),
    must: forwarded({ body: "abcde", without: ["transfer_encoding"] }),
    why: "CGI and WSGI read _ as -",
  },

  // RFC 9112 sections 6.1 and 7: the only coding here is chunked, and it is last.
  ...[
    ["chunked twice, on two lines", post(CHUNKED + CHUNKED, NO_CHUNKS)],
    ["chunked twice, in a list", coding(" chunked, chunked")],
    ["chunked not as the last coding", coding(" chunked, identity")],
    ["chunked not as the last line", post(`${CHUNKED}Transfer-Encoding: gzip\r\n`, NO_CHUNKS)],
    ["a vertical tab before chunked", coding(" \x0bchunked")],
    ["a NUL behind chunked", coding(" chunked\0")],
    ["chunked on a folded line", coding("\r\n chunked")],
    ["a space before the colon of the coding", post("Transfer-Encoding : chunked\r\n", NO_CHUNKS)],
    ["a tab before the name of the coding", post("\tTransfer-Encoding: chunked\r\n", NO_CHUNKS)],
    ["a coding behind a bare line feed", five(`${FIVE}X: y\nTransfer-Encoding: chunked\r\n`)],
    ["a coding behind a bare carriage return", five(`${FIVE}X: y\rTransfer-Encoding: chunked\r\n`)],
    [
      "a coding in HTTP/1.0",
      ({ host, path }: Place) => `POST ${path} HTTP/1.0\r\nHost: ${host}\r\n${CHUNKED}\r\n${NO_CHUNKS}`,
    ],
  ].map(attack(refused(), "RFC 9112 6.1 and 6.3: a body whose end is in doubt")),

  ...[
    ["gzip and chunked", coding(" gzip, chunked")],
    ["an empty coding", coding("")],
    ["a quoted coding", coding(' "chunked"')],
    ["a parameter of chunked", coding(" chunked;q=1")],
    ["an unknown coding", coding(" xchunked")],
    ["identity", coding(" identity")],
    ["chunked behind an empty element", coding(" , chunked")],
  ].map(attack(refused(501), "RFC 9112 6.1: a coding that is not understood is answered 501")),

  {
    name: "chunked in capitals",
    bytes: coding(" CHUNKED"),
    must: forwarded(),
    why: "RFC 9112 7: the names of codings have no case",
  },

  // Bodies where few expect them.
  {
    name: "a GET with a length",
    bytes: post(FIVE, "abcde", "GET"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 9.3.1: a body is framed alike with every method",
  },
  {
    name: "a GET with chunks",
    bytes: post(CHUNKED, "5\r\nabcde\r\n0\r\n\r\n", "GET"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 9.3.1: a body is framed alike with every method",
  },
  {
    name: "a HEAD with a length",
    bytes: post(FIVE, "abcde", "HEAD"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 9.3.2: a body is framed alike with every method",
  },
  {
    name: "a DELETE with a length",
    bytes: post(FIVE, "abcde", "DELETE"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 9.3.5: a body is framed alike with every method",
  },
  {
    name: "an OPTIONS with a length",
    bytes: post(FIVE, "abcde", "OPTIONS"),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 9.3.7: a body is framed alike with every method",
  },
  { name: "a POST without a length", bytes: post(""), must: forwarded(), why: "RFC 9112 6.3 rule 7: it has no body" },
  {
    name: "a body that is a request",
    bytes: post((p) => `Content-Length: ${smuggled(p).length}\r\n`, smuggled),
    must: forwarded({ body: smuggled }),
    why: "the length says that it is a body",
  },

  // More or less than was announced.
  {
    name: "a request right behind a body",
    bytes: (p) => five(FIVE)(p) + five(FIVE)({ ...p, path: `${p.path}/2` }),
    must: forwarded([{ body: "abcde" }, { below: "/2", body: "abcde" }]),
    why: "RFC 9112 9.3.2: pipelining",
  },
  {
    name: "three requests in one packet",
    bytes: (p) => get()(p) + get()({ ...p, path: `${p.path}/2` }) + get()({ ...p, path: `${p.path}/3` }),
    must: forwarded([{}, { below: "/2" }, { below: "/3" }]),
    why: "RFC 9112 9.3.2: pipelining",
  },
  {
    name: "an empty line behind a body",
    bytes: (p) => `${five(FIVE)(p)}\r\n`,
    must: forwarded({ body: "abcde" }),
    why: "RFC 9112 2.2: at least one empty line before a request is ignored",
  },
  {
    name: "bytes behind a body that are no request",
    bytes: (p) => `${five(FIVE)(p)}fghij\r\n`,
    must: forwarded({ body: "abcde" }, "closed"),
    why: "RFC 9112 6.3",
  },
  {
    name: "a request behind one that is refused",
    bytes: (p) => get("X : y\r\n")(p) + smuggled(p),
    must: refused(),
    why: "RFC 9112 9.6: nothing is served behind an answer that closes",
  },
  {
    name: "a request behind one that says close",
    bytes: (p) => get("Connection: close\r\n")(p) + smuggled(p),
    must: forwarded({}, "closed"),
    why: "RFC 9112 9.6",
  },
  {
    name: "a body that is shorter than its length",
    bytes: post("Content-Length: 50\r\n", "abcde"),
    must: cut(),
    ends: true,
    why: "RFC 9112 8: incomplete",
  },
  {
    name: "a body that never comes",
    bytes: post("Content-Length: 50\r\n"),
    must: cut(),
    ends: true,
    why: "RFC 9112 8: incomplete",
  },
  {
    name: "a head that never ends",
    bytes: ({ path }) => `GET ${path} HTTP/1.1\r\nHost: a`,
    must: refused(),
    ends: true,
    why: "RFC 9112 8: incomplete",
  },
  {
    name: "a body whose sender waits for a 100 that it then does not wait for",
    bytes: five(`${FIVE}Expect: 100-continue\r\n`),
    must: forwarded({ body: "abcde" }, "closed"),
    why: "RFC 9110 10.1.1",
  },
];
