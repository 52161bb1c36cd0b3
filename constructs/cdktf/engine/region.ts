import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformProvider, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { isToken, SlipwayError } from "../../../lib/spec";

/**
 * The region of the stack's AWS provider (the one without an alias). It is part of every physical name, of log options
 * and of dashboards, so it has to be a literal.
 */
export function regionOf(scope: Construct): string {
  const provider = TerraformStack.of(scope).node.findAll().find(isDefaultAwsProvider);
  const region = provider?.regionInput;
  if (region !== undefined && !isToken(region)) return region;
  throw new SlipwayError(scope.node.path, [
    {
      code: region === undefined ? "SLIPWAY_E_MISSING_PROVIDER" : "SLIPWAY_E_TOKEN_NOT_ALLOWED",
      prop: "region",
      value: undefined,
      message: provider
        ? "the stack's AWS provider must name its region as a literal"
        : "the stack has no AWS provider yet",
      fix: 'Put new AwsProvider(this, "aws", { region: "us-east-1" }) before the platform',
    },
  ]);
}

/** Not `instanceof AwsProvider`: a linked library and its user can each have a copy of the provider's bindings. */
function isDefaultAwsProvider(node: unknown): node is AwsProvider {
  return (
    TerraformProvider.isTerraformProvider(node) && node.terraformResourceType === "aws" && node.alias === undefined
  );
}
