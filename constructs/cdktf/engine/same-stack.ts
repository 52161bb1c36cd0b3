import { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { type Problem, SlipwayError } from "../../../lib/spec";

/** What another stack owns is used by its attributes: an implicit cross-stack reference would make every plan need that stack's state. */
export function requireSameStack(
  scope: IConstruct,
  given: IConstruct,
  { prop, fix }: Pick<Problem, "prop" | "fix">,
): void {
  if (TerraformStack.of(given) === TerraformStack.of(scope)) return;
  throw new SlipwayError(scope.node.path, [
    { code: "SLIPWAY_E_OTHER_STACK", prop, value: given.node.path, message: "belongs to another stack", fix },
  ]);
}
