import { GATEWAY_PORTS } from "../../catalog";
import type { ComputeOptions } from "../compute";
import { DEFAULT_MAX_INPUTS } from "../concurrency";
import type { ScalingOptions } from "../containers";
import { leaf, oneOf, refuse } from "../values";
import { type WebOptions, webParser } from "../web";
import { command } from "./command";

export interface ServerOptions {
  /**
   * What starts the server: a program and its arguments. For a shell's features write `["sh", "-c", "exec …"]`; `exec`, so that
   * SIGTERM reaches the server.
   */
  readonly command: readonly string[];
  /** The port that the server listens on, 1 to 65535 but for 18080 to 18082, which the gateway has. Set as `PORT` too. */
  readonly port: number;
  /**
   * Path mode only: whether the server sees `/<label>` in its paths. `"keep"` is for a server that was told its base path
   * (`$SLIPWAY_BASE_PATH` holds it), such as `streamlit run --server.baseUrlPath`.
   * @default "strip"
   */
  readonly basePath?: "strip" | "keep";
}

/** A WebServer's props less the constructs among them (`platform`, `transform`). */
export type WebServerOptions = ComputeOptions & ScalingOptions & WebOptions & ServerOptions;

const RESERVED: readonly number[] = Object.values(GATEWAY_PORTS);

export const parseWebServer = webParser(
  {
    command: command(),
    port: leaf<number>(
      (value) => {
        if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 65535) {
          return refuse("must be a port, 1 to 65535", "Use the port that the server listens on");
        }
        return RESERVED.includes(value)
          ? refuse(
              "is the gateway's own port in every task, as are 18080 to 18082",
              "Let the server listen on another port",
            )
          : value;
      },
      { token: "early", example: "8080" },
    ),
    basePath: oneOf(["strip", "keep"]).default("strip"),
  },
  ({ command, port, basePath }) => ({ kind: "server", port, command, keepPrefix: basePath === "keep" }),
  DEFAULT_MAX_INPUTS,
  ({ basePath }) =>
    basePath === "keep"
      ? []
      : [
          'a server at a path: links and scripts that it gives as "/…" lead elsewhere. If it has a flag for its base path, start it with $SLIPWAY_BASE_PATH and set basePath: "keep"; with a domain there is no path',
        ],
);
