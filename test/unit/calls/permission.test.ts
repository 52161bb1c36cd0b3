import { permission, type Rights } from "../../../lib/runtime/gateway/calls/api/permission";

const RESIZE = { app: "photos", name: "resize", tag: "0a1b2c3d" };
const CROP = { app: "photos", name: "crop", tag: "4e5f6a7b" };
const GIVEN: Rights = { environment: "prod", grants: [RESIZE, CROP] };

const by = (...scopes: string[]): Rights => ({ ...GIVEN, scopes });

test.each([
  ["its name", "prod/photos/resize"],
  ["its app's functions", "prod/photos/*"],
  ["its environment's", "prod/*/*"],
  ["all", "*/*/*"],
])("a function that is granted may be called by a token of %s, and its calls be seen", (_, scope) => {
  for (const subject of [{ app: "photos", name: "resize" }, { tag: RESIZE.tag }]) {
    expect(permission(subject, by("prod/x/y", scope))).toEqual({ kind: "granted", grant: RESIZE });
  }
});

test.each([
  ["no scope", []],
  ["another function's", ["prod/photos/crop"]],
  ["another app's", ["prod/shop/resize"]],
  ["another environment's", ["staging/photos/resize"]],
  ["that of a platform without an environment", ["-/photos/resize"]],
  ["what is no scope", ["photos/resize", "*", ""]],
])("not by one of %s: the scope that is lacking is named", (_, scopes) => {
  for (const subject of [{ app: "photos", name: "resize" }, { tag: RESIZE.tag }]) {
    expect(permission(subject, by(...scopes))).toEqual({ kind: "out_of_scope", scope: "prod/photos/resize" });
  }
});

test("a platform without an environment has scopes of its own", () => {
  const rights = { ...by("-/photos/resize"), environment: "" };
  expect(permission(RESIZE, rights).kind).toBe("granted");
  expect(permission({ app: "photos", name: "crop" }, rights)).toEqual({ kind: "out_of_scope", scope: "-/photos/crop" });
});

test("a function that is not granted may not be called by any token", () => {
  expect(permission({ app: "shop", name: "bill" }, by("*/*/*"))).toEqual({ kind: "not_granted" });
  expect(permission({ tag: "ffffffff" }, by("*/*/*"))).toEqual({ kind: "not_granted" });
});

test("who may not call it does not hear whether the endpoint may", () => {
  expect(permission({ app: "shop", name: "bill" }, by("prod/photos/*"))).toEqual({
    kind: "out_of_scope",
    scope: "prod/shop/bill",
  });
});

test("where no token is asked for the grant alone decides", () => {
  expect(permission({ app: "photos", name: "crop" }, GIVEN)).toEqual({ kind: "granted", grant: CROP });
  expect(permission({ app: "shop", name: "bill" }, GIVEN)).toEqual({ kind: "not_granted" });
});
