import type { SecretPair } from "../tokens/secret-pair";
import type { LocalEndpoint } from "./endpoint-list";
import type { SpawnedFunction } from "./manifest-calls";
import type { ServedRequest } from "./router";
import type { LogLine } from "./task";

/** What went wrong, in a form that a person and a program can read. */
export interface Failure {
  readonly message: string;
  readonly fix?: string;
  readonly output?: string;
}

/** Everything that happens in a local session, in order. Plain data. */
export type LocalEvent =
  /** A step that may take a while has begun; it ends with the next event that is no log line. */
  | { readonly type: "progress"; readonly message: string }
  | { readonly type: "warning"; readonly message: string }
  | ({ readonly type: "log" } & LogLine)
  | ({ readonly type: "request" } & ServedRequest)
  /** The app command's own output. */
  | { readonly type: "synth-output"; readonly line: string }
  | ({ readonly type: "ready"; readonly url: string; readonly ms: number } & Served)
  /** Another set of functions or rules is served now. */
  | ({ readonly type: "applied" } & Served & Difference)
  /** A function's newest version is being started, and then has taken over. */
  | { readonly type: "starting"; readonly target: string }
  | { readonly type: "serving"; readonly target: string; readonly ms: number }
  /** A new version did not start; `serving` tells whether an older one still answers. */
  | { readonly type: "start-failed"; readonly target: string; readonly serving: boolean; readonly failure: Failure }
  /** A task that was serving is gone; another one is started. */
  | { readonly type: "task-failed"; readonly target: string; readonly failure: Failure }
  /** A change of the app or of the requirements could not be applied; what ran before still does. */
  | { readonly type: "update-failed"; readonly failure: Failure }
  | { readonly type: "stopping" }
  | { readonly type: "stopped" };

/** What answers now. */
export interface Served {
  readonly endpoints: readonly LocalEndpoint[];
  /** What runs calls; where there is any. */
  readonly functions?: readonly SpawnedFunction[];
  /** The session's own, which opens those that require one, and makes public calls; where there are any. */
  readonly token?: SecretPair;
}

/** What an update of the app did, as targets. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export type OnEvent = (event: LocalEvent) => void;

export function failureOf(error: unknown): Failure {
  const { message, fix, output } = error as Failure;
  return { message, ...(fix && { fix }), ...(output && { output }) };
}
