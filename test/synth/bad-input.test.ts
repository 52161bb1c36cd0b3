import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, TerraformVariable } from "cdktf";
import { FastApiEndpoint, type INetwork, Network, Platform, type PlatformAttributes, SlipwayError } from "slipway";
import { importPlatform, PUBLISHED } from "./imported-platform";
import { addEndpoint, DOMAIN, ENDPOINT, newApp, newStack, PLATFORM } from "./stacks";

/** What a person reads: the message of the one SlipwayError that building ends in. */
function refused(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(SlipwayError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

/** What a person reads of the checks that run at the end of a synth, one line each. */
function refusedAtSynth(build: (stack: TerraformStack) => void): string[] {
  const app = newApp();
  const stack = newStack("stack", app);
  build(stack);
  try {
    app.synth();
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .filter((line) => line.startsWith("  ["))
      .map((line) => line.trim());
  }
  throw new Error("nothing was refused");
}

// Wrong on purpose, which TypeScript would not let pass.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Wrong = any;

function platformIn(stack: TerraformStack, props: Wrong = {}): Platform {
  return new Platform(stack, "platform", { ...PLATFORM, ...props });
}
const endpointWith = (props: Wrong) => () => {
  const stack = newStack();
  return new FastApiEndpoint(stack, "greet", { ...ENDPOINT, platform: importPlatform(stack), ...props });
};

describe("an endpoint", () => {
  test("with a dot in its label", () => {
    expect(refused(endpointWith({ label: "my.api" }))).toBe(
      'stack/greet: label "my.api": a label is one part of a host name, so it holds no dot. Write "my-api". [SLIPWAY_E_INVALID_VALUE]',
    );
  });

  test("with capitals in its label", () => {
    expect(refused(endpointWith({ label: "MyApi" }))).toBe(
      'stack/greet: label "MyApi": must be 1 to 63 lowercase letters, digits and single dashes, with no dash at an end. Write "myapi". [SLIPWAY_E_INVALID_VALUE]',
    );
  });

  test("with a name of 70 characters, its own or its construct id's", () => {
    const name = "n".repeat(70);
    const message = `name "${name}": must be 1 to 48 lowercase letters, digits and single dashes, with no dash at an end. Set name in that form, for example "hello"; the default is the construct id in kebab-case. [SLIPWAY_E_INVALID_VALUE]`;
    expect(refused(endpointWith({ name }))).toBe(`stack/greet: ${message}`);
    const stack = newStack();
    expect(refused(() => addEndpoint(stack, importPlatform(stack), name))).toBe(`stack/${name}: ${message}`);
  });

  test("with a memory that Fargate does not sell with its cpu", () => {
    expect(refused(endpointWith({ cpu: 0.25, memory: "4GiB" }))).toBe(
      'stack/greet: memory "4GiB": Fargate does not sell it with 0.25 vCPU. Use cpu: 0.25, memory: "2GiB", or cpu: 0.5, memory: "4GiB". [SLIPWAY_E_INVALID_VALUE]',
    );
  });

  test("without a handler", () => {
    expect(refused(endpointWith({ handler: undefined }))).toBe(
      'stack/greet: handler: is missing. Write for example "app:hello" for hello in app.py. [SLIPWAY_E_MISSING_PROP]',
    );
  });

  test("with a prop that does not exist", () => {
    expect(refused(endpointWith({ memroy: "2GiB" }))).toBe(
      "stack/greet: memroy: is not a prop here. Did you mean memory? [SLIPWAY_E_UNKNOWN_PROP]",
    );
  });

  test("with a token where a name must be known", () => {
    const stack = newStack();
    const app = new TerraformVariable(stack, "app", { type: "string" }).stringValue;
    expect(refused(() => addEndpoint(stack, importPlatform(stack), "greet", { app }))).toBe(
      "stack/greet: app: is known only after apply, but Slipway needs it at synth to form a name, a size or a priority. Pass a literal. [SLIPWAY_E_TOKEN_NOT_ALLOWED]",
    );
  });

  test("without a platform", () => {
    expect(refused(endpointWith({ platform: undefined }))).toBe(
      'stack/greet: platform: is missing: a Platform. Pass new Platform(this, "platform", { … }) or Platform.fromAttributes(…). [SLIPWAY_E_MISSING_PROP]',
    );
  });

  test("with something else for a platform", () => {
    for (const platform of [null, {}, "platform", Platform]) {
      expect(refused(endpointWith({ platform }))).toBe(
        `stack/greet: platform "${typeof platform}": must be a Platform. Pass new Platform(this, "platform", { … }) or Platform.fromAttributes(…). [SLIPWAY_E_INVALID_VALUE]`,
      );
    }
  });

  test("on the platform of another stack", () => {
    const app = newApp();
    const platform = platformIn(newStack("shared", app));
    expect(refused(() => addEndpoint(newStack("team", app), platform))).toBe(
      'team/greet: platform "shared/platform": belongs to another stack. Use Platform.fromAttributes(this, …) with the values that the platform\'s stack outputs as slipway_platform. [SLIPWAY_E_OTHER_STACK]',
    );
  });

  test("with a transform of a resource that it cannot have", () => {
    const transforming = (name: string) => endpointWith({ transform: { [name]: (config: Wrong) => config } });
    expect(refused(transforming("servce"))).toBe(
      "stack/greet: transform.servce: is not a resource of this construct. Did you mean service? [SLIPWAY_E_UNKNOWN_PROP]",
    );
    expect(refused(transforming("bucket"))).toBe(
      "stack/greet: transform.bucket: is not a resource of this construct; it has callsPolicy, cpuScaling, errorsAlarm, execPolicy, executionPolicy, executionRole, healthyAlarm, latencyAlarm, loadScaling, logGroup, registryItem, rule, scalingTarget, service, targetGroup, taskDefinition, taskRole, tokensPolicy. Remove transform.bucket. [SLIPWAY_E_UNKNOWN_PROP]",
    );
  });

  test("with a transform of a resource that its props do not make", () => {
    expect(refused(endpointWith({ alarms: false, transform: { errorsAlarm: (config: Wrong) => config } }))).toBe(
      "stack/greet: transform.errorsAlarm: there is no errorsAlarm with these props; there are cpuScaling, executionPolicy, executionRole, loadScaling, logGroup, registryItem, rule, scalingTarget, service, targetGroup, taskDefinition, taskRole. Remove transform.errorsAlarm. [SLIPWAY_E_UNUSED_TRANSFORM]",
    );
  });

  test("with a transform that is no function, or returns nothing", () => {
    expect(refused(endpointWith({ transform: { service: { forceDelete: true } } }))).toBe(
      'stack/greet: transform.service {"forceDelete":true}: must be a function of the resource\'s config. Write (config) => ({ ...config, … }). [SLIPWAY_E_INVALID_VALUE]',
    );
    expect(refused(endpointWith({ transform: { service: () => undefined } }))).toBe(
      "stack/greet: transform.service: must return the resource's config. Write (config) => ({ ...config, … }). [SLIPWAY_E_INVALID_VALUE]",
    );
    expect(refused(endpointWith({ transform: null }))).toBe(
      'stack/greet: transform "object": must be an object of functions. Write transform: { service: (config) => ({ ...config, … }) }. [SLIPWAY_E_INVALID_VALUE]',
    );
  });
});

describe("a network", () => {
  test("whose range is too small", () => {
    expect(refused(() => new Network(newStack(), "network", { cidr: "10.0.0.0/28" }))).toBe(
      'stack/network: cidr "10.0.0.0/28": is too small: /28 leaves load balancers and tasks in 2 to 4 zones too few addresses. Use /16 to /23, for example "10.0.0.0/16". [SLIPWAY_E_INVALID_VALUE]',
    );
  });

  test("in one Availability Zone", () => {
    expect(refused(() => new Network(newStack(), "network", { azs: 1 }))).toBe(
      "stack/network: azs 1: a load balancer needs subnets in two Availability Zones. Use 2 to 4. [SLIPWAY_E_INVALID_VALUE]",
    );
  });

  test("that exists already, and does not say that its subnets have egress", () => {
    const attributes: Wrong = { vpcId: "vpc-0a", publicSubnetIds: [], privateSubnetIds: ["subnet-1a", "subnet-1b"] };
    expect(refused(() => Network.fromAttributes(newStack(), "network", attributes))).toBe(
      'stack/network: egress: is missing. Write for example "existing" once the private subnets reach ECR, CloudWatch Logs and Secrets Manager through NAT or VPC endpoints: without either tasks never start, and Slipway cannot see the routes of imported subnets. [SLIPWAY_E_MISSING_PROP]',
    );
  });

  test("with endpoints for egress, before the stack has a provider", () => {
    const stack = new TerraformStack(newApp(), "stack");
    expect(refused(() => new Network(stack, "network", { egress: "endpoints" }))).toBe(
      'stack/network: region: the stack has no AWS provider yet. Put new AwsProvider(this, "aws", { region: "us-east-1" }) before the platform. [SLIPWAY_E_MISSING_PROVIDER]',
    );
  });
});

describe("a platform", () => {
  test("without a network, where one is given and is none", () => {
    const partial = { vpcId: "vpc-0a", privateSubnetIds: ["subnet-1a", "subnet-1b"] };
    for (const network of [{}, null, "vpc-0a", partial] as Wrong[]) {
      expect(refused(() => platformIn(newStack(), { network }))).toBe(
        `stack/platform: network "${typeof network}": must be a Network. Pass new Network(this, "network") or Network.fromAttributes(…), or leave network out for a new one. [SLIPWAY_E_INVALID_VALUE]`,
      );
    }
  });

  test("imported without VPC and subnets", () => {
    const { vpcId, privateSubnetIds, ...attributes } = PUBLISHED;
    const build = () => Platform.fromAttributes(newStack(), "platform", attributes as PlatformAttributes);
    expect(refused(build)).toBe(
      [
        'stack/platform: vpcId: is missing. Write for example "vpc-0123abcd". [SLIPWAY_E_MISSING_PROP]',
        'stack/platform: privateSubnetIds: is missing. Write for example ["subnet-0a…", "subnet-0b…"]. [SLIPWAY_E_MISSING_PROP]',
      ].join("\n"),
    );
  });

  test("in the open, on a network without public subnets", () => {
    const on = (publicSubnetIds: string[], scheme?: string) => {
      const stack = newStack();
      const network = Network.fromAttributes(stack, "network", {
        vpcId: "vpc-0a",
        publicSubnetIds,
        privateSubnetIds: ["subnet-1a", "subnet-1b"],
        egress: "existing",
      });
      return () => platformIn(stack, { network, scheme });
    };
    expect(refused(on(["subnet-0a"]))).toBe(
      'stack/platform: network {"publicSubnetIds":["subnet-0a"]}: names 1 of the 2 public subnets, in two Availability Zones, that an internet-facing load balancer needs. Name them in publicSubnetIds, or set scheme: "internal". [SLIPWAY_E_INVALID_VALUE]',
    );
    expect(on([], "internal")).not.toThrow();
  });

  test("on the network of another stack", () => {
    const app = newApp();
    const network: INetwork = new Network(newStack("shared", app), "network");
    expect(refused(() => platformIn(newStack("team", app), { network }))).toBe(
      'team/platform: network "shared/network": belongs to another stack. Use Network.fromAttributes(this, …) with the network\'s ids. [SLIPWAY_E_OTHER_STACK]',
    );
  });

  test("before the stack has a provider, or with one whose region is not a literal", () => {
    const without = new TerraformStack(newApp(), "stack");
    expect(refused(() => platformIn(without))).toBe(
      'stack/platform: region: the stack has no AWS provider yet. Put new AwsProvider(this, "aws", { region: "us-east-1" }) before the platform. [SLIPWAY_E_MISSING_PROVIDER]',
    );
    const late = new TerraformStack(newApp(), "stack");
    new AwsProvider(late, "aws", { region: new TerraformVariable(late, "region", { type: "string" }).stringValue });
    expect(refused(() => platformIn(late))).toBe(
      'stack/platform: region: the stack\'s AWS provider must name its region as a literal. Put new AwsProvider(this, "aws", { region: "us-east-1" }) before the platform. [SLIPWAY_E_TOKEN_NOT_ALLOWED]',
    );
    const unsaid = new TerraformStack(newApp(), "stack");
    new AwsProvider(unsaid, "aws", {});
    expect(refused(() => platformIn(unsaid))).toContain("must name its region as a literal");
  });

  test("with a tokens table whose name gateways could not be told at synth", () => {
    const stack = newStack();
    const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
    for (const late of [name, undefined]) {
      const transform = { tokens: (config: Wrong) => ({ ...config, name: late }) };
      expect(refused(() => platformIn(newStack(), { transform }))).toBe(
        "stack/platform: transform.tokens: must leave it a name that is known at synth: tasks' configuration and policies hold it. Return a config whose name is a literal. [SLIPWAY_E_TOKEN_NOT_ALLOWED]",
      );
    }
  });

  test("imported into a stack of another region", () => {
    expect(refused(() => importPlatform(newStack(), { region: "eu-west-1" }))).toBe(
      "stack/platform: region \"eu-west-1\": is not the region of this stack's AWS provider, us-east-1. Give the stack a provider for the platform's region. [SLIPWAY_E_OTHER_REGION]",
    );
  });
});

describe("an endpoint on a platform that it does not fit", () => {
  const PATHS: Wrong = { domain: undefined };
  const onImported = (attributes: Wrong, props: Wrong) =>
    refusedAtSynth((stack) => {
      addEndpoint(stack, importPlatform(stack, attributes), "greet", { timeout: "1h", ...props });
    });
  const onOwn = (platform: Wrong, props: Wrong) =>
    refusedAtSynth((stack) => {
      addEndpoint(stack, platformIn(stack, platform), "greet", { timeout: "1h", ...props });
    });

  test("that waits for a first byte for longer than its load balancer", () => {
    const line =
      "[stack] stack/greet: requestTimeout \"1m\": must end 10 s before the platform's idleTimeout, 1m, or it is the load balancer that answers, with a 504 of its own. Use at most 50s, or set the platform's idleTimeout to 70s. [SLIPWAY_E_INVALID_VALUE]";
    expect(onOwn({ idleTimeout: "1m" }, { requestTimeout: "1m" })).toEqual([line]);
    expect(onImported({ idleTimeout: 60 }, { requestTimeout: "1m" })).toEqual([line]);
  });

  test("that asks for tokens without HTTPS", () => {
    const line =
      "[stack] stack/greet: requiresProxyAuth true: would have tokens sent over plain HTTP: the platform has no domain. Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true. [SLIPWAY_E_INSECURE_AUTH]";
    expect(onOwn({}, { requiresProxyAuth: true })).toEqual([line]);
    expect(onImported(PATHS, { requiresProxyAuth: true })).toEqual([line]);
  });

  test("in all respects, and two endpoints at once", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = importPlatform(stack, PATHS);
      addEndpoint(stack, platform, "one", { timeout: 600, requestTimeout: 300, idleTimeout: 301, queueTimeout: 291 });
      addEndpoint(stack, platform, "two", { requiresProxyAuth: true });
    });
    expect(lines.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual([
      "stack/one: requestTimeout",
      "stack/one: queueTimeout",
      "stack/one: idleTimeout",
      "stack/two: requiresProxyAuth",
    ]);
  });
});

describe("a stack", () => {
  test("with two endpoints at one host", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack, DOMAIN);
      addEndpoint(stack, platform, "one", { label: "api" });
      addEndpoint(stack, platform, "two", { label: "api" });
    });
    expect(lines).toEqual([
      '[stack] stack/one: label "acme--api.apps.acme.com": also taken by stack/two. Give each endpoint a label of its own. [SLIPWAY_E_DUPLICATE_ROUTE]',
      '[stack] stack/two: label "acme--api.apps.acme.com": also taken by stack/one. Give each endpoint a label of its own. [SLIPWAY_E_DUPLICATE_ROUTE]',
    ]);
  });

  test("with two endpoints at one path", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack);
      addEndpoint(stack, platform, "one", { label: "api" });
      addEndpoint(stack, platform, "two", { label: "api" });
    });
    expect(lines).toEqual([
      '[stack] stack/one: label "/api": also taken by stack/two. Give each endpoint a label of its own. [SLIPWAY_E_DUPLICATE_ROUTE]',
      '[stack] stack/two: label "/api": also taken by stack/one. Give each endpoint a label of its own. [SLIPWAY_E_DUPLICATE_ROUTE]',
    ]);
  });

  test("with two endpoints of one app and name", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack, DOMAIN);
      addEndpoint(stack, platform, "one", { name: "same" });
      addEndpoint(stack, platform, "two", { name: "same", label: "other" });
    });
    expect(lines).toEqual([
      '[stack] stack/two: name "same": stack/one is hello/same already, and (app, name) identifies a function. Set another name or app. [SLIPWAY_E_DUPLICATE_FUNCTION]',
    ]);
  });

  test("with a second platform", () => {
    const lines = refusedAtSynth((stack) => {
      platformIn(stack);
      Platform.fromAttributes(stack, "another", PUBLISHED);
    });
    expect(lines).toEqual([
      "[stack] stack/another: platform: the stack has a platform already, stack/platform. Give each platform a stack of its own. [SLIPWAY_E_SECOND_PLATFORM]",
    ]);
  });

  test("with two endpoints of one priority, which names a free one", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack, DOMAIN);
      addEndpoint(stack, platform, "one", { rulePriority: 8100 });
      addEndpoint(stack, platform, "two", { rulePriority: 8100 });
    });
    expect(lines).toEqual([
      "[stack] stack/one: rulePriority 8100: the listener rule of stack/two has the same priority. Set rulePriority: 8101 on stack/two; where that rule is deployed already, set the number on the new one instead. [SLIPWAY_E_RULE_PRIORITY_COLLISION]",
      "[stack] stack/two: rulePriority 8100: the listener rule of stack/one has the same priority. Set rulePriority: 8101 on stack/two; where that rule is deployed already, set the number on the new one instead. [SLIPWAY_E_RULE_PRIORITY_COLLISION]",
    ]);
  });

  test("with a priority outside of what the stack may use, which names one inside", () => {
    const lines = refusedAtSynth((stack) => addEndpoint(stack, platformIn(stack, DOMAIN), "one", { rulePriority: 5 }));
    expect(lines).toEqual([
      "[stack] stack/one: rulePriority 5: rules this specific have priorities 4801 to 11550 in this stack, integers only. Set rulePriority: 4801, or leave it out. [SLIPWAY_E_RULE_PRIORITY_RANGE]",
    ]);
  });

  test("with a label that does not fit into a host beside the platform's name", () => {
    const lines = refusedAtSynth((stack) => {
      addEndpoint(stack, platformIn(stack, { ...DOMAIN, environment: "prod" }), "one", { label: "l".repeat(60) });
    });
    expect(lines).toEqual([
      `[stack] stack/one: label "${"l".repeat(60)}": has 60 characters, and acme-prod-- goes before it: together at most 63 are allowed in a host. Use at most 52 characters. [SLIPWAY_E_INVALID_VALUE]`,
    ]);
  });

  test("is told everything that is wrong across its constructs at once", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack, DOMAIN);
      addEndpoint(stack, platform, "one", { name: "same" });
      addEndpoint(stack, platform, "two", { name: "same" });
      Platform.fromAttributes(stack, "another", PUBLISHED);
    });
    expect(lines.map((line) => /SLIPWAY_E_\w+/.exec(line)?.[0]).sort()).toEqual([
      "SLIPWAY_E_DUPLICATE_FUNCTION",
      "SLIPWAY_E_DUPLICATE_ROUTE",
      "SLIPWAY_E_DUPLICATE_ROUTE",
      "SLIPWAY_E_SECOND_PLATFORM",
    ]);
  });
});

test("an env value that looks like a secret is warned about, and not repeated", () => {
  const stack = newStack();
  const endpoint = addEndpoint(stack, importPlatform(stack), "greet", { env: { API_KEY: "hunter2" } });
  expect(endpoint.node.metadata.map(({ data }) => data)).toEqual([
    "env.API_KEY looks like a secret, and plans and state show it. Move it to secrets",
  ]);
});

test("an error that a prop's own getter throws is the user's, and passes through", () => {
  const props = {
    ...ENDPOINT,
    get memory(): never {
      throw new RangeError("mine");
    },
  };
  const stack = newStack();
  const platform = importPlatform(stack);
  expect(
    () =>
      new FastApiEndpoint(
        stack,
        "greet",
        Object.defineProperty(props, "platform", { value: platform, enumerable: true }) as Wrong,
      ),
  ).toThrow(new RangeError("mine"));
});
