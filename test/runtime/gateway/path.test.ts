import fc from "fast-check";
import { callsTarget, isOriginForm, routeTarget } from "../../../lib/runtime/gateway/path";

const PREFIX = "/acme-web";

/** Paths as they come over the wire, with everything that servers read differently. */
const path = fc
  .array(fc.constantFrom("a", "_slipway", "%5fslipway", "..", ".", "", "%2e%2e", "%2F", "%zz", "é", "x y"), {
    maxLength: 6,
  })
  .map((segments) => `/${segments.join("/")}`);
const query = fc.constantFrom("", "?", "?x=1", "?a=/../b?c");

test("without a prefix every path is forwarded byte for byte, but for the reserved ones", () => {
  fc.assert(
    fc.property(path, query, (p, q) => {
      const route = routeTarget(p + q, "");
      const mayBeReserved = /_slipway|%5fslipway/.test(p);
      if (route.kind === "forward" || !mayBeReserved) expect(route).toEqual({ kind: "forward", path: p + q });
      else expect(route).toEqual({ kind: "not-found" });
    }),
  );
});

test("with a prefix exactly the prefix is taken off, and the rest is routed as without one", () => {
  fc.assert(
    fc.property(path, query, (p, q) => {
      expect(routeTarget(PREFIX + p + q, PREFIX)).toEqual(routeTarget(p + q, ""));
    }),
  );
});

test.each([
  ["/acme-web", "/acme-web/"],
  ["/acme-web?a=1&b=%2F", "/acme-web/?a=1&b=%2F"],
])("%s is redirected to %s", (target, location) => {
  expect(routeTarget(target, PREFIX)).toEqual({ kind: "redirect", location });
});

test.each([
  ["/acme-web/", "/"],
  ["/acme-web/x?y", "/x?y"],
  ["/acme-web//x", "//x"],
  ["/acme-web/?", "/?"],
  ["/acme-web/acme-web", "/acme-web"],
])("%s is forwarded as %s", (target, forwarded) => {
  expect(routeTarget(target, PREFIX)).toEqual({ kind: "forward", path: forwarded });
});

test.each(["/", "/acme", "/acme-webx", "/ACME-WEB/", "/%61cme-web/", "/x/acme-web/"])(
  "%s is outside the prefix",
  (target) => {
    expect(routeTarget(target, PREFIX)).toEqual({ kind: "not-found" });
  },
);

test.each([
  "/_slipway",
  "/_slipway/v1/calls",
  "//_slipway/x",
  "/./_slipway/x",
  "/%5fslipway/x",
  "/%5F%73lipway",
  "/%2f_slipway",
  "/a/../_slipway",
  "/a/%2e%2e/_slipway",
  "/_slipway?x",
])("%s is reserved", (target) => {
  expect(routeTarget(target, "").kind).toBe("not-found");
  expect(routeTarget(PREFIX + target, PREFIX).kind).toBe("not-found");
});

test.each(["/_slipwayx", "/a/_slipway", "/_SLIPWAY", "/_slipway/../a", "/%255fslipway", "/?_slipway", "/%zz_slipway"])(
  "%s is the app's own",
  (target) => {
    expect(routeTarget(target, "")).toEqual({ kind: "forward", path: target });
  },
);

test.each(["*", "http://host/", "host:80", "", "/a#b"])("the target %j is not origin-form", (target) => {
  expect(isOriginForm(target)).toBe(false);
});

test("the calls API is below /_slipway/v1/, in path mode below the label, and in no other spelling", () => {
  expect(callsTarget("/_slipway/v1/calls/x?wait=1", "")).toEqual({ path: "/v1/calls/x?wait=1", base: "/_slipway" });
  expect(callsTarget(`${PREFIX}/_slipway/v1/calls/x`, PREFIX)).toEqual({
    path: "/v1/calls/x",
    base: `${PREFIX}/_slipway`,
  });
  for (const target of [
    ...["/_slipway/v1", "/_slipway/v1?x", "/_slipway/v2/x", "/_slipway//v1/x", "//_slipway/v1/x", "/_SLIPWAY/v1/x"],
    ...["/%5Fslipway/v1/x", "/a/../_slipway/v1/x", "/_slipway/%761/x", "/x/_slipway/v1/x", "http://a/_slipway/v1/x"],
  ]) {
    expect(callsTarget(target, "")).toBeUndefined();
    expect(callsTarget(target, PREFIX)).toBeUndefined();
  }
  expect(callsTarget("/_slipway/v1/x", PREFIX)).toBeUndefined();
});
