import fc from "fast-check";
import { gatewayConfigSchema } from "../../../lib/task";
import { messages, platform, platformAttributes } from "./parsing";

const tracing = (endpoint: unknown, others: object = {}) => platform({ tracing: { endpoint, ...others } });
const endpointOf = (endpoint: string) => tracing(endpoint).spec.tracing!.endpoint;

test("a tenth of the requests is traced unless the platform says otherwise", () => {
  const endpoint = "http://collector.acme.internal:4318";
  expect(tracing(endpoint).spec.tracing).toEqual({ endpoint, sampleRatio: 0.1 });
  for (const sampleRatio of [0, 0.001, 1]) {
    expect(tracing(endpoint, { sampleRatio }).spec.tracing).toEqual({ endpoint, sampleRatio });
  }
});

test("without the prop there is no tracing, here and where the platform is imported", () => {
  expect(platform().spec).not.toHaveProperty("tracing");
  expect(platformAttributes()).not.toHaveProperty("tracing");
});

test("a published platform's tracing is read back as it is", () => {
  const published = { endpoint: "https://collector.acme.com/otlp", sampleRatio: 0.25 };
  expect(platformAttributes({ tracing: published }).tracing).toEqual(published);
});

test.each([
  "http://collector",
  "http://collector:4318",
  "https://otlp.acme.com",
  "HTTPS://Otlp.Acme.com:443/api/otlp-1",
  "http://10.0.3.7:4318",
  "http://[fd00::1]:4318",
  "http://collector/v1",
])("%s is an endpoint, with and without a slash at its end, which is not part of it", (endpoint) => {
  expect(endpointOf(endpoint)).toBe(endpoint);
  expect(endpointOf(`${endpoint}/`)).toBe(endpoint);
});

const WRITE = 'Write for example "http://collector.acme.internal:4318"';

test.each([
  [undefined, `tracing.endpoint: is missing. ${WRITE}. [SLIPWAY_E_MISSING_PROP]`],
  [4318, `tracing.endpoint 4318: must be a string. ${WRITE}.`],
  ["", `tracing.endpoint "": must not be empty. ${WRITE}.`],
  [
    "collector:4318",
    `tracing.endpoint "collector:4318": must be the URL of an OTLP/HTTP receiver, from http:// or https:// on. ${WRITE}.`,
  ],
  ["grpc://collector:4317", 'tracing.endpoint "grpc://collector:4317": must be the URL of an OTLP/HTTP receiver'],
  [
    "http://collector:4318/v1/traces",
    'tracing.endpoint "http://collector:4318/v1/traces": ends with /v1/traces, which is added to it. Write "http://collector:4318".',
  ],
  ["http://collector/otlp/v1/traces/", 'ends with /v1/traces, which is added to it. Write "http://collector/otlp".'],
  ["http://", 'tracing.endpoint "http://": must be a URL with a host, and at most a port and a path of plain letters.'],
  ["http://a:99999", 'tracing.endpoint "http://a:99999": must be a URL with a host'],
  ["http://a b", 'tracing.endpoint "http://a b": must be a URL with a host'],
  ["http://a/\n", 'tracing.endpoint "http://a/\\n": must be a URL with a host'],
  ["http://${aws_lb.main.dns_name}:4318", "must be a URL with a host"],
  [`http://${"a".repeat(600)}`, "must be a URL with a host"],
])("the endpoint %j is refused with the fix", (endpoint, message) => {
  const [first, ...others] = messages(() => tracing(endpoint));
  expect(first).toContain("stack/platform: tracing.endpoint");
  expect(first).toContain(message);
  expect(others).toEqual([]);
});

test.each([
  [
    "https://key:hunter2@collector.acme.com",
    "holds credentials, which everybody who may see a task definition could read. Leave them out: the collector's security group decides who may send to it.",
  ],
  ["http://hunter2@collector", "holds credentials"],
  ["hunter2@collector:4318", "must be the URL of an OTLP/HTTP receiver"],
  [
    "https://collector.acme.com?api-key=hunter2",
    `holds a query or a fragment; it is a base URL, to which a path is added. ${WRITE}.`,
  ],
  ["https://collector.acme.com/#hunter2", "holds a query or a fragment"],
])("what may be a key in an endpoint is refused and not repeated", (endpoint, message) => {
  const [first] = messages(() => tracing(endpoint));
  expect(first).toContain(`stack/platform: tracing.endpoint: ${message}`);
  expect(first).not.toContain("hunter2");
});

test.each([
  [-0.1, "tracing.sampleRatio -0.1: must be a share of requests, 0 to 1. Write for example 0.1."],
  [10, "tracing.sampleRatio 10: must be a share of requests, 0 to 1."],
  [Number.NaN, "tracing.sampleRatio NaN: must be a share of requests, 0 to 1."],
  ["0.5", 'tracing.sampleRatio "0.5": must be a share of requests, 0 to 1. Write 0.5, without quotes.'],
  [null, "tracing.sampleRatio null: must be a share of requests, 0 to 1."],
])("the ratio %p is refused with the fix", (sampleRatio, message) => {
  expect(messages(() => tracing("http://collector", { sampleRatio }))).toEqual([
    expect.stringContaining(`stack/platform: ${message}`),
  ]);
});

test("what is no object, or has more than the two, is refused", () => {
  for (const value of [true, "http://collector:4318", null, []]) {
    expect(messages(() => platform({ tracing: value }))[0]).toContain(
      "must be an object with endpoint, sampleRatio. Write an object with endpoint, sampleRatio.",
    );
  }
  expect(messages(() => tracing("http://collector", { ratio: 1 }))[0]).toContain(
    "tracing.ratio: is not a prop here; known are endpoint, sampleRatio. Remove ratio.",
  );
});

test("what is let through is a URL that the gateway takes, and that says the same within JSON and Terraform", () => {
  const schema = gatewayConfigSchema.shape.tracing;
  const anything = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.string().map((text) => `http://${text}`),
  );
  fc.assert(
    fc.property(anything, (given) => {
      let endpoint: string;
      try {
        endpoint = endpointOf(given);
      } catch {
        return;
      }
      expect(schema.safeParse({ endpoint, sampleRatio: 1 }).success).toBe(true);
      expect(endpoint).not.toMatch(/[\s"\\${}%?#@]/);
      expect(new URL(`${endpoint}/v1/traces`).pathname).toMatch(/^(\/.*)?\/v1\/traces$/);
    }),
    { numRuns: 1000 },
  );
});
