export { matchesWildcard, matchRules, type RoutedRequest } from "./alb-matching";
export { type AssignedPriorities, assignPriorities, type RouteRequest } from "./assignment";
export { checkConditions, MAX_VALUE_LENGTH, MAX_VALUES_PER_RULE, splitConditions } from "./conditions";
export { hashedPriority, PRIORITY_BANDS, type PriorityRange, priorityRange } from "./priority";
export type { RoutingProblem } from "./problem";
export { countQuotas, LOAD_BALANCER_QUOTAS, type QuotaCounts } from "./quotas";
export type { ListenerRule, RuleConditions } from "./rule";
export { BANDS, type Band, bandOf } from "./specificity";
export { type AddressedEndpoint, labelProblem, UNKNOWN_ADDRESS, type WebAddress, webAddress } from "./web-address";
