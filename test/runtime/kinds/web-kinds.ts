import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ensurePythonEnvironment, type PythonEnvironment } from "../../../lib/local/python-environment";

const ROOT = join(__dirname, "../../..");
const EXAMPLE = join(ROOT, "examples/web-kinds");

/** Always the same folder: its Python environments are made once. */
const COPY = join(ROOT, "node_modules/.cache/slipway-test/web-kinds");

const LEFT_BY_RUNS = new Set(["node_modules", "cdktf.out", ".slipway", "__pycache__"]);

/** Ports that the example's servers have written into them. */
export interface ServerPorts {
  readonly files: number;
  readonly node: number;
}

/** A copy of the example as a user's project, whose own servers have these ports. */
export function copyWebKinds(ports: ServerPorts): string {
  mkdirSync(join(COPY, "node_modules"), { recursive: true });
  cpSync(EXAMPLE, COPY, { recursive: true, filter: (source) => !LEFT_BY_RUNS.has(basename(source)) });
  rmSync(join(COPY, "node_modules/slipway"), { force: true });
  symlinkSync(ROOT, join(COPY, "node_modules/slipway"));
  const main = readFileSync(join(COPY, "main.ts"), "utf8");
  writeFileSync(
    join(COPY, "main.ts"),
    main.replaceAll("8080", String(ports.files)).replace("3000", String(ports.node)),
  );
  return COPY;
}

/** What `cdktf.json` gives to the app: with a domain, endpoints are hosts; without, they are paths. */
export function setDomain(folder: string, domain: string | undefined): void {
  const file = join(folder, "cdktf.json");
  const { context: _, ...project } = JSON.parse(readFileSync(file, "utf8"));
  const context = domain && { domain, hostedZoneId: "Z0123456789ABCDEFGHIJ" };
  writeFileSync(file, JSON.stringify({ ...project, context }));
}

/** The Python of an app of the example: the one that `slipway dev` makes for it. */
export function pythonOf(folder: string, name: "api" | "site"): Promise<PythonEnvironment> {
  const kinds = [name === "api" ? "asgi" : "wsgi"] as const;
  return ensurePythonEnvironment({
    folder: join(folder, ".slipway"),
    source: join(folder, name),
    kinds,
    onProgress: () => {},
  });
}
