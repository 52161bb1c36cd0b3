import fc from "fast-check";
import { endpoint, messages, network, platform, platformAttributes, refusal } from "./parsing";

test("an unknown prop names the nearest known one", () => {
  expect(messages(() => endpoint({ imge: "x" }))).toEqual([
    "stack/greet: imge: is not a prop here. Did you mean image? [SLIPWAY_E_UNKNOWN_PROP]",
  ]);
  expect(messages(() => endpoint({ start_up_timeout: 3, alarms: { errorRte: 1 } }))).toEqual([
    "stack/greet: alarms.errorRte: is not a prop here. Did you mean errorRate? [SLIPWAY_E_UNKNOWN_PROP]",
    "stack/greet: start_up_timeout: is not a prop here. Did you mean startupTimeout? [SLIPWAY_E_UNKNOWN_PROP]",
  ]);
  expect(messages(() => platform({ doman: "a.b" }))[0]).toContain("Did you mean domain?");
});

test("an unknown prop that is like none lists the known ones", () => {
  expect(messages(() => network({ colour: "red" }))).toEqual([
    "stack/network: colour: is not a prop here; known are azs, cidr, egress, flowLogs. Remove colour. [SLIPWAY_E_UNKNOWN_PROP]",
  ]);
});

test.each(["constructor", "toString", "hasOwnProperty", "__proto__"])(
  "a prop named %p, which every object inherits, is unknown like any other",
  (prop) => {
    const props = JSON.parse(`{"${prop}": {"workspace": "evil"}}`);
    for (const parse of [() => network(props), () => platform(props), () => platformAttributes(props)]) {
      expect(refusal(parse).problems).toEqual([expect.objectContaining({ prop, code: "SLIPWAY_E_UNKNOWN_PROP" })]);
    }
  },
);

test("props of later issues are unknown until they do something", () => {
  for (const prop of ["volumes", "gpu", "scaledownWindow", "customDomains"]) {
    expect(refusal(() => endpoint({ [prop]: 1 })).problems).toEqual([
      expect.objectContaining({ prop, code: "SLIPWAY_E_UNKNOWN_PROP" }),
    ]);
  }
});

test.each([
  ["keep_warm", "minContainers"],
  ["min_containers", "minContainers"],
  ["concurrency_limit", "maxContainers"],
  ["max_containers", "maxContainers"],
  ["startup_timeout", "startupTimeout"],
  ["ephemeral_disk", "ephemeralDisk"],
  ["allow_concurrent_inputs", "concurrency"],
  ["requires_proxy_auth", "requiresProxyAuth"],
])("Modal's %s is told its name of today, %s", (old, today) => {
  expect(messages(() => endpoint({ [old]: 4 }))).toEqual([
    `stack/greet: ${old} 4: is Modal's name for ${today}. Write ${today}. [SLIPWAY_E_RENAMED_PROP]`,
  ]);
});

test("Modal's container_idle_timeout is known even where the construct has no scaledownWindow", () => {
  expect(messages(() => endpoint({ container_idle_timeout: 300 }))).toEqual([
    "stack/greet: container_idle_timeout 300: is Modal's name for scaledownWindow, which this construct does not have. Remove container_idle_timeout. [SLIPWAY_E_RENAMED_PROP]",
  ]);
});

test("within concurrency too", () => {
  expect(messages(() => endpoint({ concurrency: { max_inputs: 10 } }))).toEqual([
    "stack/greet: concurrency.max_inputs: is not a prop here. Did you mean maxInputs? [SLIPWAY_E_UNKNOWN_PROP]",
  ]);
});

test("whatever else is passed, every unknown prop is named and no value of one is repeated", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 30 }), fc.constant("s3cr3t-v4lue"), { maxKeys: 5 }),
      (extra) => {
        const unknown = Object.keys(extra).filter((key) => !["cidr", "azs", "egress", "flowLogs"].includes(key));
        fc.pre(unknown.length > 0);
        const error = refusal(() => network(extra));
        expect(error.problems.map(({ prop }) => prop)).toEqual(expect.arrayContaining(unknown));
        expect(JSON.stringify(error.problems.filter(({ code }) => code === "SLIPWAY_E_UNKNOWN_PROP"))).not.toContain(
          "s3cr3t",
        );
      },
    ),
  );
});
