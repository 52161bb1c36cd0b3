import fc from "fast-check";
import {
  type CallsNames,
  callerStatements,
  controlStatements,
  policyCharacters,
  policyDocument,
  queueNames,
  queueStatements,
  type Statement,
  wakeStatement,
  workerStatements,
} from "../../../lib/task";
import { allows } from "../../iam-decision";

const ACCOUNT = { partition: "aws", region: "us-east-1", account: "111111111111" };
const NAMES: CallsNames = { table: "calls", bucket: "payloads", registry: "registry", cluster: "acme" };
const KMS = "arn:aws:kms:us-east-1:111111111111:key/0a1b";

const RESIZE = { app: "photos", tag: "0000aaaa", queue: "photos-resize" };
const TRAIN = { app: "models", tag: "1111bbbb", queue: "models-train", deadLetters: "models-train-dead" };

const table = "arn:aws:dynamodb:us-east-1:111111111111:table/calls";
const registry = "arn:aws:dynamodb:us-east-1:111111111111:table/registry";
const queue = (name: string) => `arn:aws:sqs:us-east-1:111111111111:${name}`;
const object = (tag: string) => `arn:aws:s3:::payloads/calls/${tag}/fc-${tag}00/in`;
const CALL_OF = (tag: string) => `fc-${tag}${"0".repeat(32)}`;

describe("whoever calls one function", () => {
  const caller = callerStatements([RESIZE], NAMES, ACCOUNT);
  const records = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

  test("may send to its queue, read and change its calls, keep its payloads, and look it up", () => {
    expect(allows(caller, "sqs:SendMessage", queue("photos-resize"))).toBe(true);
    expect(allows(caller, "sqs:GetQueueAttributes", queue("photos-resize"))).toBe(true);
    for (const key of [CALL_OF("0000aaaa"), "ik#0000aaaa#5f", "task#0000aaaa"]) {
      for (const action of records) expect(allows(caller, action, table, key)).toBe(true);
    }
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]) {
      expect(allows(caller, action, object("0000aaaa"))).toBe(true);
    }
    expect(allows(caller, "dynamodb:GetItem", registry, "fn#photos")).toBe(true);
    expect(allows(caller, "dynamodb:Query", table, "control")).toBe(true);
  });

  test("may do nothing of that with another function's", () => {
    expect(allows(caller, "sqs:SendMessage", queue("models-train"))).toBe(false);
    for (const key of [CALL_OF("1111bbbb"), "ik#1111bbbb#5f", "task#1111bbbb", "task#0000aaaa2", "lease#sweep"]) {
      for (const action of records) expect(allows(caller, action, table, key)).toBe(false);
    }
    expect(allows(caller, "s3:GetObject", object("1111bbbb"))).toBe(false);
    expect(allows(caller, "dynamodb:GetItem", registry, "fn#models")).toBe(false);
  });

  test("may run no calls, look through no table, delete nothing, and start no container", () => {
    for (const action of ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]) {
      expect(allows(caller, action, queue("photos-resize"))).toBe(false);
    }
    const actions = caller.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /Scan|Delete|ecs:|\*/.test(action))).toEqual([]);
    // Query only where the control service says it is.
    expect(allows(caller, "dynamodb:Query", table, CALL_OF("0000aaaa"))).toBe(false);
    expect(allows(caller, "dynamodb:PutItem", table, "control")).toBe(false);
  });
});

describe("whoever runs a function's calls", () => {
  const worker = workerStatements(TRAIN, NAMES, ACCOUNT);

  test("has the function's own queue in hand, and puts into the dead letters only", () => {
    for (const action of [
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
      "sqs:SendMessage",
    ]) {
      expect(allows(worker, action, queue("models-train"))).toBe(true);
      expect(allows(worker, action, queue("models-train-dead"))).toBe(action === "sqs:SendMessage");
      expect(allows(worker, action, queue("photos-resize"))).toBe(false);
    }
  });

  test("does not ask where the control service is, unless its code makes calls too", () => {
    expect(allows(worker, "dynamodb:GetItem", table, "control")).toBe(false);
  });

  test("changes its own calls and no other's", () => {
    expect(allows(worker, "dynamodb:UpdateItem", table, CALL_OF("1111bbbb"))).toBe(true);
    expect(allows(worker, "dynamodb:UpdateItem", table, CALL_OF("0000aaaa"))).toBe(false);
  });

  test("protects tasks of the platform's cluster, and changes no service", () => {
    const task = "arn:aws:ecs:us-east-1:111111111111:task/acme/0a1b";
    expect(allows(worker, "ecs:UpdateTaskProtection", task)).toBe(true);
    expect(allows(worker, "ecs:UpdateTaskProtection", task.replace("acme", "other"))).toBe(false);
    expect(worker.flatMap(({ Action }) => Action).filter((action) => /ecs:.*Service/.test(action))).toEqual([]);
  });
});

describe("the control service", () => {
  const service = (name: string) => `arn:aws:ecs:us-east-1:111111111111:service/acme/${name}`;

  test("may look after every call, and by itself start nobody", () => {
    const control = controlStatements(NAMES, ACCOUNT);
    expect(allows(control, "dynamodb:UpdateItem", table, CALL_OF("0000aaaa"))).toBe(true);
    expect(allows(control, "dynamodb:Query", `${table}/index/open`)).toBe(true);
    expect(allows(control, "dynamodb:Scan", table)).toBe(false);
    expect(allows(control, "dynamodb:Scan", registry)).toBe(true);
    expect(allows(control, "dynamodb:PutItem", registry)).toBe(false);
    expect(allows(control, "ecs:UpdateService", service("photos-resize"))).toBe(false);
    expect(control.flatMap(({ Action }) => Action).filter((action) => /^(sqs|s3):/.test(action))).toEqual([]);
  });

  test("is let start a function by the function, and that one only", () => {
    const wake = [wakeStatement("photos-resize", NAMES, ACCOUNT)];
    expect(allows(wake, "ecs:UpdateService", service("photos-resize"))).toBe(true);
    expect(allows(wake, "ecs:UpdateService", service("photos-resize-2"))).toBe(false);
  });

  test("has room in its role for forty functions with names as long as they are", () => {
    const account = { partition: "aws", region: "us-east-1", account: "111111111111" };
    const names = { ...NAMES, cluster: "acme-prod-0123abcd", kmsKeyArn: KMS };
    const wakes = Array.from({ length: 40 }, (_, i) => [
      wakeStatement(`acme-prod-app-fn-${i}-01abcdef`, names, account),
    ]);
    expect(policyCharacters([controlStatements(names, account), ...wakes])).toBeLessThan(10_240);
  });

  test("is let into a queue by the queue, where it can send and look, and receive nothing", () => {
    const [tls, control] = queueStatements("photos-resize", ACCOUNT, "acme-control");
    expect(tls).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
    expect(control).toMatchObject({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111111111111:role/acme-control" },
      Action: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
      Resource: queue("photos-resize"),
    });
    expect(queueStatements("photos-resize-dead", ACCOUNT)).toHaveLength(1);
  });
});

test("a customer's key is used by way of the three services that hold calls, in the platform's region only", () => {
  const names = { ...NAMES, kmsKeyArn: KMS };
  const all = [
    callerStatements([RESIZE], names, ACCOUNT),
    workerStatements(TRAIN, names, ACCOUNT),
    controlStatements(names, ACCOUNT),
  ];
  for (const statements of all) {
    expect(statements.find(({ Sid }) => Sid === "CallsKey")).toEqual({
      Sid: "CallsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: KMS,
      Condition: {
        StringLike: {
          "kms:ViaService": ["dynamodb", "sqs", "s3"].map((service) => `${service}.us-east-1.amazonaws.com*`),
        },
      },
    });
  }
});

test('however many functions are called, "*" is no resource, and statements have names of their own', () => {
  const fn = fc.record({
    app: fc.constantFrom("a", "b"),
    tag: fc.constantFrom("0000aaaa", "1111bbbb", "2222cccc"),
    queue: fc.constantFrom("q1", "q2"),
  });
  fc.assert(
    fc.property(fc.array(fn, { minLength: 1, maxLength: 20 }), (functions) => {
      const all = callerStatements(functions, NAMES, ACCOUNT);
      expect(all.flatMap(({ Resource }) => Resource)).not.toContain("*");
      expect(new Set(all.map(({ Sid }) => Sid)).size).toBe(all.length);
    }),
  );
});

test("a policy is counted as IAM counts it: without blanks", () => {
  const statements: Statement[] = [{ Effect: "Allow", Action: "a:b", Resource: "x y" }];
  expect(policyCharacters([statements, statements])).toBe(2 * (policyDocument(statements).length - 1));
});

test("queues are named by what the function is, within SQS's 80 characters", () => {
  const longest = {
    workspace: "w".repeat(20),
    environment: "e".repeat(20),
    region: "us-east-1",
    app: "a".repeat(32),
    name: "n".repeat(48),
  };
  const names = [
    queueNames(longest),
    queueNames({ ...longest, name: "m" }),
    queueNames({ ...longest, region: "eu-west-1" }),
  ];
  const all = names.flatMap(({ queue: one, deadLetters }) => [one, deadLetters]);
  expect(new Set(all).size).toBe(6);
  for (const name of all) expect(name).toMatch(/^[a-z0-9-]{1,80}$/);
});
