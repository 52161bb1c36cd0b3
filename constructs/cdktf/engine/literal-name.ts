import type { IConstruct } from "constructs";
import { isToken, SlipwayError } from "../../../lib/spec";

/** A resource's name that policies and configurations hold: a user's transform may change it, but not into what is known only after apply. */
export function literalName(name: string | undefined, { node }: IConstruct, resource: string): string {
  if (name !== undefined && !isToken(name)) return name;
  throw new SlipwayError(node.scope!.node.path, [
    {
      code: "SLIPWAY_E_TOKEN_NOT_ALLOWED",
      prop: `transform.${resource}`,
      value: undefined,
      message: "must leave it a name that is known at synth: tasks' configuration and policies hold it",
      fix: "Return a config whose name is a literal",
    },
  ]);
}
