import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { TargetTracking, WebScaling } from "../../../lib/scaling";
import type { ResourceMaker } from "../engine/resource-maker";
import type { WebResourceTable } from "./resources";

interface ScalingOptions {
  readonly plan: WebScaling;
  readonly clusterName: string;
  readonly service: EcsService;
}

/** Application Auto Scaling between the service's bounds. Each policy asks for a size, and the largest wins. */
export function makeScaling(
  maker: ResourceMaker<WebResourceTable>,
  { plan, clusterName, service }: ScalingOptions,
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
        ...metricSpecification(metric),
      },
    });
  }
}

function metricSpecification(metric: TargetTracking["metric"]) {
  if (typeof metric === "string") return { predefinedMetricSpecification: { predefinedMetricType: metric } };
  const { namespace, metricName, statistic, dimensions } = metric;
  return {
    customizedMetricSpecification: {
      namespace,
      metricName,
      statistic,
      dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
    },
  };
}
