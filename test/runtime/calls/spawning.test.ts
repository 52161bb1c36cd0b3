import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { type CallsGateway, startCallsGateway } from "./calls-gateway";

let aws: AwsStandIns;
let fn: FunctionEntry;
let gateway: CallsGateway;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction();
  gateway = await startCallsGateway(aws, [fn]);
});
afterAll(stopEverything);
afterEach(() => aws.clear());

test("a spawned call is recorded, its message sent, and its id says whose it is", async () => {
  const { status, headers, body } = await gateway.spawn(fn, [1]);
  expect(status).toBe(202);
  expect(body).toEqual({ call_id: expect.stringMatching(new RegExp(`^fc-${fn.tag}[0-9a-f]{32}$`)), state: "PENDING" });
  expect(headers.location).toBe(`/v1/calls/${body.call_id}`);
  expect(await aws.table.get(body.call_id)).toMatchObject({
    state: "PENDING",
    app: fn.app,
    fn: fn.name,
    input: { in: "record", body: '{"args":[1],"kwargs":{}}' },
  });
  const [received] = await aws.queue(fn.queueUrl).receive(1, 1000);
  expect(received!.message).toMatchObject({ call: body.call_id, notify: { secret: expect.any(String) } });
});

test("status and result of a pending call", async () => {
  const id = await gateway.call(fn);
  expect(await gateway.get(`/v1/calls/${id}`)).toMatchObject({ status: 200, body: { call_id: id, state: "PENDING" } });
  expect(await gateway.get(`/v1/calls/${id}/result`)).toMatchObject({
    status: 202,
    body: { call_id: id, state: "PENDING" },
  });
});
