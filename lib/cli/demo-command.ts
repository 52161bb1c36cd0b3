import { request } from "node:http";
import { join } from "node:path";
import { curlCommand, DevSession, type LocalEndpoint, LocalError, nearestFreePort } from "../local";
import { packageRoot } from "../package";
import { DEFAULT_PORT, type DemoCommandOptions } from "./program";
import type { Report } from "./report";
import { reportFor, serveSession } from "./serve-session";

/** What the example's POST endpoint gets. */
const BODY = { text: "a real request" };

export async function demo(options: DemoCommandOptions): Promise<void> {
  const report = reportFor(options);
  await serveSession(
    report,
    async () =>
      new DevSession({
        folder: join(packageRoot(), "examples", "hello"),
        port: options.port ?? (await nearestFreePort(DEFAULT_PORT)),
        onEvent: (event) => report.event(event),
      }),
    async (session) => {
      for (const endpoint of session.endpoints) await tryEndpoint(endpoint, report);
      return options.once ? "stop" : "stay";
    },
  );
}

async function tryEndpoint(endpoint: LocalEndpoint, report: Report): Promise<void> {
  report.line(`$ ${curlCommand(endpoint, { body: BODY })}`);
  const { status, body } = await send(endpoint);
  report.line(`${status} ${body.trim()}\n`);
  if (status !== 200) throw new LocalError(`${endpoint.target} answered ${status} in place of 200.`);
}

/** Unlike curl and browsers, Node asks the system's resolver for names under localhost, which need not know them. */
function send({ url, method = "GET" }: LocalEndpoint): Promise<{ status: number; body: string }> {
  const { host, port } = new URL(url);
  const hasBody = method !== "GET" && method !== "DELETE";
  return new Promise((resolve, reject) => {
    const headers = { host, ...(hasBody && { "content-type": "application/json" }) };
    const outgoing = request({ host: "127.0.0.1", port, method, headers, agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response.setEncoding("utf8")) body += chunk;
      resolve({ status: response.statusCode!, body });
    });
    outgoing.once("error", reject);
    outgoing.end(hasBody ? JSON.stringify(BODY) : undefined);
  });
}
