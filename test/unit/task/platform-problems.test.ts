import { platformProblems, platformWarnings, publicCallsProblems } from "../../../lib/task";
import { webSpec } from "./web-spec";

type GivenPlatform = Parameters<typeof platformProblems>[1];

const HTTPS: GivenPlatform = { domain: "apps.acme.com", allowInsecure: false, idleTimeout: 300 };
const HTTP: GivenPlatform = { ...HTTPS, domain: undefined };

const problems = (props: object, platform: Parameters<typeof platformProblems>[1] = HTTPS) =>
  platformProblems(webSpec({ timeout: "1h", ...props }), platform).map(
    ({ prop, value, message, fix }) => `${prop} ${value}: ${message}. ${fix}.`,
  );

test("the fewest props fit every platform", () => {
  for (const idleTimeout of [11, 60, 300, 4000]) expect(problems({}, { ...HTTPS, idleTimeout })).toEqual([]);
});

test("a first byte may take 10 s less than the load balancer waits", () => {
  expect(problems({ requestTimeout: 290 })).toEqual([]);
  expect(problems({ requestTimeout: 291 })).toEqual([
    "requestTimeout 291s: must end 10 s before the platform's idleTimeout, 5m, or it is the load balancer that answers, with a 504 of its own. Use at most 290s, or set the platform's idleTimeout to 301s.",
  ]);
});

test("so may the wait for a place", () => {
  expect(problems({ queueTimeout: 290 })).toEqual([]);
  expect(problems({ queueTimeout: "10m" })).toEqual([
    "queueTimeout 10m: must end 10 s before the platform's idleTimeout, 5m, or it is the load balancer that answers, with a 504 of its own. Use at most 290s, or set the platform's idleTimeout to 610s.",
  ]);
});

test("a gap in a body may be as long as the load balancer allows", () => {
  expect(problems({ idleTimeout: 300 })).toEqual([]);
  expect(problems({ idleTimeout: 301 })).toEqual([
    "idleTimeout 301s: is above the platform's idleTimeout, 5m, at which the load balancer closes the connection. Use at most 5m, or set the platform's idleTimeout to 301s.",
  ]);
});

test("tokens are not sent over plain HTTP, unless the platform allows it", () => {
  const closed = { requiresProxyAuth: true };
  expect(problems(closed)).toEqual([]);
  expect(problems(closed, { ...HTTP, allowInsecure: true })).toEqual([]);
  expect(problems({}, HTTP)).toEqual([]);
  expect(problems(closed, HTTP)).toEqual([
    "requiresProxyAuth true: would have tokens sent over plain HTTP: the platform has no domain. Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true.",
  ]);
});

test("nor are those of who makes calls from outside", () => {
  const open = { publicCalls: true };
  expect(problems(open)).toEqual([]);
  expect(problems(open, { ...HTTP, allowInsecure: true })).toEqual([]);
  expect(problems(open, HTTP)).toEqual([
    "publicCalls true: would have tokens sent over plain HTTP: the platform has no domain. Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true.",
  ]);
});

describe("calls are made public where there are some to make", () => {
  const said = (props: object, given: Parameters<typeof publicCallsProblems>[1]) =>
    publicCallsProblems(webSpec(props), given).map(({ code, prop, value }) => [code, prop, value]);

  test("on a platform that offers them, by an endpoint that may call a function", () => {
    expect(said({ publicCalls: true }, { offersCalls: true, makesCalls: true })).toEqual([]);
    expect(said({}, { offersCalls: false, makesCalls: false })).toEqual([]);
  });

  test("and whatever is lacking for that is told at once", () => {
    expect(said({ publicCalls: true }, { offersCalls: false, makesCalls: false })).toEqual([
      ["SLIPWAY_E_NO_CALLS", "publicCalls", true],
      ["SLIPWAY_E_NO_GRANT", "publicCalls", true],
    ]);
  });
});

test("everything that does not fit is told at once", () => {
  const all = { requestTimeout: 300, queueTimeout: 300, idleTimeout: 400, requiresProxyAuth: true };
  expect(platformProblems(webSpec(all), HTTP).map(({ prop, code }) => [prop, code])).toEqual([
    ["requestTimeout", "SLIPWAY_E_INVALID_VALUE"],
    ["queueTimeout", "SLIPWAY_E_INVALID_VALUE"],
    ["idleTimeout", "SLIPWAY_E_INVALID_VALUE"],
    ["requiresProxyAuth", "SLIPWAY_E_INSECURE_AUTH"],
  ]);
});

describe("what works, and is worth a warning", () => {
  test("two waits that each fit, and are too long one after the other", () => {
    expect(platformWarnings(webSpec({ requestTimeout: 240 }), HTTPS)).toEqual([]);
    expect(platformWarnings(webSpec({ requestTimeout: 241 }), HTTPS)).toEqual([
      "queueTimeout 1m and requestTimeout 241s together are more than the platform's idleTimeout, 5m: a request that uses up both gets a 504 of the load balancer's own",
    ]);
  });

  test("tokens that anybody on the way can read", () => {
    const closed = webSpec({ requiresProxyAuth: true });
    expect(platformWarnings(closed, { ...HTTP, allowInsecure: true })).toEqual([
      "requiresProxyAuth without HTTPS: whoever sees the traffic has the tokens",
    ]);
    expect(platformWarnings(closed, HTTPS)).toEqual([]);
    expect(platformWarnings(webSpec({ publicCalls: true }), { ...HTTP, allowInsecure: true })).toEqual([
      "publicCalls without HTTPS: whoever sees the traffic has the tokens",
    ]);
  });
});
