export { CALLS_ENDPOINTS, GATEWAY_ENDPOINTS, INTERFACE_ENDPOINTS } from "./endpoints";
export { MOST_ZONES, type SubnetPlan, subnetPlan } from "./subnet-plan";
