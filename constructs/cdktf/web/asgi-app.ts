import type { Construct } from "constructs";
import { type AsgiAppOptions, parseAsgiApp } from "../../../lib/spec";
import { type WebConstructProps, WebEndpoint } from "./web-endpoint";

export type AsgiAppProps = AsgiAppOptions & WebConstructProps;

/**
 * An ASGI app (FastAPI, Starlette, Django, Quart) under uvicorn, with lifespan, streaming and WebSockets.
 *
 * ```ts
 * new AsgiApp(this, "api", { platform, app: "shop", handler: "api:app", source: __dirname, image });
 * ```
 *
 * Cost (us-east-1): one container of the default size is about $21 a month.
 */
export class AsgiApp extends WebEndpoint {
  constructor(scope: Construct, id: string, props: AsgiAppProps) {
    super(scope, id, parseAsgiApp, props, "asgi");
  }
}
