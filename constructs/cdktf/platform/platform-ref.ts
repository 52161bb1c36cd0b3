import type { ITerraformDependable } from "cdktf";
import type { IConstruct } from "constructs";
import type { CostItem } from "../../../lib/catalog";
import type { PlatformAttributes } from "../../../lib/spec";

/** A platform that endpoints are put on: of this stack, or of another by its attributes. */
export interface IPlatform extends IConstruct {
  readonly attributes: PlatformAttributes;
  /** What must exist before a service can start, in the stack that owns the platform; none for an imported one. */
  readonly serviceDependencies: readonly ITerraformDependable[];
  /** Monthly costs before any endpoint; empty for an imported one. */
  readonly costs: readonly CostItem[];
}

const BRAND = Symbol.for("slipway/platform");

export function markPlatform(platform: IPlatform): void {
  Object.defineProperty(platform, BRAND, { value: true });
}

/** Across copies of the library, unlike `instanceof`. */
export function isPlatform(value: unknown): value is IPlatform {
  return typeof value === "object" && value !== null && BRAND in value;
}
