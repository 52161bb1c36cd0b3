import type { Construct } from "constructs";
import { parseWebServer, type WebServerOptions } from "../../../lib/spec";
import { type WebConstructProps, WebEndpoint } from "./web-endpoint";

export type WebServerProps = WebServerOptions & WebConstructProps;

/**
 * Any server that listens on a port, in any language, with streaming and WebSockets.
 *
 * ```ts
 * new WebServer(this, "ui", { platform, app: "shop", command: ["node", "server.js"], port: 3000, source: __dirname, image });
 * ```
 *
 * Cost (us-east-1): one container of the default size is about $21 a month.
 */
export class WebServer extends WebEndpoint {
  constructor(scope: Construct, id: string, props: WebServerProps) {
    super(scope, id, parseWebServer, props);
  }
}
