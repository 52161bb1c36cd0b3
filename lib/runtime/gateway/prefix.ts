/** In path mode an app below `/<label>` may think that it is at the root of its host. */
export interface Place {
  /** `/<label>`. */
  readonly prefix: string;
  /** The Host header of the request. */
  readonly host: string;
}

/**
 * Puts the prefix where the app left it out, in the headers of its answer: in `Location`, `Content-Location` and `Refresh`
 * where they lead to the app's own host, and in a cookie's `Path`. What has the prefix keeps it as it is, so apps that
 * honour `X-Forwarded-Prefix` and apps that do not may be mixed with each other, request by request. `Link` and bodies are
 * the app's own business. The list is changed in place.
 */
export function prefixAnswer(headers: string[], place: Place): string[] {
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1]!;
    switch (headers[i]!.toLowerCase()) {
      case "location":
      case "content-location":
        headers[i + 1] = prefixReference(value, place);
        break;
      case "refresh":
        headers[i + 1] = prefixRefresh(value, place);
        break;
      case "set-cookie":
        headers[i + 1] = prefixCookie(value, place.prefix);
        break;
    }
  }
  return headers;
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i;

/** A URI reference. Relative ones resolve below the prefix by themselves; `//other` is another host. */
export function prefixReference(reference: string, { prefix, host }: Place): string {
  const absolute = ABSOLUTE.exec(reference);
  if (absolute === null) {
    return reference.startsWith("/") && !reference.startsWith("//") ? prefixPath(reference, prefix) : reference;
  }
  const [, scheme, authority, rest] = absolute as unknown as [string, string, string, string];
  if (withoutDefaultPort(authority, scheme) !== withoutDefaultPort(host, scheme)) return reference;
  return `${scheme}://${authority}${prefixPath(rest.startsWith("/") ? rest : `/${rest}`, prefix)}`;
}

/** `5; url=/x` @see https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-refresh-header */
export function prefixRefresh(value: string, place: Place): string {
  return value.replace(/^([\s\d.]+[;,]\s*url\s*=\s*["']?)(.*)$/i, (_, start: string, reference: string) => {
    return start + prefixReference(reference, place);
  });
}

/**
 * One `Set-Cookie`. Without a path that begins with a slash a browser takes the folder of the request, which is below the
 * prefix; a `__Host-` cookie must have the path `/`, or browsers drop it.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-5.2.4
 */
export function prefixCookie(cookie: string, prefix: string): string {
  if (/^\s*__host-/i.test(cookie)) return cookie;
  return cookie.replace(/(;\s*path\s*=\s*)(\/[^;]*)/gi, (_, start: string, path: string) => {
    return start + prefixPath(path, prefix);
  });
}

function prefixPath(path: string, prefix: string): string {
  const hasPrefix = path.startsWith(prefix) && /^([/?#\s]|$)/.test(path.slice(prefix.length));
  return hasPrefix ? path : prefix + path;
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { http: ":80", ws: ":80", https: ":443", wss: ":443" };

function withoutDefaultPort(authority: string, scheme: string): string {
  const port = DEFAULT_PORT[scheme.toLowerCase()];
  const name = authority.toLowerCase();
  return port !== undefined && name.endsWith(port) ? name.slice(0, -port.length) : name;
}
