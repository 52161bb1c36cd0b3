import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy";
import type { Resources } from "../engine/resource-maker";

/** What a SpawnFunction is made of. A name here is a construct id: renaming one replaces the resource in every user's account. */
export const FUNCTION_RESOURCES = {
  logGroup: CloudwatchLogGroup,
  deadLetters: SqsQueue,
  deadLettersPolicy: SqsQueuePolicy,
  deadLettersAllowPolicy: SqsQueueRedriveAllowPolicy,
  queue: SqsQueue,
  queuePolicy: SqsQueuePolicy,
  executionRole: IamRole,
  executionPolicy: IamRolePolicy,
  taskRole: IamRole,
  execPolicy: IamRolePolicy,
  workerPolicy: IamRolePolicy,
  callsPolicy: IamRolePolicy,
  wakePolicy: IamRolePolicy,
  taskDefinition: EcsTaskDefinition,
  registryItem: DynamodbTableItem,
  service: EcsService,
  scalingTarget: AppautoscalingTarget,
  backlogScaling: AppautoscalingPolicy,
  wakeScaling: AppautoscalingPolicy,
  wakeAlarm: CloudwatchMetricAlarm,
  sleepScaling: AppautoscalingPolicy,
  sleepAlarm: CloudwatchMetricAlarm,
  deadLettersAlarm: CloudwatchMetricAlarm,
  ageAlarm: CloudwatchMetricAlarm,
} as const;

export type FunctionResourceTable = typeof FUNCTION_RESOURCES;

type Optional =
  | "execPolicy"
  | "callsPolicy"
  | "wakePolicy"
  | "scalingTarget"
  | "backlogScaling"
  | "wakeScaling"
  | "wakeAlarm"
  | "sleepScaling"
  | "sleepAlarm"
  | "deadLettersAlarm"
  | "ageAlarm";
type All = Resources<FunctionResourceTable>;

/** Every resource of a SpawnFunction; those that depend on props may be missing. */
export type SpawnResources = Omit<All, Optional> & Partial<Pick<All, Optional>>;
