/** What the gateway does with a request target. */
export type Route =
  | { readonly kind: "forward"; readonly path: string }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "not-found" };

/**
 * Takes the path-mode prefix (`/<label>`, or "" in domain mode) off an origin-form target, unless the app is to see it. The
 * rest reaches the app byte for byte: nothing is decoded, merged or re-encoded on the way.
 */
export function routeTarget(target: string, prefix: string, keepPrefix = false): Route {
  const queryAt = target.indexOf("?");
  let path = queryAt === -1 ? target : target.slice(0, queryAt);
  const query = queryAt === -1 ? "" : target.slice(queryAt);

  if (prefix !== "") {
    // The slash makes the app's relative links resolve below the prefix.
    if (path === prefix) return { kind: "redirect", location: `${prefix}/${query}` };
    if (!path.startsWith(`${prefix}/`)) return { kind: "not-found" };
    path = path.slice(prefix.length);
  }
  if (isReserved(path)) return { kind: "not-found" };
  return { kind: "forward", path: keepPrefix ? target : path + query };
}

const RESERVED = "_slipway";
const CALLS_VERSION = "/v1/";

/** Where a request asks for the calls API. */
export interface CallsTarget {
  /** From `/v1` on, with the query. */
  readonly path: string;
  /** What the client's paths have before it. */
  readonly base: string;
}

/** What of the calls API an origin-form target is for, in this spelling only; undefined for all others, which are for the app or nobody. */
export function callsTarget(target: string, prefix: string): CallsTarget | undefined {
  const base = `${prefix}/${RESERVED}`;
  return target.startsWith(base + CALLS_VERSION) ? { path: target.slice(base.length), base } : undefined;
}

/**
 * Whether a path is the gateway's own: `/_slipway` and all below it, however it is spelled for an app that decodes
 * percent signs, merges slashes (`//_slipway`) or resolves dot segments (`/a/../%5Fslipway`). Case matters.
 */
function isReserved(path: string): boolean {
  if (!path.includes("%") && !path.includes(RESERVED)) return false;
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const segments: string[] = [];
  for (const segment of decoded.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments[0] === RESERVED;
}

/**
 * Only origin-form reaches an app. A load balancer sends nothing else, and an absolute, authority or asterisk form, or a
 * fragment, is read differently by different servers.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function isOriginForm(target: string): boolean {
  return target.startsWith("/") && !target.includes("#");
}
