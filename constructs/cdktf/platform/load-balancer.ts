import type { Lb } from "@cdktf/provider-aws/lib/lb";
import type { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import type { ITerraformDependable } from "cdktf";
import { UNKNOWN_ADDRESS } from "../../../lib/routing";
import type { PlatformSpec } from "../../../lib/spec";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

/** TLS 1.2 and 1.3 with hybrid post-quantum key exchange: AWS's recommended policy. Provider and API default to one of 2016. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

const NOT_FOUND = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", messageBody: UNKNOWN_ADDRESS, statusCode: "404" },
} as const;

interface LoadBalancerOptions {
  readonly spec: PlatformSpec;
  /** At most 32 characters. */
  readonly name: string;
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  readonly logBucket: string;
  readonly logsReady: ITerraformDependable;
  readonly tags: Record<string, string>;
}

export function makeLoadBalancer(maker: ResourceMaker<PlatformResourceTable>, options: LoadBalancerOptions): Lb {
  const { spec } = options;
  const loadBalancer = maker.make("loadBalancer", {
    name: options.name,
    loadBalancerType: "application",
    internal: spec.scheme === "internal",
    subnets: options.subnetIds,
    securityGroups: [options.securityGroupId],
    idleTimeout: spec.idleTimeout,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "strictest",
    enableDeletionProtection: spec.protect,
    accessLogs: { bucket: options.logBucket, enabled: true },
    tags: options.tags,
    dependsOn: [options.logsReady],
  });
  if (spec.webAclArn) maker.make("webAclAssociation", { resourceArn: loadBalancer.arn, webAclArn: spec.webAclArn });
  return loadBalancer;
}

/** The listener that endpoints put their rules on: HTTPS with a domain (HTTP then redirects to it), HTTP without. */
export function makeListener(
  maker: ResourceMaker<PlatformResourceTable>,
  loadBalancerArn: string,
  certificateArn: string | undefined,
): LbListener {
  const http = { loadBalancerArn, port: 80, protocol: "HTTP" };
  if (!certificateArn) return maker.make("httpListener", { ...http, defaultAction: [NOT_FOUND] });
  maker.make("httpListener", {
    ...http,
    defaultAction: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
  });
  return maker.make("httpsListener", {
    loadBalancerArn,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: TLS_POLICY,
    certificateArn,
    defaultAction: [NOT_FOUND],
  });
}
