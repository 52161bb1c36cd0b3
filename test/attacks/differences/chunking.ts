import type { Difference } from "./difference";

export const CHUNKING: readonly Difference[] = [
  {
    why: "Both skip whitespace behind a size; RFC 9112 7.1.1 knows it only before an extension",
    both: ["a space behind a size", "a tab behind a size"],
  },
  {
    why: "nginx throws trailers away unread; HAProxy passes them on, whatever they say. the gateway reads them as headers, and keeps the harmless ones",
    both: [
      "a bare line feed behind the trailers",
      "a folded trailer",
      "a bare line feed in a trailer",
      "a NUL in a trailer",
      "trailers of 70,000 bytes",
      "a length in the trailers",
    ],
    nginx: [
      "a trailer without a colon",
      "a trailer with a space before the colon",
      "a trailer without a name",
      "a coding in the trailers",
    ],
    haproxy: [
      "trailers that frame in another spelling",
      "trailers that route",
      "trailers that ask, authorize or say what the body is",
      "trailers that are Slipway's",
      "trailers of one hop",
      "trailers that speak of the client in another spelling",
    ],
  },
  {
    why: "RFC 9112 2.2 lets a lone line feed end a line; two servers that differ in it can be played against each other",
    both: [
      "a bare line feed behind a size",
      "a bare line feed behind the data",
      "a bare line feed behind the last size",
    ],
  },
  {
    why: "Both skip an extension up to the end of the line, whatever is in it; the gateway reads it, and at most 16 KiB of it",
    both: [
      "a NUL in an extension",
      "a quoted extension without an end",
      "only a semicolon",
      "an extension of 20,000 bytes",
    ],
  },
  {
    why: "HAProxy passes the beginning of a chunked body on before it has read the end; how far it came when it saw the space differs",
    haproxy: ["a trailer with a space before the colon"],
    sometimes: ["a trailer with a space before the colon"],
  },
];
