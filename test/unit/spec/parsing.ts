import {
  parseFastApiEndpoint,
  parseNetwork,
  parseNetworkAttributes,
  parsePlatform,
  parsePlatformAttributes,
  SlipwayError,
} from "../../../lib/spec";

/** The fewest props of each construct. */
export const ENDPOINT = { app: "hello", handler: "app:hello", image: "registry.acme.com/hello:1.0.0" };
export const PLATFORM = { workspace: "acme", gatewayImage: "registry.acme.com/gateway:1.0.0" };
export const NETWORK_ATTRIBUTES = {
  vpcId: "vpc-0a1b",
  publicSubnetIds: ["subnet-0a", "subnet-0b"],
  privateSubnetIds: ["subnet-1a", "subnet-1b"],
  egress: "existing",
};
export const PLATFORM_ATTRIBUTES = {
  ...PLATFORM,
  region: "us-east-1",
  vpcId: "vpc-0a1b",
  privateSubnetIds: ["subnet-1a", "subnet-1b"],
  gatewaySecurityGroupId: "sg-0a1b",
  loadBalancerArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/acme/0a1b",
  loadBalancerFullName: "app/acme/0a1b",
  loadBalancerDnsName: "acme-1.us-east-1.elb.amazonaws.com",
  listenerArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/acme/0a1b/2c3d",
  clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/acme",
  clusterName: "acme",
  registryTableName: "acme-registry",
  tokensTableName: "acme-tokens",
  tokensTableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/acme-tokens",
  priorityBand: 1,
};

export const endpoint = (props: object = {}) =>
  parseFastApiEndpoint({ ...ENDPOINT, ...props }, "greet", "stack/greet", {});
export const platform = (props: object = {}) => parsePlatform({ ...PLATFORM, ...props }, "stack/platform", {});
export const network = (props: object = {}) => parseNetwork(props, "stack/network");
export const networkAttributes = (attributes: object = {}) =>
  parseNetworkAttributes({ ...NETWORK_ATTRIBUTES, ...attributes }, "stack/network");
export const platformAttributes = (attributes: object = {}) =>
  parsePlatformAttributes({ ...PLATFORM_ATTRIBUTES, ...attributes }, "stack/platform");

/** The error that parsing ends in. */
export function refusal(parse: () => unknown): SlipwayError {
  try {
    parse();
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** What a person reads: one line a problem. */
export function messages(parse: () => unknown): string[] {
  return refusal(parse).message.split("\n");
}
