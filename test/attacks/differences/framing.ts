import type { Difference } from "./difference";

export const FRAMING: readonly Difference[] = [
  {
    why: "RFC 9112 6.3 rule 3 lets a proxy drop the length and close behind the answer, as HAProxy does; the gateway cannot know whom the load balancer believed",
    haproxy: [
      "a length and chunks",
      "chunks and a length",
      "the length 0 and chunks",
      "chunks and a length that is theirs",
      "a length, chunks, and a request in the chunks' place",
      "a length and chunks in capitals",
    ],
  },
  {
    why: "RFC 9110 8.6 lets equal lengths be taken for one; the gateway need not guess who else did",
    haproxy: ["two equal lengths", "two lengths with a header between them", "a list of equal lengths"],
  },
  {
    why: "HAProxy 2.6 passes on a length that it cannot count to; the app would wait for a body that never ends",
    haproxy: ["a length of 2^64"],
  },
  {
    why: "RFC 9110 5.5 allows a tab there; some parsers refuse it, and nobody sends one",
    haproxy: ["a tab behind it"],
  },
  {
    why: "RFC 9112 5.2 lets a proxy join folded lines, as HAProxy does; old servers read them otherwise",
    haproxy: ["a length on a folded line", "chunked on a folded line", "a tab before the name of the coding"],
  },
  {
    why: "HAProxy passes the digits on as they came; the gateway writes the number anew",
    haproxy: ["leading zeros"],
  },
  {
    why: "HAProxy passes every name on; to CGI and WSGI these are the headers that frame",
    haproxy: ["a second length under an underscore", "a coding under an underscore"],
  },
  {
    why: "HAProxy passes the coding on in the letters in which it came, which is sound; the strict reader here wants those in which the gateway writes it",
    haproxy: ["chunked in capitals"],
  },
  {
    why: "Both keep the connection, the body having come; the gateway closes one on which a 100 was asked for",
    both: ["a body whose sender waits for a 100 that it then does not wait for"],
  },
  {
    why: "RFC 9112 2.2 lets a lone line feed end a line; two servers that differ in it can be played against each other",
    both: ["only bare line feeds", "a bare line feed behind the first line", "a bare line feed behind the headers"],
  },
  {
    why: "HAProxy passes on the client's version, and so what HTTP/1.0 makes of Host and codings; the gateway speaks HTTP/1.1 to the app",
    haproxy: [
      "a coding in HTTP/1.0",
      "HTTP/1.0 without a Host",
      "HTTP/1.0 with a length",
      "HTTP/1.0 that keeps its connection",
    ],
  },
  {
    why: "nginx makes HTTP/1.1 of it and has no Host to give: its answer is the 400 of the app; the gateway names the app itself",
    nginx: ["no version", "HTTP/1.0 without a Host"],
  },
  {
    why: "The RFC leaves methods open, and both pass on any; the gateway serves those that Node knows",
    both: ["an unknown method"],
    haproxy: ["a method in small letters"],
  },
  {
    why: "RFC 9112 3 lets a reader forgive whitespace here; the gateway forgives more spaces than one and nothing else",
    nginx: ["a space behind the version"],
    haproxy: ["a tab behind the method"],
  },
  {
    why: "A version nobody has seen is read as the nearest known; the gateway refuses what it cannot know the rules of",
    both: ["the version 1.2"],
    nginx: ["the version 1.10"],
    haproxy: ["the version 0.9", "the version 2.0"],
  },
  {
    why: "HAProxy passes CONNECT on to the app; the gateway is no way to anywhere else",
    haproxy: ["CONNECT"],
  },
];
