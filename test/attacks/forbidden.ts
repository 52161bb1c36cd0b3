import type { ReadRequest } from "./strict-reader";

/** Headers of one hop, those that only Slipway or the load balancer may set, and what a server might take for either. */
const NEVER =
  /^(keep-alive|proxy|proxy-(?!status$).*|x[-_]slipway[-_].*|x[-_]forwarded[-_]prefix|x_forwarded[-_].*|x-forwarded_.*|content_length|transfer_encoding)$/;

/** Fields that frame, route or speak of the client, which no trailer may carry. */
const NEVER_TRAILING =
  /^(transfer-encoding|content-length|content-type|authorization|host|te|trailer|connection|upgrade|expect|forwarded|x[-_]forwarded[-_].*)$/;

const CONNECTION = /^(close|keep-alive|upgrade)$/i;

const PROTOCOL = /^[!#$%&'*+\-.^_`|~0-9a-z]+(\/[!#$%&'*+\-.^_`|~0-9a-z]+)?$/i;

/** Such a protocol leads to HTTP again, past whoever only looks at the first request. */
const LEADS_BACK = /^(h2c?|http|tls)(\/|$)/i;

/** Names of protocols, perhaps with versions, but none that leads back. */
function isProtocols(value: string): boolean {
  return value.split(",").every((each) => PROTOCOL.test(each.trim()) && !LEADS_BACK.test(each.trim()));
}

/** What a gateway may not have sent to an app, whatever its client has sent; undefined when there is nothing of it. */
export function forbidden({ headers, trailers }: ReadRequest): string | undefined {
  const upgrades = headers.some(([name, value]) => name === "connection" && /^upgrade$/i.test(value));
  for (const [name, value] of headers) {
    if (NEVER.test(name)) return name;
    if (name === "connection" && !CONNECTION.test(value)) return `connection: ${value}`;
    if (name === "te" && value !== "trailers") return `te: ${value}`;
    if (name === "expect" && value !== "100-continue") return `expect: ${value}`;
    if (name === "upgrade" && (!upgrades || !isProtocols(value))) return `upgrade: ${value}`;
  }
  const trailer = trailers.find(([name]) => NEVER.test(name) || NEVER_TRAILING.test(name));
  return trailer && `trailer ${trailer[0]}`;
}
