import { Construct } from "constructs";
import { type PlatformAttributes, parsePlatformAttributes, SlipwayError } from "../../../lib/spec";
import { regionOf } from "../engine/region";
import { StackPlan } from "../stack/stack-plan";
import { type IPlatform, markPlatform } from "./platform-ref";

/** Another stack's platform. It creates nothing. */
export class ImportedPlatform extends Construct implements IPlatform {
  readonly attributes: PlatformAttributes;
  readonly serviceDependencies = [];
  readonly costs = [];

  constructor(scope: Construct, id: string, attributes: PlatformAttributes) {
    super(scope, id);
    markPlatform(this);
    this.attributes = parsePlatformAttributes(attributes, this.node.path);
    const region = regionOf(this);
    if (region !== this.attributes.region) {
      throw new SlipwayError(this.node.path, [
        {
          code: "SLIPWAY_E_OTHER_REGION",
          prop: "region",
          value: this.attributes.region,
          message: `is not the region of this stack's AWS provider, ${region}`,
          fix: "Give the stack a provider for the platform's region",
        },
      ]);
    }
    StackPlan.of(this).addPlatform(this, this.attributes.clusterName, []);
  }
}
