import { setTimeout as delay } from "node:timers/promises";
import {
  type CallRecord,
  create,
  type FunctionEntry,
  functionTag,
  newCallId,
  SWEEP_SLACK_MS,
} from "../../../lib/calls";
import { ControlAddresses, FunctionMemory } from "../../../lib/calls/aws";
import type { GatewayProcess } from "../gateway/gateway-process";
import { send, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns, RETENTION_S, TABLE } from "./aws-stand-ins";
import { startCallsGateway } from "./calls-gateway";
import { startControl } from "./control-process";
import { EcsStandIn } from "./ecs-stand-in";

let aws: AwsStandIns;
let ecs: EcsStandIn;
let fn: FunctionEntry;
let control: GatewayProcess;
let memory: FunctionMemory;

/** Was deployed once. */
const GONE = functionTag({ environment: "test", app: "acme", name: "gone" });

beforeAll(async () => {
  aws = await AwsStandIns.start();
  ecs = await EcsStandIn.start();
  fn = await aws.addFunction();
  memory = new FunctionMemory(aws.clients.dynamodb, TABLE);
  await memory.remember({ tag: GONE, visibilityMs: 5000 }, Date.now() + 3_600_000);
  control = await startControl(aws, { ecs: ecs.url });
  await control.logged("leading");
});
afterAll(stopEverything);
afterEach(() => {
  aws.clear();
  ecs.desired.clear();
  ecs.updates.length = 0;
});

/** A record as some time has left it. */
async function record(own: Partial<CallRecord>, agoMs = 60_000, tag = fn.tag): Promise<CallRecord> {
  const now = Date.now() - agoMs;
  const input = { in: "record" as const, body: '{"args":[],"kwargs":{}}' };
  const made = create(
    { id: newCallId(tag), app: fn.app, fn: fn.name, input, now },
    { queueMs: 3_600_000, deadlineMs: 7_200_000, retentionS: RETENTION_S },
  );
  const left = { ...made, ...own };
  await aws.table.create(left);
  return left;
}

const state = async (id: string) => (await aws.table.get(id))!.state;

async function sentMessages(): Promise<string[]> {
  const received = await aws.queue(fn.queueUrl).receive(10, 60_000, undefined, 0);
  return received.map(({ message }) => message!.call);
}

test("a call whose message was never sent gets one", async () => {
  const { id } = await record({});
  await until(async () => (await aws.table.get(id))!.sentAt !== undefined, "the message is marked as sent");
  expect(await sentMessages()).toEqual([id]);
});

test("a call that nobody began in time expires, and one whose deadline is over is timed out", async () => {
  const past = Date.now() - SWEEP_SLACK_MS - 2000;
  const late = await record({ sentAt: 1, startBy: past, nextDue: past });
  const over = await record({ sentAt: 1, startedAt: 1, attempt: 1, startBy: past, doneBy: past, nextDue: past });
  await until(async () => (await state(late.id)) === "EXPIRED", "it expires");
  await until(async () => (await state(over.id)) === "TIMEOUT", "it times out");
  expect(await aws.table.get(late.id)).toMatchObject({ error: { type: "QueueTimeout" } });
  expect((await aws.table.get(late.id))!.nextDue).toBeUndefined();
});

test("open calls of a function that is deployed no more are given up by their deadlines, and nothing is sent for them", async () => {
  const past = Date.now() - SWEEP_SLACK_MS - 2000;
  const unsent = await record({}, 60_000, GONE);
  const late = await record({ sentAt: 1, startBy: past, nextDue: past }, 60_000, GONE);
  const over = await record(running({ doneBy: past, nextDue: past }), 60_000, GONE);
  await until(async () => (await state(late.id)) === "EXPIRED", "it expires");
  await until(async () => (await state(over.id)) === "TIMEOUT", "it times out");
  await until(async () => (await aws.table.get(unsent.id))!.nextDue === unsent.startBy, "it has time to begin");
  expect(await aws.table.get(unsent.id)).not.toHaveProperty("sentAt");
  expect(aws.sqs.count("SendMessage")).toBe(0);
});

test("a function that is deployed is remembered for the day when it is gone", async () => {
  await until(async () => (await memory.list()).some(({ tag }) => tag === fn.tag), "it is remembered");
  expect(await memory.list()).toContainEqual({ tag: fn.tag, visibilityMs: fn.visibilityMs });
});

const running = (own: Partial<CallRecord> = {}): Partial<CallRecord> => ({
  state: "RUNNING",
  sentAt: 1,
  attempt: 1,
  deliveries: 1,
  startedAt: Date.now() - 60_000,
  leaseOwner: "worker",
  leaseUntil: Date.now() - SWEEP_SLACK_MS - 5000,
  attemptBy: Date.now() - 1000,
  nextDue: Date.now() - 1000,
  ...own,
});

test("a call whose worker is dead gets another message; a cancelled one ends", async () => {
  const dead = await record(running());
  const cancelled = await record(running({ cancelRequestedAt: 1 }));
  await until(async () => (await state(cancelled.id)) === "CANCELLED", "it is cancelled");
  await until(async () => (await aws.table.get(dead.id))!.nextDue! > Date.now(), "it is looked after");
  expect(await sentMessages()).toContain(dead.id);
  expect(await state(dead.id)).toBe("RUNNING");
});

test("a call whose worker's lease is old is let be while the worker says that it lives", async () => {
  const { id } = await record(running({ leaseOwner: "alive" }));
  await aws.table.beat(fn.tag, "alive", Date.now(), 2_000_000_000);
  await until(async () => (await aws.table.get(id))!.nextDue! > Date.now(), "it is put off");
  expect(await sentMessages()).not.toContain(id);
});

test("of two control tasks one sweeps, and the other takes over when it leaves", async () => {
  const other = await startControl(aws);
  expect(other.event("leading")).toBeUndefined();
  const { text } = await send(other.config.listen.loopbackPort, "/metrics");
  expect(text).toContain("slipway_control_leader 0");
  control.kill("SIGTERM");
  expect((await control.exited).code).toBe(0);
  await other.logged("leading");
  control = await startControl(aws, { ecs: ecs.url });
  other.kill("SIGKILL");
  await control.logged("leading");
});

const addresses = () => new ControlAddresses(aws.clients.dynamodb, TABLE).list(Date.now());
const isReachable = () =>
  until(
    async () => (await addresses()).includes(`http://127.0.0.1:${control.controlPort}`),
    "gateways can find the control service",
  );

test("a control task says where it is reached, and takes it back when it leaves", async () => {
  const other = await startControl(aws);
  const url = `http://127.0.0.1:${other.controlPort}`;
  await until(async () => (await addresses()).includes(url), "it is found");
  other.kill("SIGTERM");
  expect((await other.exited).code).toBe(0);
  expect(await addresses()).not.toContain(url);
});

test("a spawn wakes its function's service, from no task to one and never to another number", async () => {
  await isReachable();
  const gateway = await startCallsGateway(aws, [fn]);
  ecs.desired.set(fn.service, 0);
  await gateway.call(fn);
  await until(() => ecs.updates.length > 0, "the service is woken");
  expect(ecs.updates).toEqual([{ service: fn.service, desiredCount: 1 }]);
  await control.logged("woken");
});

test("a service that has tasks is left alone", async () => {
  const busy = await aws.addFunction();
  await isReachable();
  const gateway = await startCallsGateway(aws, [busy]);
  ecs.desired.set(busy.service, 3);
  const words = () => control.metric("slipway_control_wake_words_total");
  const before = await words();
  await gateway.call(busy);
  await until(async () => (await words()) > before, "the word is heard");
  await until(() => ecs.asked.includes(busy.service), "ECS is asked");
  expect(ecs.updates).toEqual([]);
});

test("a word that names no open call wakes nothing", async () => {
  const over = await record({ state: "SUCCESS", nextDue: undefined });
  ecs.desired.set(fn.service, 0);
  const say = (body: string) =>
    send(control.controlPort, "/wake", { method: "POST", body, headers: { "content-type": "application/json" } });
  for (const body of [
    JSON.stringify({ call: newCallId(fn.tag) }),
    JSON.stringify({ call: over.id }),
    JSON.stringify({ call: newCallId("00000000") }),
    JSON.stringify({ app: fn.app, name: fn.name }),
    "{",
    JSON.stringify({ call: "x".repeat(2000) }),
  ]) {
    expect((await say(body)).status).toBe(404);
  }
  expect(ecs.updates).toEqual([]);
});

test("with an unreachable table the service lives on, and sweeps again when the table is back", async () => {
  aws.dynamodb.set("failing");
  await until(() => control.log.some(({ event }) => event === "lease_failed"), "the lease cannot be renewed", 15_000);
  expect((await control.health()).status).toBe(200);
  aws.clear();
  const { id } = await record({});
  await until(async () => (await aws.table.get(id))!.sentAt !== undefined, "it is swept", 15_000);
});

describe("with a control service of its own", () => {
  beforeEach(async () => {
    control.kill("SIGKILL");
    await control.exited;
  });

  test("nobody sweeps who does not know AWS's time", async () => {
    for (const front of [aws.dynamodb, aws.sqs, aws.s3]) front.tellsTime = false;
    control = await startControl(aws, { ecs: ecs.url });
    const past = Date.now() - SWEEP_SLACK_MS - 2000;
    const late = await record({ sentAt: 1, startBy: past, nextDue: past });
    await delay(3000);
    expect(control.event("leading")).toBeUndefined();
    expect(await state(late.id)).toBe("PENDING");
    aws.clear();
    await until(async () => (await state(late.id)) === "EXPIRED", "it expires", 15_000);
  });

  test("a service that sleeps while its queue holds something is woken without a word", async () => {
    const sleeper = await aws.addFunction();
    ecs.desired.set(sleeper.service, 0);
    await aws.queue(sleeper.queueUrl).send({ call: newCallId(sleeper.tag) });
    control = await startControl(aws, { ecs: ecs.url });
    await until(() => ecs.updates.length > 0, "the service is woken", 25_000);
    expect(ecs.updates).toEqual([{ service: sleeper.service, desiredCount: 1 }]);
  });

  // The last one: its lease ends an hour from now.
  test("what is over is so by AWS's time, whatever the host's is", async () => {
    const soon = Date.now() + 1_800_000;
    const half = await record({ sentAt: 1, startBy: soon, nextDue: soon });
    for (const front of [aws.dynamodb, aws.sqs, aws.s3]) front.clockAheadMs = 3_600_000;
    control = await startControl(aws, { ecs: ecs.url });
    await until(async () => (await state(half.id)) === "EXPIRED", "it expires", 15_000);
  });
});
