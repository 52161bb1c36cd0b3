import { ownText } from "./own-text";

/**
 * Which headers cross the gateway. A header list is flat, as Node has it raw: name, value, name, value, with
 * duplicates, order and case as they were sent.
 */
export type HeaderList = readonly string[];

/** What a name means here, as bits that add up. */
const OF_ONE_HOP = 1;
const NOT_FOR_APPS = 2;
const NOT_FOR_CLIENTS = 4;
const NOT_IN_TRAILERS = 8;
const CONNECTION = 16;
const TE = 32;
const FORWARDED_FOR = 64;
const FORWARDED_PROTO = 128;
const FORWARDED_PORT = 256;
const EXPECT = 512;

const NAMES: Readonly<Record<string, number>> = {
  // https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
  connection: OF_ONE_HOP | CONNECTION,
  "keep-alive": OF_ONE_HOP,
  te: OF_ONE_HOP | TE,
  "transfer-encoding": OF_ONE_HOP,
  upgrade: OF_ONE_HOP,
  // It belongs to the connection that carries the body.
  expect: EXPECT,
  "x-forwarded-for": FORWARDED_FOR | NOT_IN_TRAILERS,
  "x-forwarded-proto": FORWARDED_PROTO | NOT_IN_TRAILERS,
  "x-forwarded-port": FORWARDED_PORT | NOT_IN_TRAILERS,
};

/** `Proxy` and `Proxy-*` are for this hop (`Proxy` becomes HTTP_PROXY in a CGI-style app); `Proxy-Status` is end to end. */
const PROXY = /^proxy(-(?!status$)|$)/;

/** Names only Slipway may set. WSGI servers read `_` as `-`, so both spellings are meant. */
const OURS = /^x[-_]slipway[-_]/;
const FORGED = /^x[-_](slipway[-_]|forwarded[-_]prefix$|forwarded_)|^x_forwarded-|^(content_length|transfer_encoding)$/;

/** Trailers that would change what is framed, routed or believed about the client. */
const BELIEVED =
  /^(content[-_](length|type|encoding|range)|transfer_encoding|host|expect|authorization|trailer|forwarded|x[-_]forwarded[-_].+)$/;

/**
 * What a `Connection` header may not take away: who is asked, how long the body is, and what the load balancer says about
 * the client. Dropping those on the client's word is a known attack.
 */
const NEVER_DROPPED = /^(host|content-length|x-forwarded-.+)$/;

/** The same names come with every request, so what one means is found out once; who invents names fills no memory. */
const meanings = new Map<string, number>();
const MOST_MEANINGS = 1000;
const LONGEST_KEPT = 64;

function meaningOf(name: string): number {
  const known = meanings.get(name);
  if (known !== undefined) return known;
  const meaning = readName(name.toLowerCase());
  if (name.length <= LONGEST_KEPT && meanings.size < MOST_MEANINGS) meanings.set(ownText(name), meaning);
  return meaning;
}

function readName(name: string): number {
  return (
    (Object.hasOwn(NAMES, name) ? NAMES[name]! : 0) |
    (PROXY.test(name) ? OF_ONE_HOP : 0) |
    (FORGED.test(name) ? NOT_FOR_APPS : 0) |
    (OURS.test(name) ? NOT_FOR_CLIENTS : 0) |
    (BELIEVED.test(name) ? NOT_IN_TRAILERS : 0)
  );
}

interface Sifted {
  readonly kept: string[];
  /** The meanings of all names together. */
  readonly seen: number;
}

/** Leaves out the headers of one hop, and those whose names mean `drop`. */
function sift(list: HeaderList, drop: number): Sifted {
  const dropped = drop | OF_ONE_HOP;
  const kept: string[] = [];
  let seen = 0;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!;
    const meaning = meaningOf(name);
    seen |= meaning;
    if ((meaning & dropped) === 0) kept.push(name, list[i + 1]!);
  }
  return { kept: (seen & CONNECTION) === 0 ? kept : withoutNamed(kept, connectionOptions(list)), seen };
}

/** The header names that a `Connection` header makes hop-by-hop. */
function connectionOptions(list: HeaderList): ReadonlySet<string> {
  const options = new Set<string>();
  for (let i = 0; i < list.length; i += 2) {
    if ((meaningOf(list[i]!) & CONNECTION) === 0) continue;
    for (const option of list[i + 1]!.toLowerCase().split(",")) {
      const name = option.trim();
      if (name !== "" && !NEVER_DROPPED.test(name)) options.add(name);
    }
  }
  return options;
}

function withoutNamed(list: string[], names: ReadonlySet<string>): string[] {
  if (names.size === 0) return list;
  const kept: string[] = [];
  for (let i = 0; i < list.length; i += 2) {
    if (!names.has(list[i]!.toLowerCase())) kept.push(list[i]!, list[i + 1]!);
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
 */
export function requestHeaders(list: HeaderList, client: ClientFacts): string[] {
  const { kept, seen } = sift(list, NOT_FOR_APPS | EXPECT);
  if ((seen & TE) !== 0 && wantsTrailers(list)) kept.push("TE", "trailers");
  if ((seen & FORWARDED_FOR) === 0) kept.push("X-Forwarded-For", withoutIpv4Mapping(client.peer));
  if ((seen & FORWARDED_PROTO) === 0) kept.push("X-Forwarded-Proto", "http");
  if ((seen & FORWARDED_PORT) === 0) kept.push("X-Forwarded-Port", String(client.port));
  if (client.prefix !== "") kept.push("X-Forwarded-Prefix", client.prefix);
  return kept;
}

function wantsTrailers(list: HeaderList): boolean {
  for (let i = 0; i < list.length; i += 2) {
    if ((meaningOf(list[i]!) & TE) !== 0 && /(^|,)[ \t]*trailers[ \t]*(,|$)/i.test(list[i + 1]!)) return true;
  }
  return false;
}

/** What a load balancer passes on, either way: Slipway's own headers are between the client and the gateway. */
export function endToEndHeaders(list: HeaderList): string[] {
  return sift(list, EXPECT).kept;
}

/** The headers of an app's answer that a client gets. */
export function responseHeaders(list: HeaderList): string[] {
  return sift(list, NOT_FOR_CLIENTS).kept;
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
  const { kept } = sift(list, NOT_IN_TRAILERS | NOT_FOR_CLIENTS);
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

/** What a host and a port can hold (RFC 3986 section 3.2.2), less the comma, at which a server might split. */
const HOST = /^[\w.~!$&'()*+;=:%[\]-]*$/;

/** Why a request that the strict parser let through is still refused; undefined when it is sound. */
export function requestProblem(list: HeaderList, version: string): string | undefined {
  if (version !== "1.1" && version !== "1.0") return `HTTP/${version} is not spoken here; use HTTP/1.1.`;
  let hosts = 0;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!;
    if (name.length === 4 && name.toLowerCase() === "host") {
      hosts++;
      if (!HOST.test(list[i + 1]!)) return "The Host header is not a host name.";
    } else if (name.length === 17 && version === "1.0" && name.toLowerCase() === "transfer-encoding") {
      return "HTTP/1.0 has no Transfer-Encoding.";
    }
  }
  if (hosts > 1) return "The request has more than one Host header.";
  if (hosts === 0 && version === "1.1") return "The request has no Host header.";
  return undefined;
}
