import { SlipwayError, SpawnFunction } from "slipway";
import { addFunction, FUNCTION } from "./calls-stack";
import { CALLS, importPlatform } from "./imported-platform";
import { addEndpoint, newApp, newStack, platformIn, Synthesized } from "./stacks";

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

/** What a person reads of the checks that run at the end of a synth. */
function refusedAtSynth(build: () => Synthesized): string {
  try {
    build();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

// biome-ignore lint/suspicious/noExplicitAny: wrong on purpose, which TypeScript would not let pass
type Wrong = any;

const functionWith = (props: Wrong) => () => {
  const stack = newStack();
  return new SpawnFunction(stack, "work", { ...FUNCTION, platform: importPlatform(stack, { calls: CALLS }), ...props });
};

describe("a function", () => {
  test.each([
    [{ retries: -1 }, "retries -1: must be 0 to 100. Use 0 to 100; 0 is no retry."],
    [
      { timeout: "12h" },
      'timeout "12h": must be 1s to 690m (SQS hides a message for 12 h at most; split longer work into several calls). Use 1s to 690m.',
    ],
    [
      { timeout: "1h", deadline: "30m" },
      'deadline "30m": is below timeout, 1h, so no attempt could use its time. Use 1h or more, or lower timeout.',
    ],
    [{ minContainers: -1 }, "minContainers -1: must be 0 to 5000. Use 0 to 5000."],
    [{ minContainers: 5, maxContainers: 2 }, "maxContainers 2: is below minContainers, 5. Use 5 or more."],
    [{ concurrency: { maxInputs: 0 } }, "concurrency.maxInputs 0: must be 1 to 1000. Use 1 to 1000."],
    [{ maxPayload: "2GiB" }, 'maxPayload "2GiB": must be 1 MiB to 1 GiB. Use 1 MiB to 1 GiB.'],
    [{ label: "work" }, "label: is a prop of a web endpoint, and this is none. Remove label."],
    [{ keep_warm: 1 }, "keep_warm 1: is Modal's name for minContainers. Write minContainers."],
    [{ handler: "app.py" }, 'handler "app.py": must be "module:function": an import path, not a file path.'],
  ])("with %j", (props, message) => {
    expect(refused(functionWith(props))).toContain(`stack/work: ${message}`);
  });

  test("without a platform", () => {
    expect(refused(functionWith({ platform: undefined }))).toBe(
      'stack/work: platform: is missing: a Platform. Pass new Platform(this, "platform", { … }) or Platform.fromAttributes(…). [SLIPWAY_E_MISSING_PROP]',
    );
  });

  test("on a platform that was published without calls", () => {
    const stack = newStack();
    expect(refused(() => addFunction(stack, importPlatform(stack)))).toBe(
      'stack/work: platform "stack/platform": was published without what function calls need. Set calls: true on the Platform in its own stack, apply it, and take its slipway_platform anew. [SLIPWAY_E_NO_CALLS]',
    );
  });

  test("on the platform of another stack", () => {
    const app = newApp();
    const platform = platformIn(newStack("shared", app));
    expect(refused(() => addFunction(newStack("team", app), platform))).toContain("[SLIPWAY_E_OTHER_STACK]");
  });

  test("that an endpoint is already", () => {
    const stack = newStack();
    const platform = platformIn(stack);
    addEndpoint(stack, platform, "greet");
    addFunction(stack, platform, "work", { name: "greet" });
    expect(refusedAtSynth(() => new Synthesized(stack))).toContain(
      'stack/work: name "greet": stack/greet is hello/greet already, and (app, name) identifies a function. Set another name or app. [SLIPWAY_E_DUPLICATE_FUNCTION]',
    );
  });

  test("with a queue whose name is known only after apply", () => {
    const late = functionWith({
      transform: { queue: (config: Wrong) => ({ ...config, name: undefined, namePrefix: "x" }) },
    });
    expect(refused(late)).toBe(
      "stack/work: transform.queue: must leave it a name that is known at synth: tasks' configuration and policies hold it. Return a config whose name is a literal. [SLIPWAY_E_TOKEN_NOT_ALLOWED]",
    );
  });

  test("with a transform of something that it does not have", () => {
    expect(refused(functionWith({ minContainers: 1, transform: { sleepAlarm: (config: Wrong) => config } }))).toContain(
      "stack/work: transform.sleepAlarm: there is no sleepAlarm with these props",
    );
  });
});

describe("a platform", () => {
  test("with calls kept for too long", () => {
    const stack = newStack();
    expect(refused(() => platformIn(stack, { callRetention: "31d" }))).toBe(
      'stack/platform: callRetention "31d": must be 1h to 30d (calls are kept to be asked for, not as an archive). Use 1h to 30d. [SLIPWAY_E_INVALID_VALUE]',
    );
  });

  test("with a transform of what calls need, and no calls", () => {
    const stack = newStack();
    platformIn(stack, { transform: { controlService: (config) => config } });
    expect(refusedAtSynth(() => new Synthesized(stack))).toContain(
      "stack/platform: transform.controlService: there is no controlService with these props",
    );
  });

  test("with more functions than its control service's role has room for", () => {
    const stack = newStack();
    const platform = platformIn(stack);
    for (let i = 0; i < 50; i += 1) addFunction(stack, platform, `work-${i}`, { app: `app-${i}` });
    expect(refusedAtSynth(() => new Synthesized(stack))).toMatch(
      /stack\/platform: calls: 50 functions take \d+ characters of the control service's role, and IAM allows 10240\. Put some of them on another platform\. \[SLIPWAY_E_POLICY_TOO_LARGE\]/,
    );
  });

  test("imported with only some of what calls need", () => {
    const stack = newStack();
    expect(refused(() => importPlatform(stack, { calls: { tableName: "t" } as Wrong }))).toContain(
      'stack/platform: calls.bucketName: is missing. Write for example "acme-calls-0123abcd-20260920".',
    );
  });
});

describe("a grant", () => {
  const stack = newStack();
  const platform = platformIn(stack);
  const endpoint = addEndpoint(stack, platform, "greet", { app: "web" });
  const fn = addFunction(stack, platform);

  test.each([undefined, null, "hello/work", {}, platform])("of %p, which cannot be called", (given: Wrong) => {
    expect(refused(() => endpoint.grantSpawn(given))).toBe(
      `stack/greet: grantSpawn${given === undefined ? ' "undefined"' : ` "${typeof given}"`}: must be a function that can be called. Pass a SpawnFunction, or SpawnFunction.fromName(…) for one of another stack. [SLIPWAY_E_INVALID_VALUE]`,
    );
  });

  test.each([undefined, "greet", platform])("to %p, which makes no calls", (given: Wrong) => {
    expect(refused(() => fn.grantSpawnTo(given))).toContain(
      "must be a construct that can make calls. Pass a web endpoint or a SpawnFunction of this stack. [SLIPWAY_E_INVALID_VALUE]",
    );
  });

  test("of a function on another platform", () => {
    const other = newStack("other");
    const remote = SpawnFunction.fromName(other, "remote", importPlatform(other, { calls: CALLS }), "hello", "work");
    expect(refused(() => endpoint.grantSpawn(remote))).toBe(
      "stack/greet: grantSpawn \"hello/work\": is on another platform, whose calls this one's control service and table know nothing of. Name it by SpawnFunction.fromName(this, …) with this stack's platform, where it is the same one. [SLIPWAY_E_OTHER_PLATFORM]",
    );
  });

  test("by a name that no function has", () => {
    expect(refused(() => SpawnFunction.fromName(stack, "bad", platform, "Hello", "Work"))).toMatch(
      /^stack\/bad: app "Hello": must be .*\nstack\/bad: name "Work": must be /,
    );
  });

  test("of more functions than IAM has room for in one role", () => {
    const large = newStack();
    const shared = platformIn(large);
    const caller = addEndpoint(large, shared, "greet", { app: "web" });
    for (let i = 0; i < 60; i += 1)
      caller.grantSpawn(SpawnFunction.fromName(large, `fn-${i}`, shared, "app", `function-${i}`));
    expect(refusedAtSynth(() => new Synthesized(large))).toMatch(
      /stack\/greet: grantSpawn: 60 functions take \d+ characters of its role's policies, and IAM allows 10240\. Let it call fewer/,
    );
  });
});
