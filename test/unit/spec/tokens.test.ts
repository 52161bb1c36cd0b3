import { Fn, Lazy, Token } from "cdktf";
import { isToken, withoutTokens } from "../../../lib/spec";
import { endpoint, messages, network, networkAttributes, platform, platformAttributes } from "./parsing";

const resolvable = Lazy.anyValue({ produce: () => "later" });
const text = Token.asString(resolvable);
const number = Token.asNumber(resolvable);
const list = Token.asList(resolvable);
const map = Token.asStringMap(resolvable);

test("every kind of token that the engine makes is known as one", () => {
  const tokens = [
    text,
    `a-${text}`,
    `${text}/b`,
    `port-${number}`,
    number,
    list,
    list[0],
    map,
    resolvable,
    Fn.element(list, 0),
  ];
  expect(tokens.map(isToken)).toEqual(tokens.map(() => true));
});

test("literals are no tokens", () => {
  const literals = [
    "",
    "${name}",
    "{}",
    "TfToken[1]",
    -1e200,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    [],
    ["a"],
    {},
    null,
    undefined,
    true,
  ];
  expect(literals.map(isToken)).toEqual(literals.map(() => false));
});

test("in plain data every token becomes null, and nothing else changes", () => {
  const data = { a: text, b: [1, number, { c: list, d: "x" }], e: map, f: resolvable, g: null, h: `x${text}` };
  expect(withoutTokens(data)).toEqual({
    a: null,
    b: [1, null, { c: null, d: "x" }],
    e: null,
    f: null,
    g: null,
    h: null,
  });
});

const KNOWN_AT_SYNTH =
  "is known only after apply, but Slipway needs it at synth to form a name, a size or a priority. Pass a literal. [SLIPWAY_E_TOKEN_NOT_ALLOWED]";

const each = (props: string[], token: unknown): [string, unknown][] => props.map((prop) => [prop, token]);

test.each([
  ...each(["app", "name", "handler", "source", "architecture", "label", "healthPath", "method"], text),
  ...each(["cpu", "memory", "ephemeralDisk", "startupTimeout", "drainTimeout"], number),
  ...each(["minContainers", "maxContainers", "rulePriority", "maxRequestBody"], number),
  ...each(["timeout", "requestTimeout", "idleTimeout", "queueTimeout"], number),
  ...each(["readOnlyRoot", "exec", "docs", "alarms", "requiresProxyAuth", "publicCalls", "concurrency"], resolvable),
  ...each(["env", "secrets", "alarms", "concurrency"], map),
])("an endpoint's %s must be known at synth, and the error does not print the token", (prop, token) => {
  expect(messages(() => endpoint({ [prop]: token }))).toEqual([`stack/greet: ${prop}: ${KNOWN_AT_SYNTH}`]);
});

test.each([
  ...each(["workspace", "environment", "domain", "scheme", "observability"], text),
  ...each(["idleTimeout", "logRetentionDays", "priorityBand"], number),
  ...each(["protect", "allowInsecure", "waitForDeploy", "tracing"], resolvable),
  ...each(["allowCidrs"], list),
])("a platform's %s must be known at synth", (prop, token) => {
  expect(messages(() => platform({ [prop]: token }))).toEqual([`stack/platform: ${prop}: ${KNOWN_AT_SYNTH}`]);
});

test("so must what is within a platform's tracing", () => {
  expect(messages(() => platform({ tracing: { endpoint: text, sampleRatio: number } }))).toEqual([
    `stack/platform: tracing.endpoint: ${KNOWN_AT_SYNTH}`,
    `stack/platform: tracing.sampleRatio: ${KNOWN_AT_SYNTH}`,
  ]);
  expect(messages(() => platform({ tracing: { endpoint: `http://${text}:4318` } }))).toEqual([
    `stack/platform: tracing.endpoint: ${KNOWN_AT_SYNTH}`,
  ]);
});

test("so must what is within an endpoint's concurrency, and the name of an imported platform's tokens table", () => {
  expect(messages(() => endpoint({ concurrency: { maxInputs: number } }))).toEqual([
    `stack/greet: concurrency.maxInputs: ${KNOWN_AT_SYNTH}`,
  ]);
  expect(messages(() => platformAttributes({ tokensTableName: text }))).toEqual([
    `stack/platform: tokensTableName: ${KNOWN_AT_SYNTH}`,
  ]);
});

test.each([
  ["cidr", text],
  ["azs", number],
  ["egress", text],
  ["flowLogs", resolvable],
])("a network's %s must be known at synth", (prop, token) => {
  expect(messages(() => network({ [prop]: token }))).toEqual([`stack/network: ${prop}: ${KNOWN_AT_SYNTH}`]);
});

test("ids, ARNs, images and the values of variables may be known late", () => {
  expect(
    endpoint({ image: `${text}:1`, env: { A: text, B: `x-${text}` }, secrets: { C: text, D: `${text}:key` } }).spec,
  ).toMatchObject({
    image: `${text}:1`,
    env: { A: text, B: `x-${text}` },
    secrets: { C: text, D: `${text}:key` },
  });
  const late = { gatewayImage: text, alarmTopicArn: text, kmsKeyArn: text, webAclArn: text };
  expect(platform(late).spec).toMatchObject(late);
  expect(platform({ domain: "apps.acme.com", hostedZoneId: text, certificateArn: text }).spec).toMatchObject({
    hostedZoneId: text,
    certificateArn: text,
  });
  expect(networkAttributes({ vpcId: text, publicSubnetIds: list, privateSubnetIds: [text, "subnet-b"] })).toMatchObject(
    {
      vpcId: text,
      publicSubnetIds: list,
      privateSubnetIds: [text, "subnet-b"],
    },
  );
  expect(platformAttributes({ clusterArn: text, privateSubnetIds: list })).toMatchObject({
    clusterArn: text,
    privateSubnetIds: list,
  });
});

const NO_STRING =
  "is known only after apply, and not as a string. Write Token.asString(…) around it; Fn.element(list, 0) takes one element of a list. [SLIPWAY_E_TOKEN_NOT_ALLOWED]";

test.each([
  ["a number", number],
  ["a list", list],
  ["a list's element by index", list[0]],
  ["a map", map],
  ["a bare resolvable", resolvable],
])("%s is no string, though both are known late", (_kind, token) => {
  expect(messages(() => networkAttributes({ vpcId: token }))).toEqual([`stack/network: vpcId: ${NO_STRING}`]);
});

test("a variable's value is held to the same", () => {
  expect(messages(() => endpoint({ env: { SUBNET: list[0] } }))).toEqual([
    `stack/greet: env: SUBNET ${NO_STRING.replace("TOKEN_NOT_ALLOWED", "INVALID_VALUE")}`,
  ]);
});

test("a string is no list, though both are known late", () => {
  expect(messages(() => networkAttributes({ privateSubnetIds: text }))).toEqual([
    "stack/network: privateSubnetIds: is known only after apply, and not as a list. Write Token.asList(…) around it. [SLIPWAY_E_TOKEN_NOT_ALLOWED]",
  ]);
});
