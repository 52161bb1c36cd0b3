import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import type { WebScaling } from "../../../lib/scaling";
import type { ResourceMaker } from "../engine/resource-maker";
import type { WebResourceTable } from "./resources";

interface ScalingOptions {
  readonly plan: WebScaling;
  readonly clusterName: string;
  readonly service: EcsService;
  /** `<load balancer's full name>/<target group's full name>`: what a request count belongs to. */
  readonly resourceLabel: string;
  /** A request count has no target group to look at before the rule connects it to the load balancer. */
  readonly rule: LbListenerRule;
}

/** Application Auto Scaling between the service's bounds. Each policy asks for a size, and the largest wins. */
export function makeScaling(
  maker: ResourceMaker<WebResourceTable>,
  { plan, clusterName, service, resourceLabel, rule }: ScalingOptions,
): void {
  if (plan.policies.length === 0) return;
  const target = maker.make("scalingTarget", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: `service/${clusterName}/${service.name}`,
    minCapacity: plan.min,
    maxCapacity: plan.max,
  });
  for (const { name, metric, target: targetValue, scaleInCooldown, scaleOutCooldown } of plan.policies) {
    const perTarget = metric === "ALBRequestCountPerTarget";
    maker.make(`${name}Scaling`, {
      name,
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue,
        scaleInCooldown,
        scaleOutCooldown,
        predefinedMetricSpecification: { predefinedMetricType: metric, ...(perTarget ? { resourceLabel } : {}) },
      },
      ...(perTarget ? { dependsOn: [rule] } : {}),
    });
  }
}
