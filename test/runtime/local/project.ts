import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Manifest, ManifestEndpoint } from "../../../lib/manifest/schema";
import { containers, type FunctionOptions, gatewayConfig, TOKENS_TABLE } from "./definitions";

const folders: string[] = [];

export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "slipway-local-")));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) write(folder, name, text);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

export interface ProjectFunction extends FunctionOptions {
  /** Folder of the code inside the project. */
  readonly source: string;
  /** @default "fastapi" */
  readonly kind?: ManifestEndpoint["kind"];
}

/** A stack in path mode. */
export function manifest(folder: string, functions: readonly ProjectFunction[], stack = "acme") {
  const from = join(folder, ".slipway", "synth", "stacks", stack);
  return {
    version: 1,
    stack,
    platform: {
      workspace: "acme",
      environment: "test",
      region: "eu-west-1",
      domain: null,
      cluster: "acme-test-0123abcd",
      tokensTable: TOKENS_TABLE,
    },
    functions: functions.map((fn): ManifestEndpoint => {
      const options = { ...fn, prefix: `/acme-${fn.name}` };
      return {
        app: "acme",
        name: fn.name,
        path: `${stack}/${fn.name}`,
        kind: fn.kind ?? "fastapi",
        label: `acme-${fn.name}`,
        urls: [null],
        service: `acme-test-acme-${fn.name}-0123abcd`,
        source: relative(from, join(folder, fn.source)),
        spec: {
          ...(fn.healthPath && { healthPath: fn.healthPath }),
          ...(fn.requiresToken && { requiresProxyAuth: true }),
        },
        task: { cpu: 512, memoryMiB: 1024, containers: containers(options) },
        gateway: gatewayConfig(options),
      };
    }),
    routes: functions.map(({ name }, i) => ({
      priority: i + 1,
      hosts: [],
      paths: [`/acme-${name}`, `/acme-${name}/*`],
      target: `acme/${name}`,
    })),
  } satisfies Manifest;
}

/** An app command that writes the manifests which `app.json` holds: what a CDKTF app does, without its start-up time. */
const APP = `
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
for (const manifest of JSON.parse(readFileSync("app.json", "utf8"))) {
  const folder = process.env.CDKTF_OUTDIR + "/stacks/" + manifest.stack;
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + "/slipway.json", JSON.stringify(manifest));
}
`;

/** A project whose app command synthesizes these functions; `synthesizes` changes them. */
export function project(files: Readonly<Record<string, string>>): string {
  return temporaryFolder({ "cdktf.json": '{ "app": "node app.js" }', "app.js": APP, ...files });
}

let edits = 0;

/** Changes what the project's app deploys, as an edit of its code does. */
export function deploys(folder: string, ...manifests: readonly Manifest[]): void {
  write(folder, "app.json", JSON.stringify(manifests));
  edits += 1;
  write(folder, "stack.ts", `export const edit = ${edits};\n`);
}
