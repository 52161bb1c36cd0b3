import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { PythonKind } from "../../../lib/image";
import type { ClientRequest, Handshake } from "./client";

const ROOT = join(__dirname, "../../..");
const LEFT_BY_RUNS = new Set(["node_modules", "cdktf.out", ".slipway", "__pycache__", "db.sqlite3"]);

/** An app of an example under its own server: what it is without Slipway. */
export interface AppAlone {
  /** Where it runs, below the example's folder. */
  readonly folder: string;
  command(port: number): readonly string[];
  /** It knows at which path it is mounted, by `SCRIPT_NAME` or `SLIPWAY_BASE_PATH`, and so do its links. */
  readonly knowsItsMount?: boolean;
  /** It is asked for whole paths, and nothing is rewritten in what it answers. */
  readonly keepsBasePath?: boolean;
}

/** One of `examples/`, and how it answers without Slipway. */
export interface Example<App extends string = string> {
  readonly name: string;
  /** What Slipway serves from each folder that holds Python. */
  readonly kinds: Readonly<Record<string, readonly PythonKind[]>>;
  readonly apps: Readonly<Record<App, AppAlone>>;
  /** Every route of each app, and what is not for any of them. */
  readonly requests: Readonly<Record<App, readonly ClientRequest[]>>;
  /** The endpoint's label in its address. */
  label(app: App): string;
  /** Makes a copy one that runs here: gives free ports to servers that have one written into them, and pip what its index lacks. */
  prepare?(folder: string): Promise<void>;
  /** The environment of whoever runs it: values of its secrets, and where pip finds packages. */
  readonly env?: Readonly<Record<string, string>>;
  /** What no two answers have in common, in a header's line or in a body: tokens, and times. */
  readonly oneTime?: RegExp;
  /** Server-sent events whose data is the time at which they were sent. */
  readonly events?: { readonly app: App; readonly path: string; readonly count: number };
  readonly webSockets?: readonly AppWebSocket<App>[];
}

/** A WebSocket that an app opens or refuses. */
export interface AppWebSocket<App extends string> extends Handshake {
  readonly app: App;
  readonly status: 101 | 403;
  /** Messages that come back. */
  readonly echoes?: readonly string[];
}

export function exampleFolder(name: string): string {
  return join(ROOT, "examples", name);
}

/** Copies an example as a project of a user's, which resolves `slipway` to this repository. */
export function copyExample(name: string, folder: string): void {
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  cpSync(exampleFolder(name), folder, { recursive: true, filter: (file) => !LEFT_BY_RUNS.has(basename(file)) });
  rmSync(join(folder, "node_modules/slipway"), { force: true });
  symlinkSync(ROOT, join(folder, "node_modules/slipway"));
  rmSync(join(folder, "node_modules/.bin/slipway"), { force: true });
  symlinkSync("../slipway/dist/lib/cli/main.js", join(folder, "node_modules/.bin/slipway"));
}

/** What `cdktf.json` gives to the app: with a domain, endpoints are hosts; without, they are paths. */
export function setDomain(folder: string, domain: string | undefined): void {
  const file = join(folder, "cdktf.json");
  const { context: _, ...project } = JSON.parse(readFileSync(file, "utf8"));
  const context = domain && { domain, hostedZoneId: "Z0123456789ABCDEFGHIJ" };
  writeFileSync(file, JSON.stringify({ ...project, context }));
}
