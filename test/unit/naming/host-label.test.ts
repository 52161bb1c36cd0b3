import { createHash } from "node:crypto";
import fc from "fast-check";
import { defaultLabel, hostLabel, LABEL_PATTERN } from "../../../lib/naming";
import { validName } from "./texts";

const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const parts = fc.record({
  workspace: validName(20),
  environment: fc.option(validName(20), { nil: undefined }),
  label: validName(63),
  dev: fc.boolean(),
});

test.each([
  [{ workspace: "acme", label: "hello", dev: false }, "acme--hello"],
  [{ workspace: "acme", environment: "prod", label: "hello", dev: false }, "acme-prod--hello"],
  [{ workspace: "acme", environment: "prod", label: "hello", dev: true }, "acme-prod--hello-dev"],
])("a short host label is workspace, environment, label and -dev as they are", (given, expected) => {
  expect(hostLabel(given)).toBe(expected);
});

test("a host label of exactly 63 characters is not cut", () => {
  const label = "a".repeat(63 - "acme--".length);
  expect(hostLabel({ workspace: "acme", label, dev: false })).toBe(`acme--${label}`);
});

test("a longer host label is cut to 63 characters and ends in six hex digits of the uncut one's SHA-256", () => {
  const label = "a".repeat(60);
  const sha256 = createHash("sha256").update(`acme--${label}`).digest("hex");
  expect(hostLabel({ workspace: "acme", label, dev: false })).toBe(`acme--${"a".repeat(50)}-${sha256.slice(0, 6)}`);
});

test("a cut host label keeps -dev last", () => {
  expect(hostLabel({ workspace: "acme", label: "a".repeat(60), dev: true })).toMatch(/^acme--a{46}-[0-9a-f]{6}-dev$/);
});

test("no dash is left hanging where a host label is cut", () => {
  const label = `${"a".repeat(49)}-${"b".repeat(13)}`;
  expect(hostLabel({ workspace: "acme", label, dev: false })).toMatch(/^acme--a{49}-[0-9a-f]{6}$/);
});

test("every host label is one valid label of a domain name that starts with its workspace", () => {
  fc.assert(
    fc.property(parts, (given) => {
      const result = hostLabel(given);
      expect(result).toMatch(DNS_LABEL);
      expect(result.startsWith(`${given.workspace}-`)).toBe(true);
      if (given.dev) expect(result.endsWith("-dev")).toBe(true);
    }),
  );
});

test("two endpoints of one platform never get the same host label, however long and alike their labels", () => {
  fc.assert(
    fc.property(parts, validName(63), validName(8), (given, other, ending) => {
      const twin = `${given.label.slice(0, 54)}-${ending}`;
      for (const label of [other, twin]) {
        if (label !== given.label) expect(hostLabel({ ...given, label })).not.toBe(hostLabel(given));
      }
    }),
  );
});

test("the default label is app and name", () => {
  expect(defaultLabel("acme", "hello")).toBe("acme-hello");
});

test("the default label is a valid label for the longest app and name, and still tells names apart", () => {
  fc.assert(
    fc.property(validName(32), validName(48), validName(48), (app, name, other) => {
      expect(defaultLabel(app, name)).toMatch(LABEL_PATTERN);
      if (name !== other) expect(defaultLabel(app, name)).not.toBe(defaultLabel(app, other));
    }),
  );
  expect(defaultLabel("a".repeat(32), "b".repeat(48))).toMatch(/^a{32}-b{23}-[0-9a-f]{6}$/);
});
