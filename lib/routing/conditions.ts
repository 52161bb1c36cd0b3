import type { RoutingProblem } from "./problem";
import type { RuleConditions } from "./rule";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
export const MAX_VALUES_PER_RULE = 5;

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HostHeaderConditionConfig.html */
export const MAX_VALUE_LENGTH = 128;

/** The same conditions as several rules, each with at most five values: any of the rules matches when the whole would. */
export function splitConditions({ hosts, paths }: RuleConditions): RuleConditions[] {
  if (hosts.length + paths.length <= MAX_VALUES_PER_RULE) return [{ hosts, paths }];
  const roomForPaths = hosts.length === 0 ? MAX_VALUES_PER_RULE : MAX_VALUES_PER_RULE - 1;
  return chunks(paths, roomForPaths).flatMap((somePaths) =>
    chunks(hosts, MAX_VALUES_PER_RULE - somePaths.length).map((someHosts) => ({ hosts: someHosts, paths: somePaths })),
  );
}

/** Values that ALB would refuse. */
export function checkConditions({ hosts, paths }: RuleConditions, path: string): RoutingProblem[] {
  const tooLong = [...hosts, ...paths].filter((value) => value.length > MAX_VALUE_LENGTH);
  return tooLong.map((value) => ({
    code: "SLIPWAY_E_CONDITION_TOO_LONG",
    path,
    prop: "label",
    value,
    message: `the host or path has ${value.length} characters; a listener rule compares at most ${MAX_VALUE_LENGTH}`,
    fix: "Set a shorter label, or a shorter domain on the platform",
  }));
}

/** An empty list is one chunk: it stands for "anything", not for nothing. */
function chunks<T>(values: readonly T[], size: number): T[][] {
  if (values.length === 0) return [[]];
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
