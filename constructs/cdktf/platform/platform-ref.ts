import type { ITerraformDependable } from "cdktf";
import type { IConstruct } from "constructs";
import type { CostItem } from "../../../lib/catalog";
import type { PlatformAttributes, Reference } from "../../../lib/spec";
import type { PlatformCalls } from "../calls/platform-calls";

/** A platform that endpoints are put on: of this stack, or of another by its attributes. */
export interface IPlatform extends IConstruct {
  readonly attributes: PlatformAttributes;
  /** What must exist before a service can start, in the stack that owns the platform; none for an imported one. */
  readonly serviceDependencies: readonly ITerraformDependable[];
  /** Monthly costs before any endpoint; empty for an imported one. */
  readonly costs: readonly CostItem[];
  /** Whether `requireCalls` has something to give: always on a platform of this stack. */
  readonly offersCalls: boolean;
  /**
   * What function calls need, for a construct that makes or runs some: made now where the platform is this stack's own.
   * An error where another stack's has none.
   */
  requireCalls(by: IConstruct): PlatformCalls;
}

/** How a platform travels beside parsed props. */
export const PLATFORM_REFERENCE: Reference = {
  required: true,
  expected: "a Platform",
  fix: 'Pass new Platform(this, "platform", { … }) or Platform.fromAttributes(…)',
  accepts: isPlatform,
};

const BRAND = Symbol.for("slipway/platform");

export function markPlatform(platform: IPlatform): void {
  Object.defineProperty(platform, BRAND, { value: true });
}

/** Across copies of the library, unlike `instanceof`. */
export function isPlatform(value: unknown): value is IPlatform {
  return typeof value === "object" && value !== null && BRAND in value;
}
