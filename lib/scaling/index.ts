export { type TargetTracking, type WebScaling, webScaling } from "./web-scaling";
