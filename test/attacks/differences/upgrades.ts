import type { Difference } from "./difference";

export const UPGRADES: readonly Difference[] = [
  {
    why: "RFC 9112 6.3 rule 3 lets a proxy drop the length and close behind the answer, as HAProxy does; the gateway cannot know whom the load balancer believed",
    haproxy: ["a WebSocket with a length and chunks", "an upgrade with chunks and a length"],
  },
  {
    why: "RFC 9112 5.2 lets a proxy join folded lines, as HAProxy does",
    haproxy: ["a WebSocket with a folded Upgrade"],
  },
  {
    why: "A NUL in a value and a lone line feed pass, as in other requests",
    both: ["a WebSocket with a bare line feed before Upgrade"],
    haproxy: ["a WebSocket with a NUL in Upgrade"],
  },
  {
    why: "As in other requests: HAProxy passes these on, nginx makes a path of an absolute target",
    both: ["a WebSocket with an absolute target"],
    haproxy: ["a WebSocket with no Host"],
  },
  {
    why: "A proxy that knows nothing of RFC 6455 passes on whatever asks for an upgrade, bodies included, and leaves the key to the app (HAProxy looks for its answer to it)",
    both: [
      "a WebSocket with two keys",
      "a WebSocket with POST",
      "a WebSocket with HEAD",
      "a WebSocket with a length",
      "a WebSocket with chunks",
    ],
    nginx: ["a WebSocket with no key"],
  },
  {
    why: "h2c smuggling: behind an upgrade to HTTP nobody looks at requests any more. Both pass it on unless told otherwise",
    both: [
      "an upgrade to HTTP/2",
      "an upgrade to HTTP/2 in capitals",
      "an upgrade to HTTP/2 among others",
      "an upgrade to HTTP/2 on a second line",
      "an upgrade to HTTP/2 with a version",
      "an upgrade to h2",
      "an upgrade to another HTTP",
    ],
  },
  {
    why: "Any Upgrade passes, be it a protocol or not; the gateway ignores what is not a name and what leads back to HTTP",
    both: ["an upgrade to TLS", "an upgrade to what is no name of a protocol", "an upgrade to two names in one"],
    haproxy: ["an upgrade to nothing"],
  },
  {
    why: "RFC 9110 7.8 lets an upgrade have a body, and nginx passes it on; the gateway serves it as the request that it is without",
    nginx: ["an upgrade with a body", "an upgrade with chunks"],
  },
  {
    why: "RFC 9110 7.8 demands that it is ignored in HTTP/1.0; both pass it on",
    both: ["an upgrade in HTTP/1.0"],
  },
  {
    why: "Both serve the next request of a connection whose upgrade was declined; the gateway closes it, since a client that counted on the upgrade has sent bytes of another protocol",
    both: [
      "a request behind a WebSocket that the app declines",
      "a request behind another upgrade that the app declines",
      "an upgrade that announces trailers",
    ],
  },
  {
    why: "Slipway's own headers are news to others, and the connection stays open behind a declined upgrade",
    both: ["an upgrade that takes Slipway's headers along"],
  },
  {
    why: "To others it is a path like any",
    both: ["an upgrade to the gateway's own path"],
  },
];
