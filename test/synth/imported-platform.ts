import type { TerraformStack } from "cdktf";
import { type IPlatform, Platform, type PlatformAttributes } from "slipway";

/** What another stack's platform published. */
export const PUBLISHED: PlatformAttributes = {
  workspace: "acme",
  environment: "prod",
  domain: "apps.acme.com",
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
  images: "build" as const,
  gatewayImage: "123456789012.dkr.ecr.us-east-1.amazonaws.com/gateway:1",
  idleTimeout: 300,
  logRetentionDays: 90,
  alarmTopicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
  allowInsecure: false,
  waitForDeploy: true,
  observability: "standard",
  priorityBand: 7,
};

/** What one with calls published beside. */
export const CALLS = {
  tableName: "acme-calls",
  bucketName: "acme-calls-1",
  controlRoleName: "acme-control-1",
  retention: 604_800,
} as const;

export function importPlatform(stack: TerraformStack, attributes: Partial<PlatformAttributes> = {}): IPlatform {
  return Platform.fromAttributes(stack, "platform", { ...PUBLISHED, ...attributes });
}
