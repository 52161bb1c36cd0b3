import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { type ITerraformDependable, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import { idleControlRequests } from "../../../lib/calls/cadence";
import { CONTROL_TASK, type CostItem, callsCosts, loadBalancerCosts } from "../../../lib/catalog";
import { type Identity, physicalName } from "../../../lib/naming";
import {
  isToken,
  type PlatformAttributes,
  type PlatformOptions,
  type PlatformSpec,
  parsePlatform,
  SlipwayError,
} from "../../../lib/spec";
import { CONTROL } from "../../../lib/task";
import type { PlatformCalls } from "../calls/platform-calls";
import { regionOf } from "../engine/region";
import { ResourceMaker, type Transform, transformReference } from "../engine/resource-maker";
import { requireSameStack } from "../engine/same-stack";
import { type INetwork, Network } from "../network";
import { isNetwork } from "../network/network";
import { AppImages } from "../stack/app-images";
import { StackPlan } from "../stack/stack-plan";
import { makeAccessLogBucket } from "./access-logs";
import { makeCalls } from "./calls";
import { makeCertificate } from "./certificate";
import { makeCluster } from "./cluster";
import { ImportedPlatform } from "./imported-platform";
import { makeListener, makeLoadBalancer } from "./load-balancer";
import { type IPlatform, markPlatform } from "./platform-ref";
import { ONLY_WITH_CALLS, PLATFORM_RESOURCES, type PlatformResources, type PlatformResourceTable } from "./resources";
import { makeSecurityGroups } from "./security-groups";
import { makeTables } from "./tables";

export interface PlatformProps extends PlatformOptions {
  /**
   * The network that load balancer and tasks are in.
   * @default - a new Network with its defaults
   */
  readonly network?: INetwork;
  /**
   * Changes a resource's config just before it is created, by the name that `resources` gives it.
   * @default - none
   */
  readonly transform?: Transform<PlatformResourceTable>;
}

const NETWORK_REFERENCE = {
  required: false,
  expected: "a Network",
  fix: 'Pass new Network(this, "network") or Network.fromAttributes(…), or leave network out for a new one',
  accepts: isNetwork,
};

/** A load balancer's own minimum. */
const FEWEST_SUBNETS = 2;

/**
 * What a company's endpoints share: network, load balancer with its certificate, cluster, registry, tokens, alarms.
 *
 * Cost (us-east-1, before traffic): load balancer about $24 a month, the default network's NAT gateway about $37.
 */
export class Platform extends Construct implements IPlatform {
  readonly resources: PlatformResources;
  serviceDependencies: readonly ITerraformDependable[];
  private shared: PlatformAttributes;
  private shownCosts: readonly CostItem[];
  private calls?: PlatformCalls;
  private readonly makeCalls: () => PlatformCalls;

  constructor(scope: Construct, id: string, props: PlatformProps) {
    super(scope, id);
    markPlatform(this);
    const { spec, warnings } = parsePlatform(props, this.node.path, {
      network: NETWORK_REFERENCE,
      transform: transformReference("loadBalancer"),
    });
    const region = regionOf(this);
    const network = this.networkFrom(props, spec);
    const maker = new ResourceMaker(this, PLATFORM_RESOURCES, props.transform, ONLY_WITH_CALLS);
    const identity: Identity = { workspace: spec.workspace, environment: spec.environment, region };
    const name = (maxLength: number, kind?: string, immutable?: string[]) =>
      physicalName(identity, { maxLength, kind, immutable });
    const tags = platformTags(spec);
    const account = new DataAwsCallerIdentity(this, "account", {}).accountId;

    const groups = makeSecurityGroups(this, maker, { spec, vpcId: network.vpcId, name: name(60), tags });
    const logs = makeAccessLogBucket(maker, { name: name(26), protect: spec.protect, account, tags });
    const loadBalancer = makeLoadBalancer(maker, {
      spec,
      name: name(32, "alb", [spec.scheme]),
      subnetIds: spec.scheme === "internal" ? network.privateSubnetIds : network.publicSubnetIds,
      securityGroupId: groups.alb.id,
      logBucket: logs.bucket.id,
      logsReady: logs.ready,
      tags,
    });
    const certificateArn =
      spec.certificateArn ??
      (spec.domain && spec.hostedZoneId
        ? makeCertificate(this, maker, { domain: spec.domain, hostedZoneId: spec.hostedZoneId, tags })
        : undefined);
    const listener = makeListener(maker, loadBalancer.arn, certificateArn);
    if (spec.domain && spec.hostedZoneId) {
      maker.make("wildcardAlias", {
        zoneId: spec.hostedZoneId,
        name: `*.${spec.domain}`,
        type: "A",
        // Not the target's health: the load balancer counts as unhealthy while any of its target groups is empty.
        alias: { name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: false },
      });
    }
    const { cluster, ready } = makeCluster(maker, { spec, name: name(64), tags });
    const { registry, tokens, tokensName } = makeTables(maker, { spec, name: (kind) => name(64, kind), tags });
    const alarmTopicArn =
      spec.alarmTopicArn ??
      (spec.observability === "standard"
        ? maker.make("alarmTopic", { name: name(64, "alarms"), kmsMasterKeyId: spec.kmsKeyArn, tags }).arn
        : undefined);

    this.serviceDependencies = [ready, ...network.egressDependencies];
    this.shownCosts = [
      ...network.costs,
      // A list that is known only after apply has at least as many as a load balancer needs.
      ...loadBalancerCosts({
        subnets: Math.max(FEWEST_SUBNETS, network.publicSubnetIds.length),
        scheme: spec.scheme,
      }),
    ];
    this.shared = {
      workspace: spec.workspace,
      environment: spec.environment,
      domain: spec.domain,
      region,
      vpcId: network.vpcId,
      privateSubnetIds: network.privateSubnetIds,
      gatewaySecurityGroupId: groups.gateway.id,
      loadBalancerArn: loadBalancer.arn,
      loadBalancerFullName: loadBalancer.arnSuffix,
      loadBalancerDnsName: loadBalancer.dnsName,
      listenerArn: listener.arn,
      clusterArn: cluster.arn,
      clusterName: cluster.name,
      registryTableName: registry.name,
      tokensTableName: tokensName,
      tokensTableArn: tokens.arn,
      gatewayImage: spec.gatewayImage,
      images: spec.images,
      idleTimeout: spec.idleTimeout,
      logRetentionDays: spec.logRetentionDays,
      alarmTopicArn,
      kmsKeyArn: spec.kmsKeyArn,
      allowInsecure: spec.allowInsecure,
      waitForDeploy: spec.waitForDeploy,
      observability: spec.observability,
      tracing: spec.tracing,
      priorityBand: spec.priorityBand,
    };
    const output = new TerraformOutput(this, "attributes", {
      value: published(this.attributes),
      description: "What Platform.fromAttributes takes in another stack, with a priorityBand of its own",
    });
    output.overrideLogicalId("slipway_platform");
    this.makeCalls = () => {
      const reached = network.reachForCalls?.();
      const dependencies = [...this.serviceDependencies, ...(reached?.dependencies ?? [])];
      const { attributes } = this;
      const image = AppImages.gateway(this, this, { ...CONTROL, ...CONTROL_TASK });
      const calls = makeCalls(this, maker, { spec, attributes, image, account, name, tags, registry, dependencies });
      this.shared = { ...attributes, calls: calls.attributes };
      this.serviceDependencies = dependencies;
      this.shownCosts = [
        ...this.shownCosts,
        ...(reached?.costs ?? []),
        ...callsCosts(idleControlRequests(CONTROL_TASK.count)),
      ];
      output.value = published(this.attributes);
      return calls;
    };
    this.resources = maker.finish();
    StackPlan.of(this).addPlatform(this, cluster.nameInput, warnings);
    if (spec.calls) this.requireCalls();
  }

  /** They are made when the first function needs them. */
  get offersCalls(): boolean {
    return true;
  }

  get attributes(): PlatformAttributes {
    return this.shared;
  }

  get costs(): readonly CostItem[] {
    return this.shownCosts;
  }

  requireCalls(): PlatformCalls {
    this.calls ??= this.makeCalls();
    return this.calls;
  }

  private networkFrom({ network }: PlatformProps, { scheme }: PlatformSpec): INetwork {
    if (!network) return new Network(this, "network");
    if (Construct.isConstruct(network)) {
      requireSameStack(this, network, {
        prop: "network",
        fix: "Use Network.fromAttributes(this, …) with the network's ids",
      });
    }
    const { publicSubnetIds } = network;
    if (scheme === "internal" || isToken(publicSubnetIds) || publicSubnetIds.length >= FEWEST_SUBNETS) return network;
    throw new SlipwayError(this.node.path, [
      {
        code: "SLIPWAY_E_INVALID_VALUE",
        prop: "network",
        value: { publicSubnetIds },
        message: `names ${publicSubnetIds.length} of the ${FEWEST_SUBNETS} public subnets, in two Availability Zones, that an internet-facing load balancer needs`,
        fix: 'Name them in publicSubnetIds, or set scheme: "internal"',
      },
    ]);
  }

  /** A platform that another stack owns, by the plain values that its `attributes` print. */
  static fromAttributes(scope: Construct, id: string, attributes: PlatformAttributes): IPlatform {
    return new ImportedPlatform(scope, id, attributes);
  }
}

/** All but the priority band: another stack with this one's would meet its rules at the apply, and not at the synth. */
function published({ priorityBand: _, ...attributes }: PlatformAttributes): object {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

function platformTags({ workspace, environment }: { workspace: string; environment?: string }): Record<string, string> {
  return { "slipway:workspace": workspace, ...(environment ? { "slipway:environment": environment } : {}) };
}
