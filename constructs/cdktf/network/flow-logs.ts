import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import type { Construct } from "constructs";
import { policyDocument } from "../../../lib/task";

const RETENTION_DAYS = 30;

/** Every flow of the VPC to a log group of its own. */
export function addFlowLogs(scope: Construct, vpc: Vpc): void {
  const account = new DataAwsCallerIdentity(scope, "account", {}).accountId;
  const group = new CloudwatchLogGroup(scope, "flow-log-group", {
    namePrefix: "/slipway/vpc-flow-logs/",
    retentionInDays: RETENTION_DAYS,
  });
  const role = new IamRole(scope, "flow-log-role", {
    namePrefix: "slipway-flow-logs-",
    description: "Writes VPC flow logs",
    assumeRolePolicy: policyDocument([
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        // No other account's flow logs can be pointed at the role.
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]),
  });
  const policy = new IamRolePolicy(scope, "flow-log-policy", {
    namePrefix: "write-",
    role: role.name,
    policy: policyDocument([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: `${group.arn}:*`,
      },
    ]),
  });
  new FlowLog(scope, "flow-log", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: group.arn,
    iamRoleArn: role.arn,
    maxAggregationInterval: 600,
    dependsOn: [policy],
  });
}
