import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Op, TerraformSelf, Token } from "cdktf";
import type { Construct } from "constructs";
import { CONTROL_TASK, GATEWAY_PORTS } from "../../../lib/catalog";
import { packageVersion } from "../../../lib/package";
import type { PlatformAttributes } from "../../../lib/spec";
import {
  type AccountScope,
  type CallStores,
  controlContainer,
  controlStatements,
  deployMinutes,
  policyDocument,
} from "../../../lib/task";
import { callsNames } from "../calls/platform-calls";
import { jsonText } from "../engine/json-text";
import type { ResourceMaker } from "../engine/resource-maker";
import { makeRoles } from "../service/roles";
import { readinessOf, type TaskImage } from "../stack/app-images";
import type { PlatformResourceTable } from "./resources";

interface ControlOptions {
  readonly attributes: PlatformAttributes;
  readonly image: TaskImage;
  readonly stores: CallStores;
  readonly account: AccountScope;
  readonly name: (maxLength: number) => string;
  readonly tags: Record<string, string>;
  readonly dependencies: readonly ITerraformDependable[];
}

/** A deployment of it is over in this, or is given up. */
const SECONDS = { startupTimeout: 60, requestTimeout: 10, drainTimeout: 10 };

/**
 * The control service: two small tasks that look after calls which nobody else does, and start the first container of a function.
 * Only its role may do that.
 */
export function makeControlService(
  scope: Construct,
  maker: ResourceMaker<PlatformResourceTable>,
  { attributes, image, stores, account, name, tags, dependencies }: ControlOptions,
): { role: IamRole } {
  const group = makeControlGroup(scope, maker, { attributes, name: name(60), tags });
  const logGroupName = `/slipway/${name(120)}`;
  const logGroup = maker.make("controlLogGroup", {
    name: logGroupName,
    retentionInDays: attributes.logRetentionDays,
    kmsKeyId: attributes.kmsKeyArn,
    tags,
  });
  const roles = makeRoles(
    {
      make: (part: string, config: object) =>
        // Under names of their own: a platform may have other roles one day.
        maker.make(CONTROL_ROLES[part as keyof typeof CONTROL_ROLES], config as never) as never,
    },
    {
      target: "the control service",
      account,
      images: [image],
      kmsKeyArn: attributes.kmsKeyArn,
      secrets: [],
      logGroupArn: logGroup.arn,
      exec: false,
      name: name(32),
      tags,
    },
  );
  const policy = maker.make("controlPolicy", {
    namePrefix: "calls-",
    role: roles.task.name,
    policy: policyDocument(controlStatements(callsNames(stores, attributes), account)),
  });
  const container = controlContainer(
    { ...attributes, gatewayImage: image.uri, library: packageVersion() },
    { stores, cluster: attributes.clusterName, logGroup: logGroupName },
  );
  const taskDefinition = maker.make("controlTaskDefinition", {
    family: name(120),
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: String(CONTROL_TASK.cpuUnits),
    memory: String(CONTROL_TASK.memoryMiB),
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
    executionRoleArn: roles.execution.arn,
    taskRoleArn: roles.task.arn,
    containerDefinitions: jsonText([container]),
    tags,
    dependsOn: readinessOf(image),
  });
  const timeout = `${deployMinutes(SECONDS)}m`;
  maker.make("controlService", {
    name: name(64),
    cluster: attributes.clusterArn,
    taskDefinition: taskDefinition.arn,
    desiredCount: CONTROL_TASK.count,
    capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
    availabilityZoneRebalancing: "ENABLED",
    deploymentCircuitBreaker: { enable: true, rollback: true },
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    waitForSteadyState: attributes.waitForDeploy,
    timeouts: { create: timeout, update: timeout },
    networkConfiguration: {
      subnets: [...attributes.privateSubnetIds],
      securityGroups: [group.id],
      assignPublicIp: false,
    },
    tags,
    lifecycle: {
      // A service that was rolled back is steady too: https://github.com/hashicorp/terraform-provider-aws/issues/20858
      postcondition: attributes.waitForDeploy
        ? [
            {
              condition: Token.asString(Op.eq(TerraformSelf.getString("task_definition"), taskDefinition.arn)),
              errorMessage: `The control service did not become healthy, and ECS rolled it back. Its log group: ${logGroupName}`,
            },
          ]
        : undefined,
    },
    dependsOn: [...roles.policies, policy, ...dependencies],
  });
  return { role: roles.task };
}

const CONTROL_ROLES = {
  executionRole: "controlExecutionRole",
  executionPolicy: "controlExecutionPolicy",
  taskRole: "controlTaskRole",
} as const;

/** Gateways and the control service reach each other's control ports, and gateways one another's; nobody else does. */
function makeControlGroup(
  scope: Construct,
  maker: ResourceMaker<PlatformResourceTable>,
  { attributes, name, tags }: { attributes: PlatformAttributes; name: string; tags: Record<string, string> },
) {
  const { vpcId, gatewaySecurityGroupId: gateway } = attributes;
  const control = maker.make("controlSecurityGroup", {
    namePrefix: `${name}-control-`,
    description: "Slipway control service",
    vpcId,
    tags: { ...tags, Name: `${name}-control` },
    lifecycle: { createBeforeDestroy: true },
  });
  const port = { ipProtocol: "tcp", fromPort: GATEWAY_PORTS.control, toPort: GATEWAY_PORTS.control };
  new VpcSecurityGroupIngressRule(scope, "control-from-gateway", {
    securityGroupId: control.id,
    description: "From gateways: somebody must be woken",
    referencedSecurityGroupId: gateway,
    ...port,
  });
  new VpcSecurityGroupEgressRule(scope, "control-to-gateway", {
    securityGroupId: control.id,
    description: "To gateways, control port",
    referencedSecurityGroupId: gateway,
    ...port,
  });
  new VpcSecurityGroupEgressRule(scope, "control-to-aws", {
    securityGroupId: control.id,
    description: "To the APIs of AWS",
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  });
  new VpcSecurityGroupIngressRule(scope, "gateway-from-control", {
    securityGroupId: gateway,
    description: "From the control service, control port",
    referencedSecurityGroupId: control.id,
    ...port,
  });
  new VpcSecurityGroupIngressRule(scope, "gateway-from-gateway", {
    securityGroupId: gateway,
    description: "From gateways whose calls are done, control port",
    referencedSecurityGroupId: gateway,
    ...port,
  });
  return control;
}
