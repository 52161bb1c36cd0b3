import { parseFastApiEndpoint, type WebSpec } from "../../../lib/spec";
import type { TaskPlatform } from "../../../lib/task";

/** A parsed endpoint, `hello/greet`. */
export function webSpec(props: object = {}): WebSpec {
  const fewest = { app: "hello", handler: "app:hello", image: "registry.acme.com/hello:1" };
  return parseFastApiEndpoint({ ...fewest, ...props }, "greet", "stack/greet", {}).spec;
}

export const DOMAIN_PLATFORM: TaskPlatform = {
  workspace: "acme",
  environment: "prod",
  region: "eu-central-1",
  gatewayImage: "registry.acme.com/gateway:1",
  library: "0.1.0",
  idleTimeout: 300,
  domain: "apps.acme.com",
};
export const PATH_PLATFORM: TaskPlatform = { ...DOMAIN_PLATFORM, domain: undefined };
