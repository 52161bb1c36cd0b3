import type { TerraformStack } from "cdktf";
import fc from "fast-check";
import { FastApiEndpoint, Network, Platform, SlipwayError, SpawnFunction } from "slipway";
import { addFunction, FUNCTION } from "./calls-stack";
import { hostileValues } from "./hostile-values";
import { CALLS, importPlatform, PUBLISHED } from "./imported-platform";
import { ENDPOINT, newStack, PLATFORM, Synthesized } from "./stacks";

// biome-ignore lint/suspicious/noExplicitAny: wrong on purpose
type Props = any;

const NETWORK_ATTRIBUTES = {
  vpcId: "vpc-0a1b",
  publicSubnetIds: ["subnet-0a", "subnet-0b"],
  privateSubnetIds: ["subnet-1a", "subnet-1b"],
  egress: "existing",
} as const;

interface Way {
  /** The fewest. */
  readonly props: object;
  readonly build: (stack: TerraformStack, props: Props) => unknown;
}

/** Each way into the library. */
const WAYS: Record<string, Way> = {
  "FastApiEndpoint that asks for tokens": {
    props: { ...ENDPOINT, requiresProxyAuth: true, concurrency: { maxInputs: 10 }, requestTimeout: 60 },
    build: (stack, props) => new FastApiEndpoint(stack, "it", { platform: importPlatform(stack), ...props }),
  },
  FastApiEndpoint: {
    props: ENDPOINT,
    build: (stack, props) => new FastApiEndpoint(stack, "it", { platform: importPlatform(stack), ...props }),
  },
  SpawnFunction: {
    props: FUNCTION,
    build: (stack, props) =>
      new SpawnFunction(stack, "it", { platform: importPlatform(stack, { calls: CALLS }), ...props }),
  },
  "SpawnFunction that has everything": {
    props: {
      ...FUNCTION,
      concurrency: { maxInputs: 10 },
      retries: { maxRetries: 3, maxDelay: 30 },
      queueTimeout: 600,
      deadline: "1d",
      minContainers: 1,
    },
    build: (stack, props) =>
      new SpawnFunction(stack, "it", { platform: importPlatform(stack, { calls: CALLS }), ...props }),
  },
  "Platform with calls": {
    props: { ...PLATFORM, calls: true },
    build: (stack, props) => {
      const platform = new Platform(stack, "it", {
        network: Network.fromAttributes(stack, "network", NETWORK_ATTRIBUTES),
        ...props,
      });
      addFunction(stack, platform);
      return platform;
    },
  },
  Platform: {
    props: PLATFORM,
    build: (stack, props) =>
      new Platform(stack, "it", { network: Network.fromAttributes(stack, "network", NETWORK_ATTRIBUTES), ...props }),
  },
  Network: { props: {}, build: (stack, props) => new Network(stack, "it", props) },
  "Platform.fromAttributes": {
    props: PUBLISHED,
    build: (stack, props) => {
      const platform = Platform.fromAttributes(stack, "it", props);
      return new FastApiEndpoint(stack, "endpoint", { ...ENDPOINT, platform });
    },
  },
  "Platform.fromAttributes with calls": {
    props: { ...PUBLISHED, calls: CALLS },
    build: (stack, props) => addFunction(stack, Platform.fromAttributes(stack, "it", props)),
  },
  "Network.fromAttributes": {
    props: NETWORK_ATTRIBUTES,
    build: (stack, props) => {
      const network = Network.fromAttributes(stack, "it", props);
      return new Platform(stack, "platform", { ...PLATFORM, network });
    },
  },
};

/** A wrong value may make another prop the wrong one of a pair. */
const PARTNERS: Record<string, string[]> = {
  cpu: ["memory"],
  exec: ["readOnlyRoot"],
  readOnlyRoot: ["exec"],
  minContainers: ["maxContainers"],
  env: ["secrets"],
  hostedZoneId: ["domain", "certificateArn"],
  certificateArn: ["domain", "hostedZoneId"],
  domain: ["hostedZoneId", "certificateArn"],
  scheme: ["network"],
  publicSubnetIds: ["network"],
  alarms: ["transform"],
  timeout: ["requestTimeout", "deadline"],
  queueTimeout: ["deadline"],
  deadline: ["queueTimeout", "timeout"],
  // Functions on a platform that was published without calls name the platform.
  calls: ["platform"],
  requestTimeout: ["timeout"],
};

/** The props that a way knows, as its own error lists them. */
function knownProps({ props, build }: Way): string[] {
  try {
    build(newStack(), { ...props, qqqqqqqqqqqq: 1 });
  } catch (error) {
    return /known are ([\w, ]+)\./.exec((error as Error).message)![1]!.split(", ");
  }
  throw new Error("an unknown prop was not refused");
}

/** A prop's wrong value: one of the hostile ones by its name, or whatever fast-check made. */
type Wrong = { hostile: string } | { anything: unknown };

/** What is wrong with what came of these props: nothing, or a SlipwayError that names one of them, or sound Terraform. */
function complaints({ props, build }: Way, wrong: Record<string, Wrong>): string[] {
  const stack = newStack();
  const hostile = hostileValues(stack);
  const values = Object.entries(wrong).map(([prop, how]) => [
    prop,
    "hostile" in how ? hostile[how.hostile] : how.anything,
  ]);
  try {
    build(stack, { ...props, ...Object.fromEntries(values) });
    return unsound(new Synthesized(stack).json);
  } catch (error) {
    const named = new Set(Object.keys(wrong).flatMap((prop) => [prop, ...(PARTNERS[prop] ?? [])]));
    const { message, stack: trace } = error as Error;
    const unnamed = propsOf(error).filter((prop) => !named.has(prop.split(".")[0]!));
    return [
      ...(propsOf(error).length === 0 ? [`no SlipwayError: ${trace}`] : []),
      ...unnamed.map((prop) => `names ${prop}: ${message}`),
      ...(/Token\[|\[object/.test(message) ? [message] : []),
    ];
  }
}

/** The props that an error is about: a SlipwayError's, or those of the checks at the end of a synth, which cdktf reports. */
function propsOf(error: unknown): string[] {
  if (error instanceof SlipwayError) return error.problems.map(({ prop }) => prop);
  const lines = String((error as Error).message).matchAll(/^ {2}\[stack\] [^:]*: (\w+).*\[SLIPWAY_E_\w+\]$/gm);
  return [...lines].map(([, prop]) => prop!);
}

const JSON_ATTRIBUTES = ["container_definitions", "policy", "assume_role_policy", "item", "dashboard_body"];
/** A template that Terraform would evaluate, and what it may begin with: a reference or a function call. */
const TEMPLATE = /(?<!\$)\$\{(?!(?:data\.)?aws_\w+\.[\w-]+\.|var\.|\(self\.|\w+\()|(?<!%)%\{/;

/** JSON within JSON, with something in place of what Terraform will put into it. */
function applied(json: string): unknown {
  return JSON.parse(json.replace(/(?<!\$)\$\{[^{}]*\}/g, "applied"));
}

/** Signs of a value that was written without being understood. */
function unsound(json: unknown, path = ""): string[] {
  if (json === null) return [`${path} is null`];
  if (typeof json === "string") {
    const wrong = /TfToken|\[object |\bundefined\b|\bNaN\b/.test(json) || TEMPLATE.test(json);
    return wrong ? [`${path}: ${json.slice(0, 200)}`] : [];
  }
  if (typeof json !== "object") return [];
  return Object.entries(json as object).flatMap(([key, value]) => [
    ...(JSON_ATTRIBUTES.includes(key) ? unsound(applied(value), `${path}.${key}`) : []),
    ...unsound(value, `${path}.${key}`),
  ]);
}

describe.each(Object.entries(WAYS))("%s", (_name, way) => {
  const props = knownProps(way);
  const names = Object.keys(hostileValues(newStack()));

  test("takes its fewest props", () => {
    expect(complaints(way, {})).toEqual([]);
  });

  test("answers every hostile value of every prop with sound Terraform, or an error that names the prop", () => {
    const found = props.flatMap((prop) =>
      names.flatMap((hostile) =>
        complaints(way, { [prop]: { hostile } }).map((complaint) => `${prop} is ${hostile}: ${complaint}`),
      ),
    );
    expect(found).toEqual([]);
  });

  test("does so for several wrong props at once, and for anything at all", () => {
    const value: fc.Arbitrary<Wrong> = fc.oneof(
      fc.record({ hostile: fc.constantFrom(...names) }),
      fc.record({ anything: fc.anything({ maxDepth: 2 }) }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...props), value, { minKeys: 1, maxKeys: 4 }), (wrong) => {
        expect(complaints(way, wrong)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the check itself", () => {
  test.each([
    [{ a: { b: null } }],
    [{ a: "x-${TfToken[TOKEN.1]}" }],
    [{ a: ["[object Object]"] }],
    [{ a: "Hello ${name}" }],
    [{ a: "%{if true}" }],
    [{ policy: '{"a":"NaN"}' }],
  ])("complains about %j", (json) => {
    expect(unsound(json)).not.toEqual([]);
  });

  test("does not complain about references, calls and escapes", () => {
    const sound = {
      a: "${aws_vpc.it_1.id}-${data.aws_partition.it.partition}",
      b: '${endswith("a", "b")}',
      c: "$${name} %%{x}",
    };
    expect(unsound(sound)).toEqual([]);
  });
});
