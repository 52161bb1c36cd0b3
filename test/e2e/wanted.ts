import type { Wanted } from "../iam-decision";
import type { Asked } from "./recorder";
import { REGION } from "./terraform";

/** The emulator's account. */
export const ACCOUNT = "123456789012";

/** What a request to AWS needs to be allowed, as the service authorization reference has it. */
export function wantedBy(asked: Asked): Wanted[] {
  switch (asked.service) {
    case "dynamodb":
      return [wantedOfTable(asked)];
    case "sqs":
      return [want(asked, `arn:aws:sqs:${REGION}:${queueOf(asked.input.QueueUrl)}`)];
    case "ecs":
      return servicesOf(asked.input).map((service) =>
        want(asked, `arn:aws:ecs:${REGION}:${ACCOUNT}:service/${asked.input.cluster}/${service}`),
      );
    case "s3":
      return [{ ...wantedOfObject(asked), context: {} }];
    default:
      throw new Error(`no test knows what ${asked.service} ${asked.action} needs`);
  }
}

function want({ service, action }: Asked, resource: string, context: Wanted["context"] = {}): Wanted {
  return { action: `${service}:${action}`, resource, context: { "aws:SecureTransport": ["true"], ...context } };
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
function wantedOfTable(asked: Asked): Wanted {
  const { TableName, IndexName } = asked.input;
  const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TableName}`;
  const keys = leadingKeysOf(asked);
  const context: Wanted["context"] = keys ? { "dynamodb:LeadingKeys": keys } : {};
  return want(asked, IndexName ? `${table}/index/${IndexName}` : table, context);
}

/** Values of the partition key: of the table, or of the index that is asked. */
function leadingKeysOf({ action, input }: Asked): string[] | undefined {
  switch (action) {
    case "GetItem":
    case "UpdateItem":
    case "DeleteItem":
      return [input.Key.pk.S];
    case "PutItem":
      return [input.Item.pk.S];
    case "Query": {
      // The first condition is on the partition key.
      const value = /=\s*(:\w+)/.exec(input.KeyConditionExpression)![1]!;
      return [input.ExpressionAttributeValues[value].S];
    }
    case "Scan":
      return undefined;
    default:
      throw new Error(`no test knows the keys of ${action}`);
  }
}

/** `http://…/<account>/<name>` */
function queueOf(url: string): string {
  return new URL(url).pathname.slice(1).replace("/", ":");
}

function servicesOf({ service, services }: { service?: string; services?: string[] }): string[] {
  return services ?? [service!];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions */
function wantedOfObject({ action: method, path }: Asked): Omit<Wanted, "context"> {
  const { pathname, searchParams } = new URL(path, "http://s3");
  const [, bucket = "", ...key] = decodeURIComponent(pathname).split("/");
  const resource = `arn:aws:s3:::${bucket}/${key.join("/")}`;
  if (method === "PUT" || method === "POST") return { action: "s3:PutObject", resource };
  if (method === "GET" || method === "HEAD") return { action: "s3:GetObject", resource };
  return { action: searchParams.has("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject", resource };
}
