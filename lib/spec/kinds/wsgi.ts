import { DEFAULT_APP_PORT } from "../../catalog";
import type { PythonOptions } from "../compute";
import { DEFAULT_MAX_INPUTS } from "../concurrency";
import type { ScalingOptions } from "../containers";
import { handler } from "../handler";
import type { Handler } from "../values";
import { type WebOptions, webParser } from "../web";
import { pythonCommand } from "./python-command";

export interface WsgiOptions {
  /** `"module:app"` within `source`: a WSGI app (Flask, Django), or a function without parameters that returns one. */
  readonly handler: Handler;
}

/** A WsgiApp's props less the constructs among them (`platform`, `transform`). */
export type WsgiAppOptions = PythonOptions & ScalingOptions & WebOptions & WsgiOptions;

export const parseWsgiApp = webParser(
  { handler: handler("app") },
  (props, maxInputs) => ({
    kind: "wsgi",
    port: DEFAULT_APP_PORT,
    command: pythonCommand("wsgi", props.handler, maxInputs),
  }),
  DEFAULT_MAX_INPUTS,
);
