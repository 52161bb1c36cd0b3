declare const SLIPWAY_VERSION: string | undefined;

/** Of this program: its bundle has it from package.json. */
export const VERSION = typeof SLIPWAY_VERSION === "string" ? SLIPWAY_VERSION : undefined;

/** A gateway and the library that wrote its configuration are of different versions. */
export interface VersionSkew {
  readonly gateway: string;
  readonly library: string;
  /** Keys of the configuration that this gateway does not know, and does without. */
  readonly ignored: readonly string[];
}

/** Whether two versions differ by more than a patch. Below 1.0 as above it, the second number is the one that adds. */
export function isSkewed(one: string, other: string): boolean {
  return minorOf(one) !== minorOf(other);
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
