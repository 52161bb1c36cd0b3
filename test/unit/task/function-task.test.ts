import fc from "fast-check";
import { readFunctionEntry } from "../../../lib/calls";
import {
  type CallerConfig,
  controlConfigSchema,
  controlContainer,
  entryOf,
  functionItem,
  functionTask,
  payloadDays,
  QUEUE,
  webTask,
  workerConfigSchema,
} from "../../../lib/task";
import { functionSpec, STORES } from "./function-spec";
import { DOMAIN_PLATFORM, webSpec } from "./web-spec";

const PLACES = {
  stores: STORES,
  tag: "0123abcd",
  queueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs-process",
  dlqUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs-process-dead",
};
const CALLS: CallerConfig = {
  ...STORES,
  grants: [{ app: "jobs", name: "process", tag: "0123abcd" }],
  public: false,
};
const task = (props: object = {}, calls?: CallerConfig) =>
  functionTask(functionSpec(props), DOMAIN_PLATFORM, { ...PLACES, calls }, "/slipway/jobs");
const environment = (container: { environment: ReadonlyArray<{ name: string; value: string }> }) =>
  Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));

describe("a function's task", () => {
  test("is the user's code, which is told where its gateway is, and a gateway that no load balancer reaches", () => {
    const [app, gateway] = task().containers;
    expect(app).toMatchObject({
      name: "app",
      image: "registry.acme.com/jobs:1",
      dockerLabels: { "slipway.function": "jobs/process" },
      command: expect.arrayContaining(["--kind", "calls", "--handler", "app:process"]),
    });
    expect(environment(app!)).toEqual({
      PYTHONUNBUFFERED: "1",
      SLIPWAY_EXECUTOR_SOCKET: "/run/slipway/executor.sock",
      SLIPWAY_GRACE_MS: "5000",
      SLIPWAY_LIBRARY_VERSION: "0.1.0",
    });
    expect(app).not.toHaveProperty("portMappings");
    expect(gateway).toMatchObject({
      name: "gateway",
      dependsOn: [{ containerName: "app", condition: "START" }],
      portMappings: [{ containerPort: 18081 }],
      stopTimeout: 120,
      user: "0",
    });
  });

  test("has a folder in which the two meet", () => {
    for (const { mountPoints } of task().containers) {
      expect(mountPoints).toEqual([{ sourceVolume: "slipway", containerPath: "/run/slipway", readOnly: false }]);
    }
  });

  test("configures its gateway as a worker, in a form that the gateway reads", () => {
    const props = { timeout: "1h", retries: { maxRetries: 2, maxDelay: 30 }, concurrency: { maxInputs: 4 } };
    const { containers, gateway } = task(props);
    expect(workerConfigSchema.parse(JSON.parse(environment(containers[1]!).SLIPWAY_CONFIG!))).toEqual(gateway);
    expect(gateway.worker).toEqual({
      ...STORES,
      tag: "0123abcd",
      queueUrl: PLACES.queueUrl,
      dlqUrl: PLACES.dlqUrl,
      maxInputs: 4,
      visibilityMs: 60_000,
      heartbeatMs: 3000,
      attemptMs: 3_600_000,
      retries: { maxRetries: 2, initialDelayMs: 1000, backoffCoefficient: 2, maxDelayMs: 30_000 },
      maxDeliveries: 3,
      maxPayloadBytes: 2 ** 30,
      graceMs: 5000,
      executorSocket: "/run/slipway/executor.sock",
      startupMs: 60_000,
    });
    expect(gateway.drain).toEqual({ deadlineMs: 110_000, quietMs: 0 });
    expect(gateway).not.toHaveProperty("calls");
  });

  test("that may make calls is told which, and its code where", () => {
    const { containers, gateway } = task({}, CALLS);
    expect(gateway.calls).toEqual(CALLS);
    expect(environment(containers[0]!).SLIPWAY_CALLS_URL).toBe("http://127.0.0.1:18082");
  });

  test("waits for its code to load, as long as the startupTimeout says, before ECS counts it as ill", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3300 }), (startupTimeout) => {
        const { healthCheck } = task({ startupTimeout }).containers[1]!;
        const { interval, retries, startPeriod, timeout } = healthCheck!;
        // The ranges of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
        expect(interval).toBeGreaterThanOrEqual(5);
        expect(interval).toBeLessThanOrEqual(300);
        expect(retries).toBeLessThanOrEqual(10);
        expect(startPeriod).toBeLessThanOrEqual(300);
        expect(timeout).toBeLessThan(interval);
        expect(startPeriod + retries * interval).toBeGreaterThanOrEqual(startupTimeout);
      }),
    );
  });
});

test("an endpoint that may make calls is told which, and its app where", () => {
  const { containers, gateway } = webTask(webSpec(), DOMAIN_PLATFORM, "/slipway/hello", CALLS);
  expect(gateway.calls).toEqual(CALLS);
  expect(environment(containers[0]!).SLIPWAY_CALLS_URL).toBe("http://127.0.0.1:18082");
  expect(JSON.stringify(webTask(webSpec(), DOMAIN_PLATFORM, "/slipway/hello"))).not.toMatch(/CALLS_URL|"calls"/);
});

test("a function's registry item is what callers and workers read", () => {
  const spec = functionSpec({ maxPending: 50, deadline: "1d", maxPayload: "1MiB" });
  const { queueUrl, dlqUrl } = PLACES;
  const known = {
    app: "jobs",
    name: "process",
    service: "jobs-process",
    queueUrl,
    dlqUrl,
    ...entryOf(spec, "0123abcd"),
  };
  const item = functionItem({ ...known, revision: "7" });
  expect(readFunctionEntry(JSON.parse(item))).toEqual({ ...known, revision: 7 });
  expect(known).toMatchObject({
    queueMs: 86_400_000,
    deadlineMs: 86_400_000,
    maxPayloadBytes: 2 ** 20,
    maxPending: 50,
  });
});

test("the control service's container has a configuration that its program reads, and no port but control's", () => {
  const options = { stores: STORES, cluster: "acme", logGroup: "/slipway/control" };
  const container = controlContainer(DOMAIN_PLATFORM, options);
  const config = controlConfigSchema.parse(JSON.parse(environment(container).SLIPWAY_CONFIG!));
  expect(config.control).toMatchObject({ ...STORES, cluster: "acme" });
  // One of the two tasks looks; the other must see that it has ceased to.
  expect(config.control.leaseMs).toBeGreaterThan(config.control.sweepMs);
  expect(container.portMappings).toEqual([{ containerPort: 18081, hostPort: 18081, protocol: "tcp" }]);
  expect(container.readonlyRootFilesystem).toBe(true);
});

describe("what is kept, and how long", () => {
  const DAY = 86_400;

  test("a message outlives every call, and a dead letter the message", () => {
    expect(QUEUE.retentionSeconds).toBeGreaterThan(functionSpec({ queueTimeout: "7d" }).queueTimeout);
    expect(QUEUE.retentionSeconds).toBeGreaterThan(functionSpec().deadline);
    expect(QUEUE.deadLetterRetentionSeconds).toBeGreaterThan(QUEUE.retentionSeconds);
  });

  test("SQS's own redrive comes long after the worker's, within what both providers and SQS take", () => {
    expect(QUEUE.maxReceives).toBeGreaterThan(task().gateway.worker.maxDeliveries);
    expect(QUEUE.maxReceives).toBeLessThanOrEqual(1000);
    expect(QUEUE.maxMessageBytes).toBeLessThanOrEqual(262_144);
  });

  test("payloads outlive the records that refer to them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3600, max: 30 * DAY }), (retention) => {
        const { deadline } = functionSpec();
        expect(payloadDays(retention) * DAY).toBeGreaterThan(deadline + retention + DAY);
      }),
    );
    expect(payloadDays(7 * DAY)).toBe(23);
  });
});
