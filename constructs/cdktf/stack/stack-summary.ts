import { TerraformResource, type TerraformStack } from "cdktf";
import { idleFunctionRequests } from "../../../lib/calls/cadence";
import { alarmCosts, type CostItem, fargateMonthlyCost, monitoringCosts, requestsCost } from "../../../lib/catalog";
import { renderSummary } from "../../../lib/manifest";
import { GATEWAY_METRICS } from "../../../lib/monitoring";
import { alarmMetrics } from "../../../lib/scaling";
import type { FunctionSpec, WebSpec } from "../../../lib/spec";
import type { TaskSize } from "../../../lib/task";
import type { IPlatform } from "../platform/platform-ref";
import { type EndpointEntry, type FunctionEntry, targetOf } from "./entries";
import { literal } from "./stack-manifest";

interface Stack {
  readonly platforms: readonly IPlatform[];
  readonly endpoints: readonly EndpointEntry[];
  readonly functions: readonly FunctionEntry[];
  readonly dashboards: number;
}

/** What a synth prints of a stack. */
export function stackSummary(stack: TerraformStack, { platforms, endpoints, functions, dashboards }: Stack): string {
  const { loadBalancerDnsName } = platforms[0]?.attributes ?? { loadBalancerDnsName: "" };
  const alarms = [...endpoints, ...functions].reduce((sum, { alarms: count }) => sum + count, 0);
  const shared: CostItem[] = [
    ...platforms.flatMap(({ costs }) => costs),
    ...monitoringCosts({ metrics: GATEWAY_METRICS * endpoints.length, alarms, dashboards }),
    ...alarmCosts(functions.reduce((sum, { scaling }) => sum + alarmMetrics(scaling), 0)),
  ];
  return renderSummary({
    loadBalancer: literal(loadBalancerDnsName),
    resources: stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node)).length,
    shared,
    functions: [
      ...endpoints.map((entry) => ({
        ...sized(entry.spec, entry.task.size),
        url: literal(entry.url),
        label: entry.spec.label,
        method: entry.spec.method,
      })),
      ...functions.map(({ spec, size }) => {
        const row = sized(spec, size);
        // The control service looks after it whether or not anybody calls.
        return { ...row, monthly: row.monthly + requestsCost(idleFunctionRequests(row.min)), queued: true as const };
      }),
    ],
  });
}

function sized(spec: WebSpec | FunctionSpec, size: TaskSize) {
  return {
    name: targetOf({ spec }),
    size: size.explanation,
    min: spec.minContainers,
    max: spec.maxContainers,
    spot: spec.spot,
    monthly: fargateMonthlyCost({
      ...size,
      architecture: spec.architecture,
      ephemeralGiB: spec.ephemeralDiskGiB,
      count: spec.minContainers,
    }),
  };
}
