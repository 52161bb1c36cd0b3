export {
  FARGATE_SIZES,
  type FargateSize,
  isFargateSize,
  nearestFargateSizes,
  smallestFargateSizeHolding,
} from "./fargate";
export {
  alarmCosts,
  CONTROL_TASK,
  type CostItem,
  callsCosts,
  endpointCosts,
  loadBalancerCosts,
  monitoringCosts,
  networkCosts,
  type Requests,
  requestsCost,
} from "./platform-costs";
export { DEFAULT_APP_PORT, GATEWAY_PORTS } from "./ports";
export {
  type Architecture,
  type FargateUsage,
  fargateMonthlyCost,
  HOURS_PER_MONTH,
  INCLUDED_EPHEMERAL_GIB,
  PRICES,
} from "./prices";
