import type { Construct } from "constructs";
import { parseWsgiApp, type WsgiAppOptions } from "../../../lib/spec";
import { type WebConstructProps, WebEndpoint } from "./web-endpoint";

export type WsgiAppProps = WsgiAppOptions & WebConstructProps;

/**
 * A WSGI app (Flask, Django) under gunicorn, with threads.
 *
 * ```ts
 * new WsgiApp(this, "admin", { platform, app: "shop", handler: "shop.wsgi:application", source: __dirname, image });
 * ```
 *
 * Cost (us-east-1): one container of the default size is about $21 a month.
 */
export class WsgiApp extends WebEndpoint {
  constructor(scope: Construct, id: string, props: WsgiAppProps) {
    super(scope, id, parseWsgiApp, props, "wsgi");
  }
}
