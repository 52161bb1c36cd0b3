export { type LoadMetric, type TargetTracking, type WebScaling, webScaling } from "./web-scaling";
