import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import type { Resources } from "../engine/resource-maker";

/** What a web endpoint is made of. A name here is a construct id: renaming one replaces the resource in every user's account. */
export const WEB_RESOURCES = {
  logGroup: CloudwatchLogGroup,
  executionRole: IamRole,
  executionPolicy: IamRolePolicy,
  taskRole: IamRole,
  execPolicy: IamRolePolicy,
  tokensPolicy: IamRolePolicy,
  callsPolicy: IamRolePolicy,
  taskDefinition: EcsTaskDefinition,
  targetGroup: LbTargetGroup,
  rule: LbListenerRule,
  service: EcsService,
  scalingTarget: AppautoscalingTarget,
  loadScaling: AppautoscalingPolicy,
  cpuScaling: AppautoscalingPolicy,
  errorsAlarm: CloudwatchMetricAlarm,
  healthyAlarm: CloudwatchMetricAlarm,
  latencyAlarm: CloudwatchMetricAlarm,
  registryItem: DynamodbTableItem,
} as const;

export type WebResourceTable = typeof WEB_RESOURCES;

type Optional =
  | "execPolicy"
  | "tokensPolicy"
  | "callsPolicy"
  | "scalingTarget"
  | "loadScaling"
  | "cpuScaling"
  | "errorsAlarm"
  | "healthyAlarm"
  | "latencyAlarm";
type All = Resources<WebResourceTable>;

/** Every resource of a web endpoint; those that depend on props may be missing. */
export type WebResources = Omit<All, Optional> & Partial<Pick<All, Optional>>;
