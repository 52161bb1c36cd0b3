import fc from "fast-check";
import { covers, endpointPath, scopeProblem } from "../../../lib/tokens/scope";

const name = fc.stringMatching(/^[a-z0-9]{1,4}(-[a-z0-9]{1,3})?$/);
const endpoint = fc.record({ environment: fc.option(name, { nil: "" }), app: name, function: name });

test("a scope covers the endpoint that it names, and with any of its parts replaced by a star", () => {
  fc.assert(
    fc.property(endpoint, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (asked, stars) => {
      const scope = endpointPath(asked)
        .split("/")
        .map((part, i) => (stars[i] ? "*" : part))
        .join("/");
      expect(scopeProblem(scope)).toBeUndefined();
      expect(covers(scope, asked)).toBe(true);
    }),
  );
});

test("a scope covers no endpoint that differs in a part that it names", () => {
  fc.assert(
    fc.property(endpoint, endpoint, (named, asked) => {
      expect(covers(endpointPath(named), asked)).toBe(endpointPath(named) === endpointPath(asked));
      expect(covers(`*/${named.app}/*`, asked)).toBe(named.app === asked.app);
    }),
  );
});

test("what is no scope covers nothing, whatever it is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z*/.-]{0,12}$/)), endpoint, (text, asked) => {
      if (scopeProblem(text) !== undefined) expect(covers(text, asked)).toBe(false);
    }),
  );
});

test.each([
  ["prod/shop", "has 2"],
  ["prod/shop/api/x", "has 4"],
  ["", "has 1"],
  ["prod/shop/", '""'],
  ["prod/shop/api-*", '"api-*"'],
  ["prod/*/Api", '"Api"'],
  ["prod/-/api", '"-"'],
])("a scope that is none is told why: %p", (scope, part) => {
  expect(scopeProblem(scope)).toContain(part);
});

test("an endpoint without an environment is named by a dash, and by a star", () => {
  const asked = { environment: "", app: "shop", function: "api" };
  expect(["-/shop/api", "*/shop/api", "prod/shop/api"].map((scope) => covers(scope, asked))).toEqual([
    true,
    true,
    false,
  ]);
  expect(covers("-/shop/api", { ...asked, environment: "prod" })).toBe(false);
});
