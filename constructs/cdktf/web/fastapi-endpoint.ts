import type { Construct } from "constructs";
import { type FastApiEndpointOptions, parseFastApiEndpoint } from "../../../lib/spec";
import { type WebConstructProps, WebEndpoint } from "./web-endpoint";

export type FastApiEndpointProps = FastApiEndpointOptions & WebConstructProps;

/**
 * One Python function as an HTTP endpoint: FastAPI reads its parameters from query and body, and answers JSON.
 *
 * ```ts
 * new FastApiEndpoint(this, "hello", { platform, app: "demo", handler: "app:hello", source: __dirname, image });
 * ```
 *
 * Cost (us-east-1): one container of the default size is about $21 a month.
 */
export class FastApiEndpoint extends WebEndpoint {
  constructor(scope: Construct, id: string, props: FastApiEndpointProps) {
    super(scope, id, parseFastApiEndpoint, props, "fastapi");
  }
}
