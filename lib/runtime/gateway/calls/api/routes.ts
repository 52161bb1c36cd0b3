/** What the API serves. */
export type Route =
  | { readonly route: "spawn" | "function"; readonly app: string; readonly name: string }
  | { readonly route: "status" | "result" | "cancel"; readonly id: string }
  | { readonly route: "method"; readonly allow: string }
  | { readonly route: "none" };

/** @param path from `/v1` on, without the query */
export function routeOf(method: string, path: string): Route {
  const parts = path.split("/").slice(1).map(decoded);
  const [version, kind, first, second, third] = parts;
  if (version !== "v1" || !first) return { route: "none" };
  const only = (allow: string, route: Route): Route => (method === allow ? route : { route: "method", allow });
  if (kind === "functions" && second) {
    const target = { app: first, name: second };
    if (parts.length === 4) return only("GET", { route: "function", ...target });
    if (parts.length === 5 && third === "calls") return only("POST", { route: "spawn", ...target });
  }
  if (kind === "calls") {
    if (parts.length === 3) return only("GET", { route: "status", id: first });
    if (parts.length === 4 && second === "result") return only("GET", { route: "result", id: first });
    if (parts.length === 4 && second === "cancel") return only("POST", { route: "cancel", id: first });
  }
  return { route: "none" };
}

/** Undefined for what is no text. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
