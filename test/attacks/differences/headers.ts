import type { Difference } from "./difference";

export const HEADERS: readonly Difference[] = [
  {
    why: "RFC 9112 5.2 lets a proxy join folded lines, as HAProxy does; old servers read them otherwise",
    haproxy: ["a folded header", "a header folded with a tab", "a fold of nothing"],
  },
  {
    why: "nginx drops a line that it cannot read and serves the rest; what is left out may have been what mattered",
    nginx: [
      "no colon",
      "a bracket in a name",
      "an at sign in a name",
      "a slash in a name",
      "a quote in a name",
      "a byte beyond ASCII in a name",
    ],
  },
  {
    why: "RFC 9112 2.2 lets a lone line feed end a line, and nginx a carriage return before the end; two servers that differ in it can be played against each other",
    both: ["a bare line feed behind a value"],
    nginx: ["a bare carriage return at a value's end"],
  },
  {
    why: "Control characters pass; RFC 9110 5.5 calls them invalid, and logs and terminals obey them",
    both: ["a bell in a value", "an escape in a value", "a DEL in a value"],
    haproxy: ["a NUL in a value", "a NUL in a Connection"],
  },
  {
    why: "HAProxy limits headers to a buffer (here 80 KiB) and to 101 of them; the gateway to 64 KiB and 999",
    haproxy: ["headers of 70,000 bytes", "990 headers"],
  },
  {
    why: "Neither takes away what names itself hop-by-hop, unless told to",
    both: ["Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate"],
    haproxy: ["Keep-Alive"],
  },
  {
    why: "Both pass an Upgrade on that Connection does not name, and the recorder agrees to it",
    both: ["Upgrade without Connection"],
  },
  {
    why: "RFC 9110 7.6.1 demands that what Connection names goes; neither does it",
    both: [
      "what Connection names",
      "what Connection names, in another case",
      "what a second Connection names",
      "what Connection names behind empty elements",
      "HTTP2-Settings that Connection names",
      "a Connection that closes and names",
    ],
  },
  {
    why: "nginx and HAProxy leave it to the app's server to know of CVE-2016-5385",
    both: ["Proxy, which CGI makes HTTP_PROXY"],
  },
  {
    why: "Slipway's own headers and its rules about underscores are news to others; nginx drops underscores altogether",
    both: ["X-Slipway-Caller", "X-Slipway-Caller in small letters", "X-Forwarded-Prefix"],
    haproxy: [
      "X_Slipway_Caller",
      "X-Slipway_Caller",
      "X_Forwarded_Prefix",
      "X_Forwarded_For",
      "X-Forwarded_Host",
      "X_Forwarded-Proto",
    ],
  },
  {
    why: "HAProxy passes Connection itself on; nginx puts the address of its peer behind that of the client (proxy_add_x_forwarded_for)",
    both: ["a Connection that takes the client's address away"],
  },
  {
    why: "HAProxy passes Connection on, with the names in it",
    haproxy: [
      "a Connection that takes the host away",
      "a Connection that takes the length away",
      "a Connection that takes the coding away",
    ],
  },
  {
    why: "nginx takes TE away whole",
    nginx: ["a TE of trailers among others"],
  },
  {
    why: "Neither looks at Expect more than it must; RFC 9110 10.1.1 lets 417 be the answer to an unknown one, and the gateway closes where a 100 was asked for",
    both: [
      "trailers announced behind a length that waits for a 100",
      "an expectation nobody knows",
      "two expectations",
      "an expectation without a body",
    ],
  },
  {
    why: "nginx drops names beyond letters, digits and hyphens",
    nginx: ["every character that a name may have", "an underscore in a name"],
  },
  {
    why: "nginx puts the address of its peer behind them (proxy_add_x_forwarded_for); the gateway stands in the task, so its peer is the load balancer",
    nginx: ["X-Forwarded-For of two hops"],
  },
];
