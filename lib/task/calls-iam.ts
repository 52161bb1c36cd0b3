import { CONTROL_KEY, OPEN_INDEX } from "../calls/record-item";
import type { AccountScope, Statement } from "./iam";

/** Names in AWS of what calls are kept in: literals, or Terraform expressions. */
export interface CallsNames {
  readonly table: string;
  readonly bucket: string;
  readonly registry: string;
  readonly cluster: string;
  /** The customer's key that encrypts all of these, where there is one. */
  readonly kmsKeyArn?: string;
}

/** A function as policies name it. */
export interface GrantedFunction {
  readonly app: string;
  readonly tag: string;
  /** Of its queue in SQS. */
  readonly queue: string;
}

export interface WorkingFunction extends GrantedFunction {
  readonly deadLetters: string;
}

/** What whoever makes calls of these functions, and asks for their results, needs: their records, queues and payloads, and no others. */
export function callerStatements(
  functions: readonly GrantedFunction[],
  names: CallsNames,
  account: AccountScope,
): Statement[] {
  const tags = functions.map(({ tag }) => tag);
  return [
    {
      Sid: "CallQueues",
      Effect: "Allow",
      Action: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
      Resource: functions.map(({ queue }) => queueArn(queue, account)),
    },
    ...recordStatements(tags, apps(functions), names, account),
    {
      // Where the control service, which wakes functions, is reached.
      Sid: "ControlAddress",
      Effect: "Allow",
      Action: "dynamodb:Query",
      Resource: tableArn(names.table, account),
      Condition: leading([CONTROL_KEY]),
    },
    payloadStatement(tags, names, account),
    ...keyStatement(names, account),
  ];
}

/** What whoever runs a function's calls needs. */
export function workerStatements(fn: WorkingFunction, names: CallsNames, account: AccountScope): Statement[] {
  return [
    {
      Sid: "OwnQueue",
      Effect: "Allow",
      Action: [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
        "sqs:GetQueueAttributes",
      ],
      Resource: queueArn(fn.queue, account),
    },
    {
      Sid: "DeadLetters",
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Resource: queueArn(fn.deadLetters, account),
    },
    ...recordStatements([fn.tag], [fn.app], names, account),
    payloadStatement([fn.tag], names, account),
    {
      // While it has calls, neither a deployment nor scaling may stop it. AWS knows no narrower resource that is known before the task is.
      Sid: "TaskProtection",
      Effect: "Allow",
      Action: ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"],
      Resource: `arn:${account.partition}:ecs:${account.region}:${account.account}:task/${names.cluster}/*`,
    },
    ...keyStatement(names, account),
  ];
}

/** What the control service needs for every function; what starts one's containers is added by the function itself. */
export function controlStatements(names: CallsNames, account: AccountScope): Statement[] {
  const table = tableArn(names.table, account);
  return [
    {
      Sid: "Calls",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"],
      Resource: table,
    },
    { Sid: "OpenCalls", Effect: "Allow", Action: "dynamodb:Query", Resource: `${table}/index/${OPEN_INDEX}` },
    {
      Sid: "Functions",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
      Resource: tableArn(names.registry, account),
    },
    {
      Sid: "Services",
      Effect: "Allow",
      Action: "ecs:DescribeServices",
      Resource: `arn:${account.partition}:ecs:${account.region}:${account.account}:service/${names.cluster}/*`,
    },
    ...keyStatement(names, account),
  ];
}

/** What the control service needs for one function: to start its first container, which nobody else may. */
export function wakeStatement(service: string, { cluster }: CallsNames, account: AccountScope): Statement {
  return {
    Effect: "Allow",
    Action: "ecs:UpdateService",
    Resource: `arn:${account.partition}:ecs:${account.region}:${account.account}:service/${cluster}/${service}`,
  };
}

/**
 * Who may use a function's queue beside its account's own policies: the control service, which sends what was lost and looks how much
 * waits. Here and not in the service's role, whose policies together have 10,240 characters for all functions. Nobody without TLS.
 */
export function queueStatements(queue: string, account: AccountScope, controlRole?: string): Statement[] {
  const resource = queueArn(queue, account);
  return [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Resource: resource,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    ...(controlRole === undefined
      ? []
      : [
          {
            Sid: "ControlService",
            Effect: "Allow" as const,
            Principal: { AWS: `arn:${account.partition}:iam::${account.account}:role/${controlRole}` },
            Action: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
            Resource: resource,
          },
        ]),
  ];
}

export function queueArn(queue: string, { partition, region, account }: AccountScope): string {
  return `arn:${partition}:sqs:${region}:${account}:${queue}`;
}

/**
 * Of items whose partition key is like one of these. `ForAllValues` is true of a request without keys as well, such as a Scan, so no
 * statement with it allows any: only what names its keys.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function leading(keys: readonly string[]): Statement["Condition"] {
  return { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } };
}

function recordStatements(
  tags: readonly string[],
  apps: readonly string[],
  names: CallsNames,
  account: AccountScope,
): Statement[] {
  const table = tableArn(names.table, account);
  return [
    {
      Sid: "CallRecords",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      Resource: table,
      Condition: leading(tags.flatMap((tag) => [`fc-${tag}*`, `ik#${tag}#*`, `task#${tag}`])),
    },
    {
      Sid: "Functions",
      Effect: "Allow",
      Action: "dynamodb:GetItem",
      Resource: tableArn(names.registry, account),
      Condition: leading(apps.map((app) => `fn#${app}`)),
    },
  ];
}

/** Payloads too large for the table, in parts where they are large: what is begun and given up is removed. */
function payloadStatement(tags: readonly string[], { bucket }: CallsNames, { partition }: AccountScope): Statement {
  return {
    Sid: "Payloads",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
    Resource: tags.map((tag) => `arn:${partition}:s3:::${bucket}/calls/${tag}/*`),
  };
}

/** Who uses what a customer's key encrypts needs that key as well, though only by way of the services that hold it. */
function keyStatement({ kmsKeyArn }: CallsNames, { region }: AccountScope): Statement[] {
  if (kmsKeyArn === undefined) return [];
  return [
    {
      Sid: "CallsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: kmsKeyArn,
      Condition: {
        StringLike: {
          "kms:ViaService": ["dynamodb", "sqs", "s3"].map((service) => `${service}.${region}.amazonaws.com*`),
        },
      },
    },
  ];
}

function tableArn(table: string, { partition, region, account }: AccountScope): string {
  return `arn:${partition}:dynamodb:${region}:${account}:table/${table}`;
}

function apps(functions: readonly GrantedFunction[]): string[] {
  return [...new Set(functions.map(({ app }) => app))].sort();
}
