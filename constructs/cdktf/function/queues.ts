import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Fn } from "cdktf";
import { type AccountScope, policyDocument, QUEUE, queueArn, queueStatements } from "../../../lib/task";
import { literalName } from "../engine/literal-name";
import type { ResourceMaker } from "../engine/resource-maker";
import type { FunctionResourceTable } from "./resources";

interface QueueOptions {
  readonly names: { readonly queue: string; readonly deadLetters: string };
  readonly account: AccountScope;
  readonly kmsKeyArn?: string;
  /** The control service's. */
  readonly controlRoleName: string;
  readonly tags: Record<string, string>;
}

interface Queues {
  readonly queue: SqsQueue;
  readonly deadLetters: SqsQueue;
  /** Literals: policies name the queues by them. */
  readonly names: QueueOptions["names"];
}

/** A function's queue, and that of its dead letters, which nobody reads but people. */
export function makeQueues(
  maker: ResourceMaker<FunctionResourceTable>,
  { names, account, kmsKeyArn, controlRoleName, tags }: QueueOptions,
): Queues {
  const common = {
    maxMessageSize: QUEUE.maxMessageBytes,
    ...(kmsKeyArn
      ? { kmsMasterKeyId: kmsKeyArn, kmsDataKeyReusePeriodSeconds: QUEUE.keyReuseSeconds }
      : { sqsManagedSseEnabled: true }),
    tags,
  };
  const deadLetters = maker.make("deadLetters", {
    ...common,
    name: names.deadLetters,
    messageRetentionSeconds: QUEUE.deadLetterRetentionSeconds,
  });
  const deadLettersName = literalName(deadLetters.nameInput, deadLetters, "deadLetters");
  maker.make("deadLettersPolicy", {
    queueUrl: deadLetters.url,
    policy: policyDocument(queueStatements(deadLettersName, account)),
  });
  const queue = maker.make("queue", {
    ...common,
    name: names.queue,
    messageRetentionSeconds: QUEUE.retentionSeconds,
    visibilityTimeoutSeconds: QUEUE.visibilitySeconds,
    receiveWaitTimeSeconds: QUEUE.longPollSeconds,
    redrivePolicy: Fn.jsonencode({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: QUEUE.maxReceives }),
  });
  const queueName = literalName(queue.nameInput, queue, "queue");
  maker.make("queuePolicy", {
    queueUrl: queue.url,
    policy: policyDocument(queueStatements(queueName, account, controlRoleName)),
  });
  maker.make("deadLettersAllowPolicy", {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: policyText({ redrivePermission: "byQueue", sourceQueueArns: [queueArn(queueName, account)] }),
  });
  return { queue, deadLetters, names: { queue: queueName, deadLetters: deadLettersName } };
}

function policyText(value: object): string {
  return JSON.stringify(value);
}
