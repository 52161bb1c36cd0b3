import { Construct, type IConstruct } from "constructs";
import { isToken, type PlatformAttributes, parsePlatformAttributes, SlipwayError } from "../../../lib/spec";
import type { PlatformCalls } from "../calls/platform-calls";
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

  get offersCalls(): boolean {
    return this.attributes.calls !== undefined;
  }

  requireCalls(by: IConstruct): PlatformCalls {
    const { calls, registryTableName } = this.attributes;
    if (calls === undefined) {
      throw new SlipwayError(by.node.path, [
        {
          code: "SLIPWAY_E_NO_CALLS",
          prop: "platform",
          value: this.node.path,
          message: "was published without what function calls need",
          fix: "Set calls: true on the Platform in its own stack, apply it, and take its slipway_platform anew",
        },
      ]);
    }
    const { tableName, bucketName, retention } = calls;
    const standIn = (value: string, instead: string) => (isToken(value) ? instead : value);
    return {
      attributes: calls,
      stores: { table: tableName, bucket: bucketName, registry: registryTableName, retentionS: retention },
      standIns: {
        table: standIn(tableName, "calls"),
        bucket: standIn(bucketName, "calls"),
        registry: standIn(registryTableName, "registry"),
        retentionS: retention,
      },
    };
  }
}
