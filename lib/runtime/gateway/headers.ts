/**
 * Which headers cross the gateway. A header list is flat, as Node and undici have it raw: name, value, name, value, with
 * duplicates, order and case as they were sent.
 */
export type HeaderList = readonly string[];

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "te", "transfer-encoding", "upgrade"]);

/**
 * What a `Connection` header may not take away: who is asked, how long the body is, and what the load balancer says about
 * the client. Dropping those on the client's word is a known attack.
 */
const NEVER_DROPPED = /^(host|content-length|x-forwarded-.+)$/;

/** `Proxy` and `Proxy-*` are for this hop (`Proxy` becomes HTTP_PROXY in a CGI-style app); `Proxy-Status` is end to end. */
const PROXY = /^proxy(-(?!status$)|$)/;

/** Names only Slipway may set. WSGI servers read `_` as `-`, so both spellings are meant. */
const OURS = /^x[-_]slipway[-_]/;
const FORGED = /^x[-_](slipway[-_]|forwarded[-_]prefix$|forwarded_)|^x_forwarded-/;

/** Trailers that would change what is framed, routed or believed about the client. */
const NOT_IN_TRAILERS = /^(content-length|host|trailer|forwarded|x[-_]forwarded[-_].+)$/;

/** The header names that a `Connection` header makes hop-by-hop. */
function connectionOptions(list: HeaderList): ReadonlySet<string> | undefined {
  let options: Set<string> | undefined;
  for (let i = 0; i < list.length; i += 2) {
    if (list[i]!.length !== 10 || list[i]!.toLowerCase() !== "connection") continue;
    for (const option of list[i + 1]!.toLowerCase().split(",")) {
      const name = option.trim();
      if (name !== "" && !NEVER_DROPPED.test(name)) options = (options ?? new Set()).add(name);
    }
  }
  return options;
}

/** The list without the headers of one hop, and without those that `drop` names in lower case. */
function endToEnd(list: HeaderList, drop: (name: string) => boolean): string[] {
  const named = connectionOptions(list);
  const kept: string[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || named?.has(name) || PROXY.test(name) || drop(name)) continue;
    kept.push(list[i]!, list[i + 1]!);
  }
  return kept;
}

export interface ClientFacts {
  /** Address of the peer, as the socket has it. */
  readonly peer: string;
  /** The port that the peer connected to. */
  readonly port: number;
  /** The path-mode prefix that the app does not see; "" when there is none. */
  readonly prefix: string;
}

/**
 * The headers an app gets. `X-Forwarded-For`, `-Proto` and `-Port` are the load balancer's, passed on unchanged: the
 * gateway shares a task with the app, so an app that trusts one proxy reads the client's address, not the load balancer's.
 * Without them the peer is the client. `Upgrade` is of one hop: who passes it on asks for it anew.
 * `Expect` belongs to the connection that carries the body.
 */
export function requestHeaders(list: HeaderList, client: ClientFacts): string[] {
  let wantsTrailers = false;
  let hasFor = false;
  let hasProto = false;
  let hasPort = false;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    if (name === "te") wantsTrailers ||= /(^|,)[ \t]*trailers[ \t]*(,|$)/i.test(list[i + 1]!);
    else if (name === "x-forwarded-for") hasFor = true;
    else if (name === "x-forwarded-proto") hasProto = true;
    else if (name === "x-forwarded-port") hasPort = true;
  }
  const headers = endToEnd(list, (name) => name === "expect" || FORGED.test(name));
  if (wantsTrailers) headers.push("TE", "trailers");
  if (!hasFor) headers.push("X-Forwarded-For", withoutIpv4Mapping(client.peer));
  if (!hasProto) headers.push("X-Forwarded-Proto", "http");
  if (!hasPort) headers.push("X-Forwarded-Port", String(client.port));
  if (client.prefix !== "") headers.push("X-Forwarded-Prefix", client.prefix);
  return headers;
}

/** The headers of an app's answer that a client gets. */
export function responseHeaders(list: HeaderList): string[] {
  return endToEnd(list, (name) => OURS.test(name));
}

/** Whether an answer is one of server-sent events. */
export function isEventStream(list: HeaderList): boolean {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i]!.length === 12 && list[i]!.toLowerCase() === "content-type") {
      return list[i + 1]!.toLowerCase().startsWith("text/event-stream");
    }
  }
  return false;
}

/** Trailers as name and value pairs, either way. */
export function trailers(list: HeaderList): [name: string, value: string][] {
  const kept = endToEnd(list, (name) => NOT_IN_TRAILERS.test(name) || OURS.test(name));
  return Array.from({ length: kept.length / 2 }, (_, i) => [kept[2 * i]!, kept[2 * i + 1]!]);
}

export function without(list: HeaderList, name: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i < list.length; i += 2) {
    if (list[i]!.toLowerCase() !== name) kept.push(list[i]!, list[i + 1]!);
  }
  return kept;
}

/** A dual-stack listener reports an IPv4 peer as `::ffff:10.0.0.1`. */
function withoutIpv4Mapping(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}

/** Why a request that Node's strict parser let through is still refused; undefined when it is sound. */
export function requestProblem(list: HeaderList, version: string): string | undefined {
  if (version !== "1.1" && version !== "1.0") return `HTTP/${version} is not spoken here; use HTTP/1.1.`;
  let hosts = 0;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    if (name === "host") {
      hosts++;
      // What no host and port can hold, and a server might split at.
      if (/[\s/\\@?#,]/.test(list[i + 1]!)) return "The Host header is not a host name.";
    } else if (name === "transfer-encoding" && version === "1.0") {
      return "HTTP/1.0 has no Transfer-Encoding.";
    }
  }
  if (hosts > 1) return "The request has more than one Host header.";
  if (hosts === 0 && version === "1.1") return "The request has no Host header.";
  return undefined;
}
