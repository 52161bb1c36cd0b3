/** Where a case's request goes. */
export interface Place {
  readonly host: string;
  /** Begins with a slash, and is no other case's. */
  readonly path: string;
}

/** A request that the app may see. */
export interface Forwarded {
  /** Its path below the case's, if it is not the case's first; method and target are those that were sent. */
  readonly below?: string;
  readonly body?: Text;
  /** Header lines that are there as they stand, names in lower case. */
  readonly having?: readonly string[];
  /** Names of headers, in lower case, that are not. */
  readonly without?: readonly string[];
}

/** What follows a request on its connection: the next is served, or nothing is, or nothing is and the client hears this status. */
export type Then = "open" | "closed" | number;

/** What has to hold. */
export type Must =
  /** Not a byte reaches the app; the connection closes after the status. */
  | { readonly kind: "refused"; readonly status: number }
  /** The app may see the beginning of it, and that it breaks off. */
  | { readonly kind: "cut"; readonly status: number }
  /** The gateway answers by itself, and the connection goes on. */
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "forwarded"; readonly requests: readonly Forwarded[]; readonly then: Then };

export interface Attack {
  readonly name: string;
  /** One character a byte. */
  readonly bytes: (place: Place) => string;
  readonly must: Must;
  /** The RFC's section, or what some server makes of it. */
  readonly why: string;
  /** The client has no more to say after these bytes, and ends its side. */
  readonly ends?: boolean;
}

export const refused = (status = 400): Must => ({ kind: "refused", status });
export const cut = (status = 400): Must => ({ kind: "cut", status });
export const answered = (status: number): Must => ({ kind: "answered", status });

export function forwarded(requests: Forwarded | readonly Forwarded[] = {}, then: Then = "open"): Must {
  return { kind: "forwarded", requests: Array.isArray(requests) ? requests : [requests as Forwarded], then };
}

/** A text that may hold the case's path. */
export type Text = string | ((place: Place) => string);

export const textFor = (text: Text, place: Place): string => (typeof text === "string" ? text : text(place));

/** A request with headers of its own, each line with its end. */
export const get =
  (headers: Text = "", method = "GET") =>
  (place: Place) =>
    `${method} ${place.path} HTTP/1.1\r\nHost: ${place.host}\r\n${textFor(headers, place)}\r\n`;

export const post =
  (headers: Text, body: Text = "", method = "POST") =>
  (place: Place) =>
    get(headers, method)(place) + textFor(body, place);

/** A request with the length of five, and five bytes. */
export const five = (headers: Text) => post(headers, "abcde");

export const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** A request that a reader who sees the body end too early would serve. */
export const smuggled = ({ host, path }: Place) => `GET /smuggled${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** Makes cases of which the same must hold. */
export function attack(must: Attack["must"], why: string): (entry: (string | Attack["bytes"])[]) => Attack {
  return ([name, bytes]) => ({ name: name as string, bytes: bytes as Attack["bytes"], must, why });
}
