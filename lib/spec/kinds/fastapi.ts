import { DEFAULT_APP_PORT } from "../../catalog";
import type { PythonOptions } from "../compute";
import type { ScalingOptions } from "../containers";
import { handler } from "../handler";
import { flag, type Handler, oneOf } from "../values";
import { type HttpMethod, type WebOptions, webParser } from "../web";
import { pythonCommand } from "./python-command";

export interface FastApiOptions {
  /** `"module:function"` within `source`, such as `"app:hello"` for `hello` in `app.py`. */
  readonly handler: Handler;
  /**
   * HTTP method that the function answers; others get 405.
   * @default "GET"
   */
  readonly method?: HttpMethod;
  /**
   * Serve the function's OpenAPI page at /docs (and /redoc, /openapi.json).
   * @default false
   */
  readonly docs?: boolean;
}

/** A FastApiEndpoint's props less the constructs among them (`platform`, `transform`). */
export type FastApiEndpointOptions = PythonOptions & ScalingOptions & WebOptions & FastApiOptions;

export const parseFastApiEndpoint = webParser(
  {
    handler: handler("function"),
    method: oneOf(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
    docs: flag().default(false),
  },
  (props, maxInputs) => ({
    kind: "fastapi",
    port: DEFAULT_APP_PORT,
    method: props.method,
    command: pythonCommand(
      "fastapi",
      props.handler,
      maxInputs,
      "--method",
      props.method,
      ...(props.docs ? ["--docs"] : []),
    ),
  }),
  // As on Modal: a function has its container to itself.
  1,
);
