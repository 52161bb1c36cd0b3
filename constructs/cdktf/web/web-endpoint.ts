import { Op, TerraformOutput, TerraformSelf, Token } from "cdktf";
import { Construct } from "constructs";
import { GATEWAY_PORTS } from "../../../lib/catalog";
import type { PythonKind } from "../../../lib/image";
import { DEFAULT_ALARMS, type MetricRef, type WebMetric, webAlarms, webMetric } from "../../../lib/monitoring";
import { type Identity, physicalName } from "../../../lib/naming";
import { packageVersion } from "../../../lib/package";
import { webAddress } from "../../../lib/routing";
import { webScaling } from "../../../lib/scaling";
import { isToken, type WebParser } from "../../../lib/spec";
import {
  asksForTokens,
  deployMinutes,
  deregistrationDelay,
  EXEC_STATEMENT,
  GATEWAY_CONTAINER,
  platformWarnings,
  policyDocument,
  readTokensStatements,
  registryItem,
  START_MARGIN,
  timersOf,
  webTask,
} from "../../../lib/task";
import type { IFunction } from "../calls/callable";
import { Caller, markCaller } from "../calls/caller";
import { jsonText } from "../engine/json-text";
import { outputId } from "../engine/output-id";
import { ResourceMaker, type Transform, transformReference } from "../engine/resource-maker";
import { requireSameStack } from "../engine/same-stack";
import type { IPlatform } from "../platform";
import { PLATFORM_REFERENCE } from "../platform/platform-ref";
import { accountOf } from "../service/account";
import { makeAlarms } from "../service/alarms";
import { makeRoles } from "../service/roles";
import { ServiceImage } from "../service/service-image";
import { AppImages, readinessOf } from "../stack/app-images";
import { StackPlan } from "../stack/stack-plan";
import { WEB_RESOURCES, type WebResources, type WebResourceTable } from "./resources";
import { makeScaling } from "./scaling";

/** What every web construct takes beside its plain options. */
export interface WebConstructProps {
  /** The platform that the endpoint runs on: of this stack, or imported by `Platform.fromAttributes`. */
  readonly platform: IPlatform;
  /**
   * Changes a resource's config just before it is created, by the name that `resources` gives it.
   * @default - none
   */
  readonly transform?: Transform<WebResourceTable>;
}

const WEB_REFERENCES = {
  platform: PLATFORM_REFERENCE,
  transform: transformReference("service"),
};

/** An endpoint behind the platform's load balancer: an ECS service of the app and its gateway, reached by one listener rule. */
export abstract class WebEndpoint extends Construct {
  readonly app: string;
  readonly name: string;
  /** Where the endpoint is reached, with a final slash. Known only after apply in path mode. */
  readonly url: string;
  readonly urls: string[];
  readonly resources: WebResources;
  private readonly dimensions;
  private readonly caller: Caller;

  /** @param python the kind of Python code that it is, if it is any */
  protected constructor(scope: Construct, id: string, parse: WebParser, props: WebConstructProps, python?: PythonKind) {
    super(scope, id);
    const given = ServiceImage.of(props, python);
    const { spec: read, warnings, pathModeWarnings } = parse(given.props, id, this.node.path, WEB_REFERENCES);
    const { platform } = props;
    requireSameStack(this, platform, {
      prop: "platform",
      fix: "Use Platform.fromAttributes(this, …) with the values that the platform's stack outputs as slipway_platform",
    });
    const { attributes } = platform;
    const account = accountOf(this, attributes.region);
    const { spec, image } = given.place(this, platform, read, account);
    const gateway = AppImages.gateway(this, platform, spec);
    const taskPlatform = { ...attributes, gatewayImage: gateway.uri, library: packageVersion() };
    const maker = new ResourceMaker(this, WEB_RESOURCES, props.transform, ["callsPolicy"]);
    const target = `${spec.app}/${spec.name}`;
    const identity: Identity = { ...attributes, app: spec.app, name: spec.name };
    const name = (maxLength: number, kind?: string, immutable?: string[]) =>
      physicalName(identity, { maxLength, kind, immutable });
    const tags = { "slipway:app": spec.app, "slipway:function": spec.name };
    const address = webAddress({ ...attributes, target, label: spec.label, rulePriority: spec.rulePriority });

    const logGroupName = `/slipway/${name(120)}`;
    const logGroup = maker.make("logGroup", {
      name: logGroupName,
      retentionInDays: attributes.logRetentionDays,
      kmsKeyId: attributes.kmsKeyArn,
      tags,
    });
    const task = webTask(spec, taskPlatform, logGroupName);
    const { firstByte: requestTimeout } = timersOf(spec, attributes);
    const roles = makeRoles(maker, {
      target,
      account,
      images: [image, gateway],
      kmsKeyArn: attributes.kmsKeyArn,
      secrets: task.secrets,
      logGroupArn: logGroup.arn,
      exec: spec.exec,
      name: name(32),
      tags,
    });
    const tokensStatements = asksForTokens(spec) ? readTokensStatements(attributes) : [];
    const tokensPolicy =
      tokensStatements.length > 0
        ? maker.make("tokensPolicy", {
            namePrefix: "tokens-",
            role: roles.task.name,
            policy: policyDocument(tokensStatements),
          })
        : undefined;
    const taskDefinition = maker.make("taskDefinition", {
      family: name(120),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(task.size.cpuUnits),
      memory: String(task.size.memoryMiB),
      ephemeralStorage: spec.ephemeralDiskGiB ? { sizeInGib: spec.ephemeralDiskGiB } : undefined,
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: spec.architecture === "arm64" ? "ARM64" : "X86_64",
      },
      executionRoleArn: roles.execution.arn,
      taskRoleArn: roles.task.arn,
      containerDefinitions: jsonText(task.containers),
      tags,
      dependsOn: readinessOf(image, gateway),
    });
    const targetGroup = maker.make("targetGroup", {
      name: name(32, "tg", ["HTTP", String(GATEWAY_PORTS.data), "ip", ...literals(attributes.vpcId)]),
      vpcId: attributes.vpcId,
      targetType: "ip",
      protocol: "HTTP",
      port: GATEWAY_PORTS.data,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      deregistrationDelay: String(deregistrationDelay(requestTimeout)),
      healthCheck: {
        path: "/health",
        port: String(GATEWAY_PORTS.control),
        protocol: "HTTP",
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags,
      lifecycle: { createBeforeDestroy: true },
    });
    const rule = maker.make("rule", {
      listenerArn: attributes.listenerArn,
      priority: address.rule.priority,
      condition: [
        ...(address.rule.hosts.length > 0 ? [{ hostHeader: { values: [...address.rule.hosts] } }] : []),
        ...(address.rule.paths.length > 0 ? [{ pathPattern: { values: [...address.rule.paths] } }] : []),
      ],
      action: [{ type: "forward", targetGroupArn: targetGroup.arn }],
      tags,
    });
    const deployTimeout = `${deployMinutes({ ...spec, requestTimeout })}m`;
    const service = maker.make("service", {
      name: name(64),
      cluster: attributes.clusterArn,
      taskDefinition: taskDefinition.arn,
      desiredCount: spec.minContainers,
      capacityProviderStrategy: [{ capacityProvider: spec.spot ? "FARGATE_SPOT" : "FARGATE", weight: 1 }],
      availabilityZoneRebalancing: "ENABLED",
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      healthCheckGracePeriodSeconds: spec.startupTimeout + START_MARGIN,
      enableExecuteCommand: spec.exec,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: attributes.waitForDeploy,
      timeouts: { create: deployTimeout, update: deployTimeout },
      networkConfiguration: {
        subnets: [...attributes.privateSubnetIds],
        securityGroups: [attributes.gatewaySecurityGroupId],
        assignPublicIp: false,
      },
      loadBalancer: [
        { targetGroupArn: targetGroup.arn, containerName: GATEWAY_CONTAINER, containerPort: GATEWAY_PORTS.data },
      ],
      tags,
      lifecycle: {
        // Autoscaling owns the count after the first apply.
        ignoreChanges: ["desired_count"],
        // A service that was rolled back is steady too, and the provider takes that for success:
        // https://github.com/hashicorp/terraform-provider-aws/issues/20858
        postcondition: attributes.waitForDeploy
          ? [
              {
                condition: Token.asString(Op.eq(TerraformSelf.getString("task_definition"), taskDefinition.arn)),
                errorMessage: `The new version of ${target} did not become healthy, and ECS rolled it back. Why: npx slipway status ${target}`,
              },
            ]
          : undefined,
      },
      // A target group without a rule has no load balancer, which ECS refuses; on destroy the service goes first.
      dependsOn: [rule, ...roles.policies, ...(tokensPolicy ? [tokensPolicy] : []), ...platform.serviceDependencies],
    });
    this.dimensions = {
      loadBalancer: attributes.loadBalancerFullName,
      targetGroup: targetGroup.arnSuffix,
      cluster: attributes.clusterName,
      service: service.name,
      workspace: attributes.workspace,
      environment: attributes.environment,
      app: spec.app,
      name: spec.name,
    };
    makeScaling(maker, {
      plan: webScaling(spec, webMetric("inFlight", this.dimensions)),
      clusterName: attributes.clusterName,
      service,
    });
    const alarms = webAlarms(
      target,
      spec.alarms ?? (attributes.observability === "standard" ? DEFAULT_ALARMS : false),
      this.dimensions,
    );
    makeAlarms((id, config) => maker.make(id, config), {
      plans: alarms,
      name: name(64),
      topicArn: attributes.alarmTopicArn,
      service,
      tags,
    });

    this.app = spec.app;
    this.name = spec.name;
    this.url = address.url ?? `http://${attributes.loadBalancerDnsName}/${spec.label}/`;
    this.urls = [this.url];
    maker.make("registryItem", {
      tableName: attributes.registryTableName,
      hashKey: "pk",
      rangeKey: "sk",
      item: registryItem({
        spec,
        environment: attributes.environment,
        url: this.url,
        service: service.name,
        revision: Token.asString(taskDefinition.revision),
      }),
    });
    new TerraformOutput(this, "url", { value: this.url, description: `URL of ${target}` }).overrideLogicalId(
      outputId(`${spec.app}_${spec.name}_url`),
    );
    this.resources = maker.finish();
    this.caller = new Caller({
      construct: this,
      platform,
      account,
      taskRole: roles.task,
      service,
      otherStatements: () => [tokensStatements, spec.exec ? [EXEC_STATEMENT] : []],
      policy: {
        make: (config) => maker.make("callsPolicy", config),
        change: (part) => maker.change("callsPolicy", part),
      },
      configure: (calls) =>
        maker.change("taskDefinition", {
          containerDefinitions: jsonText(webTask(spec, taskPlatform, logGroupName, calls).containers),
        }),
    });
    markCaller(this, this.caller);
    StackPlan.of(this).addEndpoint(
      {
        construct: this,
        platform,
        spec,
        task,
        caller: this.caller,
        taskWith: (calls) => webTask(spec, taskPlatform, logGroupName, calls),
        url: this.url,
        rule: address.rule,
        service: service.nameInput,
        alarms: alarms.length,
        dimensions: this.dimensions,
      },
      [...warnings, ...(attributes.domain ? [] : pathModeWarnings), ...platformWarnings(spec, attributes)],
    );
  }

  /** Lets this endpoint make calls of these functions, ask for their results and cancel them. Those of its own app in this stack it may already. */
  grantSpawn(...functions: readonly IFunction[]): this {
    for (const fn of functions) this.caller.grant(fn);
    return this;
  }

  /** A CloudWatch metric of this endpoint: for alarms, dashboards and scaling of one's own. */
  metric(name: WebMetric): MetricRef {
    return webMetric(name, this.dimensions);
  }
}

/** What a physical name may be made of: a value that is known only after apply may not. */
function literals(...values: readonly string[]): string[] {
  return values.filter((value) => !isToken(value));
}
