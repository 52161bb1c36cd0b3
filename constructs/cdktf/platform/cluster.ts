import type { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import type { ITerraformDependable } from "cdktf";
import type { PlatformSpec } from "../../../lib/spec";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

/** The cluster that all services run in, on Fargate. The list of capacity providers is authoritative, so only the platform holds it. */
export function makeCluster(
  maker: ResourceMaker<PlatformResourceTable>,
  { spec, name, tags }: { spec: PlatformSpec; name: string; tags: Record<string, string> },
): { cluster: EcsCluster; ready: ITerraformDependable } {
  const insights = spec.observability === "standard";
  // Container Insights would make this group itself, with logs that never expire and that outlive the platform.
  const insightsLogs =
    insights &&
    maker.make("clusterInsightsLogGroup", {
      name: `/aws/ecs/containerinsights/${name}/performance`,
      retentionInDays: spec.logRetentionDays,
      kmsKeyId: spec.kmsKeyArn,
      tags,
    });
  const cluster = maker.make("cluster", {
    name,
    setting: [{ name: "containerInsights", value: insights ? "enabled" : "disabled" }],
    tags,
    dependsOn: insightsLogs ? [insightsLogs] : [],
  });
  const ready = maker.make("clusterCapacityProviders", {
    clusterName: cluster.name,
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
  });
  return { cluster, ready };
}
