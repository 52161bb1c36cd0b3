import fc from "fast-check";
import { parseAsgiApp, parseFastApiEndpoint, parseWsgiApp } from "../../../lib/spec";
import { ENDPOINT, endpoint, messages } from "./parsing";

test("an endpoint with the fewest props is completed with every default", () => {
  expect(endpoint()).toEqual({
    spec: {
      kind: "fastapi",
      app: "hello",
      name: "greet",
      handler: "app:hello",
      image: "registry.acme.com/hello:1.0.0",
      cpuUnits: 512,
      memoryMiB: 1024,
      architecture: "x86_64",
      env: {},
      secrets: {},
      timeout: 300,
      startupTimeout: 60,
      drainTimeout: 110,
      readOnlyRoot: false,
      exec: false,
      spot: false,
      method: "GET",
      docs: false,
      port: 8000,
      command: [
        ...["python", "-m", "slipway", "serve", "--kind", "fastapi", "--handler", "app:hello"],
        ...["--max-inputs", "1", "--method", "GET"],
      ],
      minContainers: 1,
      maxContainers: 10,
      concurrency: { maxInputs: 1, targetInputs: 1, maxQueued: 10 },
      maxRequestBodyMiB: 4096,
      requiresProxyAuth: false,
      publicCalls: false,
      label: "hello-greet",
    },
    warnings: [],
    pathModeWarnings: [],
  });
});

test("an endpoint with every prop keeps each of them", () => {
  const props = {
    name: "other",
    source: "/somewhere",
    cpu: 1,
    memory: "2GiB",
    ephemeralDisk: "30GiB",
    architecture: "arm64",
    spot: true,
    env: { LOG_LEVEL: "info" },
    secrets: { KEY: "arn:aws:ssm:us-east-1:123456789012:parameter/key" },
    timeout: "10m",
    startupTimeout: "2m",
    drainTimeout: 10,
    readOnlyRoot: true,
    exec: false,
    method: "POST",
    docs: true,
    minContainers: 2,
    maxContainers: 3,
    concurrency: { maxInputs: 20, targetInputs: 10, maxQueued: 0 },
    requestTimeout: "4m",
    idleTimeout: 30,
    queueTimeout: "5s",
    maxRequestBody: "10MiB",
    requiresProxyAuth: true,
    publicCalls: true,
    label: "api",
    rulePriority: 9000,
    healthPath: "/health",
    alarms: { errorRate: 1, latencyP95: "2s" },
  };
  expect(endpoint(props).spec).toEqual({
    ...ENDPOINT,
    kind: "fastapi",
    port: 8000,
    command: expect.arrayContaining(["--method", "POST", "--docs"]),
    name: "other",
    source: "/somewhere",
    cpuUnits: 1024,
    memoryMiB: 2048,
    ephemeralDiskGiB: 30,
    architecture: "arm64",
    spot: true,
    env: { LOG_LEVEL: "info" },
    secrets: { KEY: "arn:aws:ssm:us-east-1:123456789012:parameter/key" },
    timeout: 600,
    startupTimeout: 120,
    drainTimeout: 10,
    readOnlyRoot: true,
    exec: false,
    method: "POST",
    docs: true,
    minContainers: 2,
    maxContainers: 3,
    concurrency: { maxInputs: 20, targetInputs: 10, maxQueued: 0 },
    requestTimeout: 240,
    idleTimeout: 30,
    queueTimeout: 5,
    maxRequestBodyMiB: 10,
    requiresProxyAuth: true,
    publicCalls: true,
    label: "api",
    rulePriority: 9000,
    healthPath: "/health",
    alarms: { errorRate: 1, latencyP95: 2 },
  });
});

test("a prop that is undefined counts as left out", () => {
  expect(endpoint({ cpu: undefined, name: undefined, label: undefined, alarms: undefined })).toEqual(endpoint());
});

test("the name is the construct id in kebab-case, and the label is made of app and name", () => {
  const { spec } = parseFastApiEndpoint(ENDPOINT, "GreetTheWorld", "stack/GreetTheWorld", {});
  expect([spec.name, spec.label]).toEqual(["greet-the-world", "hello-greet-the-world"]);
});

test("a construct id that gives no legal name asks for one", () => {
  const named = (id: string) => () => parseFastApiEndpoint(ENDPOINT, id, `stack/${id}`, {});
  expect(messages(named("日本"))).toEqual([
    'stack/日本: name "": must not be empty. Set name in that form, for example "hello"; the default is the construct id in kebab-case. [SLIPWAY_E_INVALID_VALUE]',
  ]);
  expect(messages(named("a".repeat(70)))).toEqual([
    `stack/${"a".repeat(70)}: name "${"a".repeat(70)}": must be 1 to 48 lowercase letters, digits and single dashes, with no dash at an end. Set name in that form, for example "hello"; the default is the construct id in kebab-case. [SLIPWAY_E_INVALID_VALUE]`,
  ]);
});

test("at least as many containers run at the most as at the least", () => {
  expect(endpoint({ minContainers: 20 }).spec.maxContainers).toBe(20);
  expect(endpoint({ minContainers: 3, maxContainers: 3 }).spec.maxContainers).toBe(3);
  expect(messages(() => endpoint({ minContainers: 3, maxContainers: 2 }))).toEqual([
    "stack/greet: maxContainers 2: is below minContainers, 3. Use 3 or more. [SLIPWAY_E_INVALID_VALUE]",
  ]);
});

test("a container takes one request at a time for a function, a hundred for an app, and what it is told", () => {
  expect(endpoint({ concurrency: {} }).spec.concurrency).toEqual({ maxInputs: 1, targetInputs: 1, maxQueued: 10 });
  expect(endpoint({ concurrency: { maxInputs: 30 } }).spec.concurrency).toEqual({
    maxInputs: 30,
    targetInputs: 21,
    maxQueued: 300,
  });
  const app = { ...ENDPOINT, handler: "app:app" };
  for (const parse of [parseAsgiApp, parseWsgiApp]) {
    const { concurrency } = parse(app, "api", "stack/api", {}).spec;
    expect(concurrency).toEqual({ maxInputs: 100, targetInputs: 70, maxQueued: 1000 });
  }
});

test("scaling aims at seven tenths of the places, rounded up, and so never above what there are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (maxInputs) => {
      const { targetInputs } = endpoint({ concurrency: { maxInputs } }).spec.concurrency;
      expect(targetInputs).toBe(Math.ceil(0.7 * maxInputs));
      expect(targetInputs).toBeLessThanOrEqual(maxInputs);
    }),
  );
});

test.each([
  [
    { app: "Hello" },
    'app "Hello": must be 1 to 32 lowercase letters, digits and single dashes, with no dash at an end. Write for example "hello".',
  ],
  [{ app: "a".repeat(33) }, `app "${"a".repeat(33)}": must be 1 to 32 lowercase letters`],
  [{ app: 7 }, 'app 7: must be a string. Write for example "hello".'],
  [{ name: "a--b" }, 'name "a--b": must be 1 to 48 lowercase letters, digits and single dashes'],
  [
    { handler: "app.py:hello" },
    'handler "app.py:hello": must be "module:function": an import path, not a file path. Write "app:hello".',
  ],
  [
    { handler: "./src/api.py:hello" },
    'handler "./src/api.py:hello": must be "module:function": an import path, not a file path. Write "src.api:hello".',
  ],
  [{ handler: "shop.api.hello" }, 'handler "shop.api.hello": must be "module:function". Write "shop.api:hello".'],
  [{ handler: "app" }, 'handler "app": must be "module:function". Write for example "app:hello" for hello in app.py.'],
  [{ handler: "app:hello()" }, 'handler "app:hello()": must be "module:function". Write "app:hello".'],
  [
    { handler: "shop.api:main.hello" },
    'handler "shop.api:main.hello": must be "module:function". Write "shop.api:hello", with hello = main.hello in the module.',
  ],
  [
    { handler: "my-app:hello" },
    'handler "my-app:hello": must be "module:function". Python imports no module with a dash: rename it, and write "my_app:hello".',
  ],
  [{ handler: "" }, 'handler "": must not be empty. Write for example "app:hello" for hello in app.py.'],
  [
    { handler: "a:b:c" },
    'handler "a:b:c": must be "module:function". Write for example "app:hello" for hello in app.py.',
  ],
  [
    { image: "https://registry.acme.com/hello" },
    'image "https://registry.acme.com/hello": must have no scheme. Write "registry.acme.com/hello".',
  ],
  [
    { image: "registry.acme.com/hello:${tag}" },
    'image "registry.acme.com/hello:${tag}": must be an image URI: a registry, a repository, and a tag or digest. Write for example "123456789012.dkr.ecr.us-east-1.amazonaws.com/hello@sha256:…".',
  ],
  [
    { image: "" },
    'image "": must not be empty. Write for example "123456789012.dkr.ecr.us-east-1.amazonaws.com/hello@sha256:…".',
  ],
  [{ source: 5 }, "source 5: must be a string. Pass a string."],
  [
    { cpu: 512 },
    "cpu 512: must be a number of vCPU that Fargate sells: 0.25, 0.5, 1, 2, 4, 8, 16. Write 0.5: cpu counts vCPU, not CPU units.",
  ],
  [
    { cpu: 3 },
    "cpu 3: must be a number of vCPU that Fargate sells: 0.25, 0.5, 1, 2, 4, 8, 16. Use one of 0.25, 0.5, 1, 2, 4, 8, 16.",
  ],
  [{ cpu: "1" }, 'cpu "1": must be a number of vCPU that Fargate sells'],
  [{ architecture: "arm" }, 'architecture "arm": must be one of "x86_64", "arm64". Pick one of these.'],
  [{ readOnlyRoot: "yes" }, 'readOnlyRoot "yes": must be true or false. Pass a boolean literal.'],
  [{ exec: 1 }, "exec 1: must be true or false. Pass a boolean literal."],
  [
    { minContainers: 0 },
    "minContainers 0: a load balancer does not hold requests for a service with no task, so 0 would answer 503. Use 1 or more.",
  ],
  [{ minContainers: 1.5 }, "minContainers 1.5: must be a whole number from 1 to 5000. Use 1 or more."],
  [{ maxContainers: 5001 }, "maxContainers 5001: must be 1 to 5000. Use 1 to 5000."],
  [{ maxContainers: "3" }, 'maxContainers "3": must be a whole number. Write 3, without quotes.'],
  [{ label: "My.Api" }, 'label "My.Api": a label is one part of a host name, so it holds no dot. Write "my-api".'],
  [
    { label: "MyApi" },
    'label "MyApi": must be 1 to 63 lowercase letters, digits and single dashes, with no dash at an end. Write "myapi".',
  ],
  [
    { label: "-" },
    'label "-": must be 1 to 63 lowercase letters, digits and single dashes, with no dash at an end. Write "my-api".',
  ],
  [
    { label: "a".repeat(70) },
    `label "${"a".repeat(70)}": must be 1 to 63 lowercase letters, digits and single dashes, with no dash at an end. Write "${"a".repeat(63)}".`,
  ],
  [{ rulePriority: 0 }, "rulePriority 0: must be 1 to 50000 (the load balancer's own range). Use 1 to 50000."],
  [{ healthPath: "live" }, 'healthPath "live": must be a path as it is in a URL, from its / on. Write "/live".'],
  [
    { healthPath: "http://app/live?deep=1" },
    'healthPath "http://app/live?deep=1": must be a path as it is in a URL, from its / on. Write "/live?deep=1".',
  ],
  [{ healthPath: "/a b#c" }, 'healthPath "/a b#c": must be a path as it is in a URL, from its / on. Write "/a%20b".'],
  [{ method: "get" }, 'method "get": must be one of "GET", "POST", "PUT", "PATCH", "DELETE". Pick one of these.'],
  [{ docs: null }, "docs null: must be true or false. Pass a boolean literal."],
  [
    { alarms: true },
    "alarms true: must be false, or an object with errorRate, latencyP95. Write false, or an object with errorRate, latencyP95.",
  ],
  [{ alarms: { errorRate: 0 } }, "alarms.errorRate 0: must be a percentage above 0, at most 100. Write for example 5."],
  [{ alarms: { latencyP95: "0s" } }, 'alarms.latencyP95 "0s": must be 1s to 1h. Use 1s to 1h.'],
  [{ timeout: "12h" }, 'timeout "12h": must be 1s to 690m. Use 1s to 690m.'],
  [
    { requestTimeout: "1h" },
    'requestTimeout "1h": must be 1s to 3590s (a load balancer lets a stopping task answer for an hour, and 10 s of that are spare). Use 1s to 3590s.',
  ],
  [
    { requestTimeout: "6m" },
    'requestTimeout "6m": is above timeout, 5m, which ends the request before. Use at most 5m, or raise timeout.',
  ],
  [{ idleTimeout: 0 }, "idleTimeout 0: must be 1s to 4000s (the load balancer's own limit). Use 1s to 4000s."],
  [{ queueTimeout: "500ms" }, 'queueTimeout "500ms": must come to whole seconds. Use 1s to 1h.'],
  [{ maxRequestBody: "2TiB" }, 'maxRequestBody "2TiB": has the unit TiB; AWS sells memory in MiB and GiB.'],
  [{ maxRequestBody: 0 }, "maxRequestBody 0: must be 1 MiB to 1024 GiB. Use 1 MiB to 1024 GiB."],
  [{ requiresProxyAuth: "yes" }, 'requiresProxyAuth "yes": must be true or false. Pass a boolean literal.'],
  [{ publicCalls: "photos" }, 'publicCalls "photos": must be true or false. Pass a boolean literal.'],
  [
    { concurrency: 20 },
    "concurrency 20: must be an object with maxInputs, targetInputs, maxQueued. Write an object with maxInputs, targetInputs, maxQueued.",
  ],
  [{ concurrency: { maxInputs: 0 } }, "concurrency.maxInputs 0: must be 1 to 1000. Use 1 to 1000."],
  [{ concurrency: { maxInputs: 1.5 } }, "concurrency.maxInputs 1.5: must be a whole number. Use 1 to 1000."],
  [{ concurrency: { maxQueued: -1 } }, "concurrency.maxQueued -1: must be 0 to 10000. Use 0 to 10000."],
  [
    { concurrency: { targetInputs: 2 } },
    "concurrency.targetInputs 2: is above maxInputs, 1. Use 1 to 1, or raise maxInputs.",
  ],
  [
    { concurrency: { maxInputs: 10, targetInputs: 11 } },
    "concurrency.targetInputs 11: is above maxInputs, 10. Use 1 to 10, or raise maxInputs.",
  ],
  [
    { exec: true, readOnlyRoot: true },
    "exec true: ECS Exec writes to the root filesystem, which readOnlyRoot forbids. Set only one of exec and readOnlyRoot.",
  ],
  [
    { cpu: 0.25, memory: "3GiB" },
    'memory "3GiB": Fargate does not sell it with 0.25 vCPU. Use cpu: 0.25, memory: "2GiB", or cpu: 0.5, memory: "3GiB".',
  ],
  [{ memory: 256 }, 'memory "256MiB": Fargate does not sell it with 0.5 vCPU. Use cpu: 0.5, memory: "1GiB".'],
])("%j is refused with the fix", (props, message) => {
  const [first, ...others] = messages(() => endpoint(props));
  expect(first).toMatch(/ \[SLIPWAY_E_INVALID_VALUE\]$/);
  expect(first).toContain(`stack/greet: ${message}`);
  expect(others).toEqual([]);
});

test("what a refused label suggests is a label", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "grapheme", maxLength: 100 }), fc.string({ maxLength: 100 })), (label) => {
      const written = /Write "(.*)"/.exec(attempt(label))?.[1];
      if (written !== undefined) expect(endpoint({ label: written }).spec.label).toBe(written);
    }),
  );
});

function attempt(label: string): string {
  try {
    endpoint({ label });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
