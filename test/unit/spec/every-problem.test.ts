import { inspect } from "node:util";
import type { Reference } from "../../../lib/spec";
import { parseFastApiEndpoint, parseNetwork, parsePlatform, SlipwayError } from "../../../lib/spec";
import { ENDPOINT, endpoint, messages, platform, refusal } from "./parsing";

const PLATFORM_REFERENCE: Reference = {
  required: true,
  expected: "a Platform",
  fix: "Pass new Platform(…)",
  accepts: (value) => value === "a platform",
};
const withReference = (props: unknown) => () =>
  parseFastApiEndpoint(props, "greet", "stack/greet", { platform: PLATFORM_REFERENCE });

test("everything that is missing is told at once, construct references too", () => {
  expect(messages(withReference({}))).toEqual([
    "stack/greet: platform: is missing: a Platform. Pass new Platform(…). [SLIPWAY_E_MISSING_PROP]",
    'stack/greet: app: is missing. Write for example "hello". [SLIPWAY_E_MISSING_PROP]',
    "stack/greet: image: is missing. Set source, of which Python code gets its image; else pass an Image, or an image's URI. [SLIPWAY_E_MISSING_PROP]",
    'stack/greet: handler: is missing. Write for example "app:hello" for hello in app.py. [SLIPWAY_E_MISSING_PROP]',
  ]);
});

test("wrong values, unknown props and pairs that do not go together are told in one error", () => {
  const error = refusal(() =>
    endpoint({
      label: "A.b",
      cpu: 0.25,
      memory: "3GiB",
      colour: "red",
      alarms: { errorRate: -1 },
      maxContainers: 1,
      minContainers: 2,
    }),
  );
  expect(error.problems.map(({ prop }) => prop).sort()).toEqual([
    "alarms.errorRate",
    "colour",
    "label",
    "maxContainers",
    "memory",
  ]);
  expect(error.message.split("\n")).toHaveLength(5);
});

test("a pair is not judged by a value that could not be read", () => {
  expect(messages(() => endpoint({ cpu: 3, memory: "3GiB" }))).toHaveLength(1);
  expect(messages(() => endpoint({ minContainers: -1, maxContainers: 2 }))).toHaveLength(1);
  expect(messages(() => platform({ domain: "apps.acme.com", hostedZoneId: "zone" }))).toHaveLength(1);
  expect(messages(() => platform({ domain: "Apps", hostedZoneId: "Z123" }))).toHaveLength(1);
});

test("an error has the code, the construct's path and each problem as data", () => {
  const error = refusal(() => endpoint({ cpu: 3 }));
  expect(error).toBeInstanceOf(SlipwayError);
  expect(error).toMatchObject({ name: "SlipwayError", code: "SLIPWAY_E_INVALID_VALUE", path: "stack/greet" });
  expect(error.problems).toEqual([
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop: "cpu",
      value: 3,
      message: "must be a number of vCPU that Fargate sells: 0.25, 0.5, 1, 2, 4, 8, 16",
      fix: "Use one of 0.25, 0.5, 1, 2, 4, 8, 16",
    },
  ]);
});

test.each([undefined, null, 5, "props", [], [ENDPOINT]])("props of %p are refused as a whole", (props) => {
  for (const parse of [withReference(props), () => parsePlatform(props, "s/p", {}), () => parseNetwork(props, "s/n")]) {
    expect(messages(parse)).toHaveLength(1);
    expect(messages(parse)[0]).toMatch(
      /: props.*: must be an object\. Pass the construct's props\. \[SLIPWAY_E_INVALID_VALUE\]$/,
    );
  }
});

test("a reference of the wrong kind is told by its kind, not printed", () => {
  expect(messages(withReference({ ...ENDPOINT, platform: { id: "prod" } }))).toEqual([
    'stack/greet: platform "object": must be a Platform. Pass new Platform(…). [SLIPWAY_E_INVALID_VALUE]',
  ]);
});

test("a missing reference that may be left out is no problem, a null one is", () => {
  const parse = (network: unknown) => () =>
    parsePlatform({ workspace: "acme", gatewayImage: "g:1", network }, "s/p", {
      network: { ...PLATFORM_REFERENCE, required: false },
    });
  expect(parse(undefined)).not.toThrow();
  expect(messages(parse(null))).toEqual([
    's/p: network "object": must be a Platform. Pass new Platform(…). [SLIPWAY_E_INVALID_VALUE]',
  ]);
});

test("values that JSON cannot say, or says at length, are still shown", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const shown = (app: unknown) =>
    messages(() => endpoint({ app }))[0]!.replace(/^stack\/greet: app (.*): must be.*$/, "$1");
  expect(shown(Number.NaN)).toBe("NaN");
  expect(shown(circular)).toBe("an object");
  expect(shown(() => 1)).toBe("a function");
  expect(shown(Symbol("s"))).toBe("Symbol(s)");
  expect(shown(12n)).toBe("12n");
  expect(shown("A\nB")).toBe('"A\\nB"');
  expect(shown("A".repeat(500))).toBe(`"${"A".repeat(79)}…`);
});

test("a number in quotes is told to lose them, where the number would do", () => {
  expect(messages(() => endpoint({ cpu: "1", minContainers: "2", startupTimeout: "90" }))).toEqual([
    expect.stringContaining(
      'cpu "1": must be a number of vCPU that Fargate sells: 0.25, 0.5, 1, 2, 4, 8, 16. Write 1, without quotes.',
    ),
    expect.stringContaining("Write 90, without quotes."),
    expect.stringContaining("Write 2, without quotes."),
  ]);
  expect(messages(() => endpoint({ cpu: "1.3" }))[0]).toContain("Use one of 0.25");
});

test("an image made of something that was not set is refused", () => {
  expect(messages(() => endpoint({ image: `${undefined}/demo:1` }))).toEqual([
    'stack/greet: image "undefined/demo:1": holds "undefined" or "null": something that it is made of was not set. Set it, and look at the process\'s environment. [SLIPWAY_E_INVALID_VALUE]',
  ]);
  expect(endpoint({ image: "registry.acme.com/undefined-behaviour:1" }).spec.image).toContain("undefined");
});

test("uncaught, the error is its message and nothing else: no frame, no dump of its properties", () => {
  const error = refusal(() => endpoint({ cpu: 3 }));
  expect(inspect(error)).toBe(`[SlipwayError:\n${error.message}]`);
  expect([error.name, error.code, error.path]).toEqual(["SlipwayError", "SLIPWAY_E_INVALID_VALUE", "stack/greet"]);
});
