import fc from "fast-check";
import { parseFunctionName, parseSpawnFunction } from "../../../lib/spec";
import { ENDPOINT, endpoint, messages, refusal } from "./parsing";

const FUNCTION = { app: "jobs", handler: "app:process", image: ENDPOINT.image };
const fn = (props: object = {}) => parseSpawnFunction({ ...FUNCTION, ...props }, "process", "stack/process", {});
const spec = (props: object = {}) => fn(props).spec;
/** What is said of one wrong prop, without the construct's path and the code. */
const said = (props: object) =>
  messages(() => fn(props)).map((line) => line.replace(/^stack\/process: (.*) \[SLIPWAY_E_\w+\]$/, "$1"));

const DAY = 86_400;

test("a function with the fewest props is completed with every default", () => {
  expect(fn()).toEqual({
    spec: {
      ...FUNCTION,
      kind: "function",
      name: "process",
      command: ["python", "-m", "slipway", "serve", "--kind", "calls", "--handler", "app:process", "--max-inputs", "1"],
      cpuUnits: 512,
      memoryMiB: 1024,
      architecture: "x86_64",
      spot: false,
      env: {},
      secrets: {},
      timeout: 300,
      startupTimeout: 60,
      drainTimeout: 110,
      readOnlyRoot: false,
      exec: false,
      minContainers: 0,
      maxContainers: 10,
      scaledownWindow: 60,
      concurrency: { maxInputs: 1, targetInputs: 1 },
      retries: { maxRetries: 0, initialDelay: 1, backoffCoefficient: 1, maxDelay: 60 },
      queueTimeout: DAY,
      deadline: 7 * DAY,
      maxPayloadMiB: 1024,
    },
    warnings: [],
  });
});

test("a function with every prop keeps each of them", () => {
  expect(
    spec({
      minContainers: 20,
      scaledownWindow: "5m",
      concurrency: { maxInputs: 10, targetInputs: 4 },
      retries: { maxRetries: 5, initialDelay: 2, backoffCoefficient: 1.5, maxDelay: "15m" },
      timeout: "690m",
      queueTimeout: "1h",
      deadline: "2d",
      maxPayload: "8MiB",
      maxPending: 1000,
    }),
  ).toMatchObject({
    minContainers: 20,
    maxContainers: 20,
    scaledownWindow: 300,
    concurrency: { maxInputs: 10, targetInputs: 4 },
    retries: { maxRetries: 5, initialDelay: 2, backoffCoefficient: 1.5, maxDelay: 900 },
    timeout: 41_400,
    queueTimeout: 3600,
    deadline: 2 * DAY,
    maxPayloadMiB: 8,
    maxPending: 1000,
  });
});

describe("retries", () => {
  test("as a number are that many, a second apart", () => {
    expect(spec({ retries: 3 }).retries).toEqual({
      maxRetries: 3,
      initialDelay: 1,
      backoffCoefficient: 1,
      maxDelay: 60,
    });
  });

  test("as an object double their delay up to a minute, unless they say otherwise", () => {
    const asked = { maxRetries: 4 };
    expect(spec({ retries: asked }).retries).toEqual({
      ...asked,
      initialDelay: 1,
      backoffCoefficient: 2,
      maxDelay: 60,
    });
  });

  test.each([
    [-1, "retries -1: must be 0 to 100. Use 0 to 100; 0 is no retry."],
    [101, "retries 101: must be 0 to 100. Use 0 to 100; 0 is no retry."],
    [1.5, "retries 1.5: must be a whole number. Use 0 to 100; 0 is no retry."],
    [
      "3",
      'retries "3": must be a number, or an object with maxRetries, initialDelay, backoffCoefficient, maxDelay. Write 3, without quotes.',
    ],
    [{}, "retries.maxRetries: is missing. Write for example 3."],
    [{ maxRetries: -2 }, "retries.maxRetries -2: must be 0 to 100. Use 0 to 100; 0 is no retry."],
    [
      { maxRetries: 1, backoffCoefficient: 0.5 },
      "retries.backoffCoefficient 0.5: must be a number from 1 to 10. Use 1 for equal delays, 2 to double each.",
    ],
    [
      { maxRetries: 1, maxDelay: "1h" },
      'retries.maxDelay "1h": must be 1s to 15m (SQS holds a message back for 15 minutes at most). Use 1s to 15m.',
    ],
    [
      { maxRetries: 1, initialDelay: "5m" },
      'retries.initialDelay "300s": is above maxDelay, 60s. Use at most 60, or raise maxDelay.',
    ],
    [{ max_retries: 1 }, "retries.max_retries: is not a prop here. Did you mean maxRetries?"],
  ])("of %j are refused", (retries, message) => {
    expect(said({ retries })).toContain(message);
  });
});

describe("times that do not fit", () => {
  test.each([
    [
      { timeout: "12h" },
      'timeout "12h": must be 1s to 690m (SQS hides a message for 12 h at most; split longer work into several calls). Use 1s to 690m.',
    ],
    [
      { deadline: 60 },
      'deadline "1m": is below timeout, 5m, so no attempt could use its time. Use 5m or more, or lower timeout.',
    ],
    [{ deadline: "8d" }, 'deadline "8d": must be 1s to 7d (messages are kept for little longer). Use 1s to 7d.'],
    [
      { queueTimeout: "2h", deadline: "1h" },
      'queueTimeout "2h": is above deadline, 1h, which ends the call before. Use at most 1h, or raise deadline.',
    ],
    [
      { scaledownWindow: 2 },
      "scaledownWindow 2: must be 1m to 1d (CloudWatch counts the pause in minutes, and looks back a day). Use 1m to 1d.",
    ],
    [
      { startupTimeout: "1h" },
      'startupTimeout "1h": must be 1s to 55m (ECS lets a container be unhealthy for 55 minutes at most). Use 1s to 55m.',
    ],
  ])("%j", (props, message) => {
    expect(said(props)).toEqual([message]);
  });

  test("a shorter deadline takes the default queueTimeout with it", () => {
    expect(spec({ deadline: "1h" }).queueTimeout).toBe(3600);
  });
});

describe("props of others", () => {
  test.each(["label", "requestTimeout", "healthPath", "requiresProxyAuth", "publicCalls", "alarms"])(
    "%s is a web endpoint's",
    (prop) => {
      expect(said({ [prop]: 1 })).toEqual([`${prop}: is a prop of a web endpoint, and this is none. Remove ${prop}.`]);
    },
  );

  test.each(["retries", "deadline", "maxPending", "scaledownWindow"])("%s is no endpoint's", (prop) => {
    expect(messages(() => endpoint({ [prop]: 1 }))).toEqual([
      `stack/greet: ${prop}: is a prop of a SpawnFunction, and this is none. Remove ${prop}. [SLIPWAY_E_UNKNOWN_PROP]`,
    ]);
  });

  test("a function keeps no queue in its containers", () => {
    expect(said({ concurrency: { maxInputs: 2, maxQueued: 3 } })[0]).toMatch(
      /^concurrency\.maxQueued: is not a prop here/,
    );
  });

  test.each([
    ["keep_warm", "minContainers"],
    ["concurrency_limit", "maxContainers"],
    ["container_idle_timeout", "scaledownWindow"],
    ["scaledown_window", "scaledownWindow"],
    ["allow_concurrent_inputs", "concurrency"],
  ])("Modal's %s is told its name of today, %s", (old, today) => {
    expect(said({ [old]: 4 })).toEqual([`${old} 4: is Modal's name for ${today}. Write ${today}.`]);
  });
});

test("everything that is wrong is told at once", () => {
  const error = refusal(() =>
    fn({
      retries: -1,
      timeout: "1d",
      deadline: "1h",
      queueTimeout: "2h",
      maxPending: 0,
      handler: "./app.py",
      labl: "x",
    }),
  );
  expect(error.problems.map(({ prop }) => prop).sort()).toEqual([
    "handler",
    "labl",
    "maxPending",
    "queueTimeout",
    "retries",
    "timeout",
  ]);
});

test("whatever the times, an attempt fits into the deadline and a wait too, or it is refused", () => {
  const seconds = fc.integer({ min: 1, max: 7 * DAY });
  fc.assert(
    fc.property(seconds, seconds, seconds, (timeout, queueTimeout, deadline) => {
      try {
        const given = spec({ timeout, queueTimeout, deadline });
        expect(given.deadline).toBeGreaterThanOrEqual(Math.max(given.timeout, given.queueTimeout));
      } catch (error) {
        expect((error as Error).name).toBe("SlipwayError");
        expect(timeout > 41_400 || deadline < timeout || deadline < queueTimeout).toBe(true);
      }
    }),
  );
});

test("a function of another stack is named as it is there", () => {
  const parse = (given: object) => () => parseFunctionName(given, "stack/remote", {});
  expect(parse({ app: "jobs", name: "process" })()).toEqual({ app: "jobs", name: "process" });
  expect(messages(parse({ app: "Jobs", name: "" }))).toEqual([
    'stack/remote: app "Jobs": must be 1 to 32 lowercase letters, digits and single dashes, with no dash at an end. Write for example "hello". [SLIPWAY_E_INVALID_VALUE]',
    'stack/remote: name "": must not be empty. Set name in that form, for example "hello"; the default is the construct id in kebab-case. [SLIPWAY_E_INVALID_VALUE]',
  ]);
});
