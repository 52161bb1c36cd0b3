import type { EndpointDimensions } from "../../../lib/monitoring";

export const DIMENSIONS: EndpointDimensions = {
  loadBalancer: "app/acme/0a1b",
  targetGroup: "targetgroup/hello/2c3d",
  cluster: "acme",
  service: "hello-greet",
  workspace: "acme",
  environment: "prod",
  app: "hello",
  name: "greet",
};
