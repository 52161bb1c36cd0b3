import * as fc from "fast-check";
import { type FunctionEntry, newCallId } from "../../../lib/calls";
import { RawClient, send, stopEverything } from "../gateway/loopback";
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

test("whatever is asked, the answer is one of the documented ones", async () => {
  const part = fc.oneof(
    fc.constantFrom(
      "functions",
      "calls",
      "result",
      "cancel",
      "acme",
      fn.name,
      newCallId(fn.tag),
      "",
      "..",
      "%2e%2e",
      "%ff",
    ),
    fc.string({ maxLength: 20 }).map(encodeURIComponent),
  );
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
    path: fc.oneof(
      fc.array(part, { maxLength: 6 }).map((parts) => `/v1/${parts.join("/")}`),
      part.map((name) => `/v1/functions/acme/${name}/calls`),
      part.map((what) => `/v1/calls/${newCallId(fn.tag)}/${what}`),
      fc.constant(`/v1/functions/acme/${fn.name}/calls`),
    ),
    query: fc.oneof(
      fc.constant(""),
      fc.constant("?wait=0"),
      fc.webQueryParameters().map((text) => `?${text}`),
    ),
    body: fc.oneof(
      fc.constant('{"args":[],"kwargs":{}}'),
      fc.json(),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
    key: fc.option(fc.stringMatching(/^[!-~]{0,300}$/), { nil: undefined }),
  });
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body, key }) => {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const { status, text } = await send(gateway.port, `${path}${query}`, {
        method,
        headers,
        // Node's client frames no other's body.
        ...(["POST", "PUT", "PATCH"].includes(method) && { body }),
      });
      statuses.add(status);
      expect([200, 202, 400, 403, 404, 405, 409]).toContain(status);
      if (status >= 400) expect(JSON.parse(text).error).toMatchObject({ code: expect.any(String) });
    }),
    { numRuns: 500 },
  );
  expect(statuses.size).toBeGreaterThan(3);
  expect(gateway.process.event("calls_error")).toBeUndefined();
  expect(gateway.process.event("crash")).toBeUndefined();
}, 60_000);

test("arguments that are nested very deeply are kept, or refused, and nothing falls over", async () => {
  const deep = `{"args":[${"[".repeat(200_000)}${"]".repeat(200_000)}],"kwargs":{}}`;
  const reply = await gateway.ask("POST", `/v1/functions/${fn.app}/${fn.name}/calls`, deep);
  expect([202, 400]).toContain(reply.status);
  expect(await gateway.call(fn)).toMatch(/^fc-/);
});

test("a connection serves on after a body that was refused without being read", async () => {
  const client = await RawClient.connect(gateway.port);
  const body = "x".repeat(3_000_000);
  client.write(
    `POST /v1/functions/acme/others/calls HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}` +
      "GET /v1/calls/fc-1 HTTP/1.1\r\nhost: x\r\n\r\n",
  );
  await client.receives("not_granted");
  await client.receives("invalid_call");
});

test("what hangs up in the middle of anything leaves the gateway as it was", async () => {
  const path = `/v1/functions/${fn.app}/${fn.name}/calls`;
  for (const text of [
    `POST ${path} HTTP/1.1\r\n`,
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"args"`,
    `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"arg`,
    `GET /v1/calls/${await gateway.call(fn)}/result?wait=50 HTTP/1.1\r\nhost: x\r\n\r\n`,
  ]) {
    const client = await RawClient.connect(gateway.port);
    client.write(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.socket.resetAndDestroy();
  }
  expect(await gateway.call(fn)).toMatch(/^fc-/);
  expect(gateway.process.event("calls_error")).toBeUndefined();
});
