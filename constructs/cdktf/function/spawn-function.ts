import { dependable, Op, TerraformSelf, Token } from "cdktf";
import { Construct } from "constructs";
import { functionTag } from "../../../lib/calls/call-id";
import { functionAlarms, functionMetrics } from "../../../lib/monitoring";
import { type Identity, physicalName } from "../../../lib/naming";
import { packageVersion } from "../../../lib/package";
import { queueScaling } from "../../../lib/scaling";
import {
  type CallOptions,
  type FunctionOptions,
  type PythonOptions,
  parseSpawnFunction,
  type SpawnScalingOptions,
} from "../../../lib/spec";
import {
  type CallerConfig,
  type CallStores,
  deployMinutes,
  EXEC_STATEMENT,
  entryOf,
  functionItem,
  functionTask,
  MEETING_VOLUME,
  policyDocument,
  queueNames,
  wakeStatement,
  workerStatements,
} from "../../../lib/task";
import { type ICaller, type IFunction, markCallable } from "../calls/callable";
import { Caller, grantSpawnTo, markCaller } from "../calls/caller";
import { callsNames } from "../calls/platform-calls";
import { jsonText } from "../engine/json-text";
import { literalName } from "../engine/literal-name";
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
import { ImportedFunction } from "./imported-function";
import { makeQueues } from "./queues";
import { FUNCTION_RESOURCES, type FunctionResourceTable, type SpawnResources } from "./resources";
import { makeScaling } from "./scaling";

export interface SpawnFunctionProps extends PythonOptions, SpawnScalingOptions, CallOptions, FunctionOptions {
  /** The platform that the function runs on: of this stack, or imported by `Platform.fromAttributes`. */
  readonly platform: IPlatform;
  /**
   * Changes a resource's config just before it is created, by the name that `resources` gives it.
   * @default - none
   */
  readonly transform?: Transform<FunctionResourceTable>;
}

/** Seconds that a worker of the version before takes to notice that there is a newer one. */
const NOTICE = 60;

/**
 * A Python function that is called by way of a queue: whoever spawns a call gets its id at once, and its result later. Calls survive
 * restarts, crashes and deployments.
 *
 * ```ts
 * new SpawnFunction(this, "process", { platform, app: "jobs", handler: "app:process", source: __dirname, image, retries: 3 });
 * ```
 *
 * Endpoints and functions of the same app in the same stack may call it; others are let by `grantSpawnTo`.
 *
 * Cost (us-east-1): nothing for containers while there are no calls; its alarms are about $1.70 a month, the platform's control
 * service, which all functions share, about $18.
 */
export class SpawnFunction extends Construct implements IFunction {
  readonly app: string;
  readonly name: string;
  readonly queueUrl: string;
  readonly dlqUrl: string;
  readonly resources: SpawnResources;

  constructor(scope: Construct, id: string, props: SpawnFunctionProps) {
    super(scope, id);
    const given = ServiceImage.of(props, "calls");
    const { spec: read, warnings } = parseSpawnFunction(given.props, id, this.node.path, {
      platform: PLATFORM_REFERENCE,
      transform: transformReference("service"),
    });
    const { platform } = props;
    requireSameStack(this, platform, {
      prop: "platform",
      fix: "Use Platform.fromAttributes(this, …) with the values that the platform's stack outputs as slipway_platform",
    });
    const calls = platform.requireCalls(this);
    const { attributes } = platform;
    const account = accountOf(this, attributes.region);
    const { spec, image } = given.place(this, platform, read, account);
    const gateway = AppImages.gateway(this, platform, spec);
    const taskPlatform = { ...attributes, gatewayImage: gateway.uri, library: packageVersion() };
    const maker = new ResourceMaker(this, FUNCTION_RESOURCES, props.transform, ["callsPolicy"]);
    const target = `${spec.app}/${spec.name}`;
    const identity: Identity = { ...attributes, app: spec.app, name: spec.name };
    const name = (maxLength: number) => physicalName(identity, { maxLength, kind: "function" });
    const tags = { "slipway:app": spec.app, "slipway:function": spec.name };
    const tag = functionTag({ environment: attributes.environment ?? "", app: spec.app, name: spec.name });

    const logGroupName = `/slipway/${name(120)}`;
    const logGroup = maker.make("logGroup", {
      name: logGroupName,
      retentionInDays: attributes.logRetentionDays,
      kmsKeyId: attributes.kmsKeyArn,
      tags,
    });
    const { queue, deadLetters, names } = makeQueues(maker, {
      names: queueNames(identity),
      account,
      kmsKeyArn: attributes.kmsKeyArn,
      controlRoleName: calls.attributes.controlRoleName,
      tags,
    });
    const task = (stores: CallStores, queueUrl: string, dlqUrl: string, callable?: CallerConfig) =>
      functionTask(spec, taskPlatform, { stores, tag, queueUrl, dlqUrl, calls: callable }, logGroupName);
    const deployed = (callable?: CallerConfig) => task(calls.stores, queue.url, deadLetters.url, callable);
    const { size, containers, secrets } = deployed();
    const roles = makeRoles(maker, {
      target,
      account,
      images: [image, gateway],
      kmsKeyArn: attributes.kmsKeyArn,
      secrets,
      logGroupArn: logGroup.arn,
      exec: spec.exec,
      name: name(32),
      tags,
    });
    const working = { app: spec.app, tag, ...names };
    const callNames = callsNames(calls.stores, attributes);
    const workerPolicy = maker.make("workerPolicy", {
      namePrefix: "worker-",
      role: roles.task.name,
      policy: policyDocument(workerStatements(working, callNames, account)),
    });
    const taskDefinition = maker.make("taskDefinition", {
      family: name(120),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpuUnits),
      memory: String(size.memoryMiB),
      ephemeralStorage: spec.ephemeralDiskGiB ? { sizeInGib: spec.ephemeralDiskGiB } : undefined,
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: spec.architecture === "arm64" ? "ARM64" : "X86_64",
      },
      executionRoleArn: roles.execution.arn,
      taskRoleArn: roles.task.arn,
      volume: [{ name: MEETING_VOLUME }],
      containerDefinitions: jsonText(containers),
      tags,
      dependsOn: readinessOf(image, gateway),
    });
    const deployTimeout = `${deployMinutes({ ...spec, requestTimeout: spec.timeout + NOTICE })}m`;
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
      tags,
      lifecycle: {
        // Autoscaling and the control service own the count after the first apply.
        ignoreChanges: ["desired_count"],
        // A service that was rolled back is steady too: https://github.com/hashicorp/terraform-provider-aws/issues/20858
        postcondition: attributes.waitForDeploy
          ? [
              {
                condition: Token.asString(Op.eq(TerraformSelf.getString("task_definition"), taskDefinition.arn)),
                errorMessage: `The new version of ${target} did not become healthy, and ECS rolled it back. Its log group: ${logGroupName}`,
              },
            ]
          : undefined,
      },
      dependsOn: [...roles.policies, workerPolicy, ...platform.serviceDependencies],
    });
    const serviceName = literalName(service.nameInput, service, "service");
    maker.make("wakePolicy", {
      namePrefix: "wake-",
      role: calls.attributes.controlRoleName,
      policy: policyDocument([wakeStatement(serviceName, callNames, account)]),
    });
    const item = maker.make("registryItem", {
      tableName: attributes.registryTableName,
      hashKey: "pk",
      rangeKey: "sk",
      item: functionItem({
        app: spec.app,
        name: spec.name,
        ...entryOf(spec, tag),
        queueUrl: queue.url,
        dlqUrl: deadLetters.url,
        service: serviceName,
        revision: Token.asString(taskDefinition.revision),
      }),
    });
    // Before the service: workers of the version before begin nothing new once the registry names a later one, and a deployment ends
    // when they have. After it, they would go on as long as there are calls, and the apply would wait for them.
    service.dependsOn = [...(service.dependsOn ?? []), dependable(item)];

    const dimensions = {
      queue: names.queue,
      deadLetters: names.deadLetters,
      cluster: attributes.clusterName,
      service: service.name,
    };
    const isStandard = attributes.observability === "standard";
    const scaling = queueScaling(spec, functionMetrics(dimensions, isStandard));
    makeScaling(maker, {
      plan: scaling,
      target,
      clusterName: attributes.clusterName,
      service,
      name: name(64),
      tags,
    });
    const alarms = isStandard ? functionAlarms(target, spec, dimensions) : [];
    makeAlarms((alarm, config) => maker.make(alarm, config), {
      plans: alarms,
      name: name(64),
      topicArn: attributes.alarmTopicArn,
      service,
      tags,
    });

    this.app = spec.app;
    this.name = spec.name;
    this.queueUrl = queue.url;
    this.dlqUrl = deadLetters.url;
    this.resources = maker.finish();
    const caller = new Caller({
      construct: this,
      platform,
      account,
      taskRole: roles.task,
      service,
      otherStatements: (given, scope) => [workerStatements(working, given, scope), spec.exec ? [EXEC_STATEMENT] : []],
      policy: {
        make: (config) => maker.make("callsPolicy", config),
        change: (part) => maker.change("callsPolicy", part),
      },
      configure: (callable) =>
        maker.change("taskDefinition", { containerDefinitions: jsonText(deployed(callable).containers) }),
    });
    markCaller(this, caller);
    markCallable(this, { platform, app: spec.app, name: spec.name, tag, queue: names.queue });
    StackPlan.of(this).addFunction(
      {
        construct: this,
        platform,
        spec,
        size,
        caller,
        entry: entryOf(spec, tag),
        queues: names,
        taskWith: (stores, urls, callable) => task(stores, urls.queueUrl, urls.dlqUrl, callable),
        service: serviceName,
        alarms: alarms.length,
        scaling,
      },
      warnings,
    );
  }

  /** A function of another stack on the same platform: it can be called, and has to exist when that happens. */
  static fromName(scope: Construct, id: string, platform: IPlatform, app: string, name: string): IFunction {
    return new ImportedFunction(scope, id, platform, app, name);
  }

  /** Lets an endpoint or another function of this stack make calls of this one, ask for their results and cancel them. */
  grantSpawnTo(caller: ICaller): void {
    grantSpawnTo(this, caller);
  }
}
