import { DEFAULT_APP_PORT } from "../../catalog";
import type { PythonOptions } from "../compute";
import { DEFAULT_MAX_INPUTS } from "../concurrency";
import type { ScalingOptions } from "../containers";
import { handler } from "../handler";
import type { Handler } from "../values";
import { type WebOptions, webParser } from "../web";
import { pythonCommand } from "./python-command";

export interface AsgiOptions {
  /** `"module:app"` within `source`: an ASGI app (FastAPI, Starlette, Django), or a function without parameters that returns one. */
  readonly handler: Handler;
}

/** An AsgiApp's props less the constructs among them (`platform`, `transform`). */
export type AsgiAppOptions = PythonOptions & ScalingOptions & WebOptions & AsgiOptions;

export const parseAsgiApp = webParser(
  { handler: handler("app") },
  (props, maxInputs) => ({
    kind: "asgi",
    port: DEFAULT_APP_PORT,
    command: pythonCommand("asgi", props.handler, maxInputs),
  }),
  DEFAULT_MAX_INPUTS,
);
