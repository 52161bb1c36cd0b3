import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CallsError } from "../calls/operator";
import { MANIFEST_FILE, type Manifest } from "../manifest/schema";
import type { PlaceOptions } from "./calls-options";

/** Where the calls of a platform are kept. What is not asked for need not be known. */
export interface CallsPlace {
  readonly table: string;
  registry(): string;
  /** The one that is named. */
  readonly bucket: string | undefined;
  /** As manifests have it: its name, or what is before the suffix that it gets on AWS. */
  bucketNames(): readonly string[];
  /** Of the platform, when the last synth told it. */
  readonly region: string | undefined;
}

const VARIABLES = {
  table: "SLIPWAY_CALLS_TABLE",
  registry: "SLIPWAY_CALLS_REGISTRY",
  bucket: "SLIPWAY_CALLS_BUCKET",
} as const;

type Part = keyof typeof VARIABLES;

const WHAT = { table: "calls table", registry: "registry table", bucket: "bucket of payloads" } as const;

/** The names that are given, and else those of the only platform with calls that the app here deploys. */
export function callsPlace(options: PlaceOptions, folder = process.cwd()): CallsPlace {
  const given = (part: Part) => options[part] || process.env[VARIABLES[part]] || undefined;
  const table = given("table");
  const platforms = platformsOf(callsIn(join(folder, "cdktf.out", "stacks")));
  const platform = table === undefined ? onlyOne(platforms) : platforms.find((one) => one.table === table);
  const refuse = (part: Part): never => {
    throw new CallsError(`There is no telling which ${WHAT[part]} is meant.`, fix(part));
  };
  return {
    table: table ?? platform?.table ?? refuse("table"),
    registry: () => given("registry") ?? platform?.registry ?? refuse("registry"),
    bucket: given("bucket"),
    bucketNames: () => platform?.buckets ?? refuse("bucket"),
    region: platform?.region,
  };
}

interface PlatformCalls {
  readonly table: string;
  readonly registry: string;
  readonly buckets: readonly string[];
  readonly region: string;
}

function onlyOne(platforms: readonly PlatformCalls[]): PlatformCalls | undefined {
  const [first, ...others] = platforms;
  if (others.length === 0) return first;
  const names = platforms.map(({ table }) => table).join(", ");
  throw new CallsError(
    `The app here has more than one calls table: ${names}.`,
    `Name it: --table, or ${VARIABLES.table}.`,
  );
}

function fix(part: Part): string {
  return `Name it with --${part}, or set ${VARIABLES[part]}. Or synthesize the app here first: cdktf synth`;
}

type ManifestCalls = Pick<Manifest, "platform" | "calls">;

/** Each platform once: many stacks may share one, and know its bucket by different names. */
function platformsOf(manifests: readonly ManifestCalls[]): PlatformCalls[] {
  const found = new Map<string, PlatformCalls>();
  for (const { platform, calls } of manifests) {
    if (!calls) continue;
    const { table, registry, bucket } = calls;
    const buckets = [...new Set([...(found.get(table)?.buckets ?? []), bucket])];
    found.set(table, { table, registry, region: platform.region, ...found.get(table), buckets });
  }
  return [...found.values()];
}

/** Of the last synth; what else is in the manifests may be another version's. */
function callsIn(stacks: string): ManifestCalls[] {
  if (!existsSync(stacks)) return [];
  return readdirSync(stacks)
    .sort()
    .map((stack) => join(stacks, stack, MANIFEST_FILE))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")));
}
