import { joinPair, type SecretPair } from "../tokens/secret-pair";
import type { Endpoint } from "./deployment";
import type { SpawnedFunction } from "./manifest-calls";

/** An endpoint with the address that serves it here. */
export interface LocalEndpoint extends Endpoint {
  readonly url: string;
}

/** `http://<label>-dev.localhost:PORT/`: browsers and curl take every name under localhost for this machine. */
export function localEndpoint(endpoint: Endpoint, port: number): LocalEndpoint {
  return { ...endpoint, url: `http://${endpoint.label}-dev.localhost:${port}/` };
}

const KIND_NAMES = { asgi: "ASGI", wsgi: "WSGI", server: "server" } as const;

/** What an endpoint takes, in a word: its method, or its kind where any method may be. */
export function methodOrKind({ method, kind }: Endpoint): string {
  return method ?? (kind && kind !== "fastapi" ? KIND_NAMES[kind] : "");
}

export interface CurlOptions {
  readonly body?: unknown;
  /** For an endpoint that needs one; without it the command names variables of the shell. */
  readonly token?: SecretPair;
}

/** A command that sends the endpoint a request. */
export function curlCommand(endpoint: LocalEndpoint, { body = {}, token }: CurlOptions = {}): string {
  const { method = "GET", kind, healthPath = "/", url, requiresToken } = endpoint;
  const headers = requiresToken ? tokenHeaders(token) : "";
  // Which paths an app has is its own matter: its status tells what there is at this one.
  if (kind && kind !== "fastapi") return `curl -i ${url}${healthPath.slice(1)}${headers}`;
  if (method === "GET") return `curl ${url}${headers}`;
  if (method === "DELETE") return `curl -X DELETE ${url}${headers}`;
  return `curl -X ${method} ${url}${headers} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

/** What the Python client takes from the environment to make an endpoint's public calls. */
export function clientVariables({ url }: LocalEndpoint, token: SecretPair): string {
  return `export SLIPWAY_URL=${url} SLIPWAY_TOKEN=${joinPair(token)}`;
}

function tokenHeaders({ keyId, secret }: SecretPair = { keyId: "$SLIPWAY_KEY", secret: "$SLIPWAY_SECRET" }): string {
  return ` -H "Slipway-Key: ${keyId}" -H "Slipway-Secret: ${secret}"`;
}

export interface ListedEndpoint extends LocalEndpoint {
  readonly running: boolean;
}

export function endpointListJson(endpoints: readonly ListedEndpoint[], functions: readonly SpawnedFunction[]): string {
  const listed = endpoints.map(({ target, kind, method, url, docs, requiresToken, publicCalls, running }) => ({
    name: target,
    kind,
    method,
    url,
    docs: docs ? `${url}docs` : undefined,
    requiresToken,
    publicCalls,
    running,
  }));
  const spawned = functions.map(({ target, kind, callers }) => ({ name: target, kind, callers }));
  return `${JSON.stringify({ endpoints: listed, ...(spawned.length > 0 && { functions: spawned }) }, null, 2)}\n`;
}

export function endpointListHtml(endpoints: readonly ListedEndpoint[], functions: readonly SpawnedFunction[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>slipway dev</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.25rem; }
  li { margin: 1rem 0; }
  ul { list-style: none; padding: 0; }
  code, .note { opacity: 0.75; font-size: 0.875rem; }
</style>
<h1>slipway dev</h1>
<ul>
${[...endpoints.map(item), ...functions.map(functionItem)].join("\n")}
</ul>
</html>
`;
}

function item(endpoint: ListedEndpoint): string {
  const { target, url, docs, running } = endpoint;
  const docsLink = docs ? ` · <a href="${escapeHtml(url)}docs">docs</a>` : "";
  const state = running ? "" : ' <span class="note">(not running: see the terminal)</span>';
  return `  <li><strong>${escapeHtml(target)}</strong> ${methodOrKind(endpoint)}${docsLink}${state}<br>
    <a href="${escapeHtml(url)}">${escapeHtml(url)}</a><br><code>${escapeHtml(curlCommand(endpoint))}</code></li>`;
}

function functionItem({ target, kind, callers }: SpawnedFunction): string {
  return `  <li><strong>${escapeHtml(target)}</strong> ${kind}<br>
    <span class="note">spawned by ${escapeHtml(callers.join(", ") || "nobody yet")}</span></li>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
