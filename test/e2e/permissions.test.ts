import { callerStatements, controlStatements, queueStatements, type Statement, workerStatements } from "../../lib/task";
import { refusals, unneeded } from "./permissions";
import type { Asked } from "./recorder";
import { REGION } from "./terraform";
import { ACCOUNT } from "./wanted";

const NAMES = { table: "calls", bucket: "payloads", registry: "registry", cluster: "acme" };
const SCOPE = { partition: "aws", region: REGION, account: ACCOUNT };
const RESIZE = { app: "photos", tag: "0123abcd", queue: "resize", deadLetters: "resize-dlq" };
const OTHER = "9876fedc";

const PERMISSIONS = new Map<string, readonly Statement[]>([
  ["api", callerStatements([RESIZE], NAMES, SCOPE)],
  ["worker", [...workerStatements(RESIZE, NAMES, SCOPE), ...queueStatements("resize", SCOPE)]],
  ["control", controlStatements(NAMES, SCOPE)],
]);

function asked(by: string, service: string, action: string, input: object, path = "/"): Asked {
  return { by, service, action, input, path, status: 200 };
}

const item = (by: string, action: string, pk: string, TableName = "calls") =>
  asked(by, "dynamodb", action, { TableName, Key: { pk: { S: pk }, sk: { S: "call" } } });
const queue = (by: string, action: string, name: string) =>
  asked(by, "sqs", action, { QueueUrl: `http://127.0.0.1:1/${ACCOUNT}/${name}` });
const object = (by: string, method: string, tag: string, query = "") =>
  asked(by, "s3", method, {}, `/payloads/calls/${tag}/fc-${tag}/in${query}`);

test("what a role's statements, or a queue's, allow is not refused", () => {
  const allowed = [
    item("api", "UpdateItem", "fc-0123abcd77"),
    item("api", "GetItem", "fn#photos", "registry"),
    queue("api", "SendMessage", "resize"),
    object("api", "PUT", "0123abcd", "?partNumber=1&uploadId=u"),
    object("api", "DELETE", "0123abcd", "?uploadId=u"),
    queue("worker", "ReceiveMessage", "resize"),
    queue("worker", "SendMessage", "resize-dlq"),
    asked("control", "ecs", "DescribeServices", { cluster: "acme", services: ["photos-resize"] }),
    asked("control", "dynamodb", "Query", {
      TableName: "calls",
      IndexName: "open",
      KeyConditionExpression: "#open = :open AND nextDue < :now",
      ExpressionAttributeValues: { ":open": { S: "0123abcd#0" }, ":now": { N: "1" } },
    }),
  ];
  expect(refusals(allowed, PERMISSIONS)).toEqual([]);
});

test.each<[string, Asked]>([
  ["another function's record", item("api", "GetItem", `fc-${OTHER}77`)],
  ["another app's entry in the registry", item("api", "GetItem", "fn#shop", "registry")],
  ["an action that nobody grants", item("worker", "DeleteItem", "fc-0123abcd77")],
  ["every item of a table", asked("api", "dynamodb", "Scan", { TableName: "calls" })],
  ["receiving from a queue that it may send to", queue("api", "ReceiveMessage", "resize")],
  ["another function's queue", queue("worker", "ReceiveMessage", "thumb")],
  ["another function's payload", object("worker", "GET", OTHER)],
  ["removing a payload", object("worker", "DELETE", "0123abcd")],
  ["a service that it only may look at", asked("control", "ecs", "UpdateService", { cluster: "acme", service: "web" })],
])("%s is refused", (_, one) => {
  expect(refusals([one], PERMISSIONS)).toHaveLength(1);
});

test("what is refused is told once, with who asked and for what", () => {
  const request = item("worker", "GetItem", `fc-${OTHER}77`);
  expect(refusals([request, request], PERMISSIONS)).toEqual([
    `worker: dynamodb:GetItem arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/calls fc-${OTHER}77`,
  ]);
});

test("a statement that nobody needed is told", () => {
  const worker = new Map([["worker", PERMISSIONS.get("worker")!]]);
  const needed = [item("worker", "GetItem", "fc-0123abcd77"), queue("worker", "ReceiveMessage", "resize")];
  expect(unneeded(needed, worker)).toEqual(
    ["DeadLetters", "Functions", "Payloads", "TaskProtection"].map((sid) => `worker: ${sid}`),
  );
});
