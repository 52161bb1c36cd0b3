import type { Difference } from "./difference";

export const PATHS: readonly Difference[] = [
  {
    why: "RFC 9112 3.2 demands that servers take these forms, for proxies and OPTIONS; no load balancer sends one, and apps differ in which host they then believe",
    both: ["an absolute target"],
    nginx: ["an absolute target of another host"],
    haproxy: ["an absolute target of another scheme", "an asterisk"],
  },
  {
    why: "It passes as it came; RFC 3986 has no such byte in a target",
    both: ["a Host with a fragment"],
    nginx: ["a fragment", "a byte beyond ASCII in a target"],
    haproxy: ["a DEL in a target"],
  },
  {
    why: "nginx takes the line feed for the end of an HTTP/0.9 request and makes HTTP/1.1 of it, without a Host",
    nginx: ["a bare line feed in a target"],
  },
  {
    why: "HAProxy lets it pass, and the app refuses it",
    haproxy: ["no Host"],
  },
  {
    why: "HAProxy takes equal ones for one",
    haproxy: ["two equal Hosts"],
  },
  {
    why: "Neither looks closely at what a host may hold; apps build links from it, and servers split at some of these characters",
    both: [
      "a Host with a backslash",
      "a Host with a query",
      "a Host with a user",
      "a Host with markup",
      "a Host with a quote",
      "a Host with a brace",
      "a Host with a byte beyond ASCII",
    ],
    nginx: ["an empty Host"],
    haproxy: [
      "a list of hosts",
      "a Host with a path",
      "a Host with a space",
      "a Host with a tab",
      "a Host with a scheme",
      "a Host with a NUL",
      "a folded Host",
    ],
  },
  {
    why: "To others it is a path like any; nginx refuses those that leave the root",
    both: [
      "the path /_slipway",
      "the path /_slipway/calls",
      "the path /_slipway?x=1",
      "the path //_slipway/x",
      "the path /./_slipway/x",
      "the path /a/../_slipway/x",
      "the path /a/%2e%2e/_slipway/x",
      "the path /a/..%2f_slipway/x",
      "the path /%5fslipway/x",
      "the path /%5F%73lipway/x",
      "the path /%2f_slipway/x",
      "the path /../_slipway/x",
      "the path /_slipway%2fx",
      "the path /a/b/.././../_slipway",
    ],
  },
  {
    why: "nginx decodes the path to find its location, and refuses what it cannot decode; the gateway leaves that to the app",
    nginx: ["dot segments that leave the root", "an encoded NUL", "a percent sign that encodes nothing"],
  },
  {
    why: "HAProxy limits a request to a buffer (here 80 KiB), not to 64 KiB",
    haproxy: ["a target of 70,000 bytes"],
  },
];
