import fc from "fast-check";
import { type ListenerRule, matchesWildcard, matchRules, type RoutedRequest } from "../../../lib/routing";
import { hostPattern, request, rules } from "./requests";

type Matcher = (rules: readonly ListenerRule[], request: RoutedRequest) => ListenerRule | undefined;

/** Wildcards by regular expression. */
function fitsByRegex(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\/]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

/** ALB's documentation written down once more, as plainly as it goes: try the rules in order, wildcards by recursion. */
const albAsDocumented: Matcher = (all, { host, path }) => {
  const fits = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    if (pattern.startsWith("*")) return fits(pattern.slice(1), text) || (text !== "" && fits(pattern, text.slice(1)));
    return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && fits(pattern.slice(1), text.slice(1));
  };
  const [name] = host.toUpperCase().split(":");
  const { pathname } = /^(?<pathname>[^?]*)/.exec(path)!.groups!;
  return [...all]
    .sort((a, b) => a.priority - b.priority)
    .filter(
      (rule) => rule.hosts.length === 0 || rule.hosts.find((each) => fits(each.toUpperCase(), name!)) !== undefined,
    )
    .find((rule) => rule.paths.length === 0 || rule.paths.find((each) => fits(each, pathname!)) !== undefined);
};

function compareWithDocumentation(matcher: Matcher): void {
  fc.assert(
    fc.property(rules, request, (all, one) => {
      expect(matcher(all, one)).toEqual(albAsDocumented(all, one));
    }),
    { numRuns: 2000 },
  );
}

const rule = (priority: number, hosts: string[], paths: string[]): ListenerRule => ({
  priority,
  hosts,
  paths,
  target: `rule/${priority}`,
});

test("the model takes the rule that ALB's documentation says", () => {
  compareWithDocumentation(matchRules);
});

test.each<[string, Matcher]>([
  ["takes the first rule, whatever its priority", (all, one) => all.find((each) => matchRules([each], one))],
  [
    "forgets that hosts have no case",
    (all, one) =>
      matchRules(
        all.filter((each) => each.hosts.every((host) => host === host.toLowerCase())),
        one,
      ),
  ],
  [
    "takes paths without case",
    (all, one) =>
      matchRules(
        all.map((each) => ({ ...each, paths: each.paths.map((path) => path.toLowerCase()) })),
        { ...one, path: one.path.toLowerCase() },
      ),
  ],
  ["decodes the path", (all, one) => matchRules(all, { ...one, path: decodeURIComponent(one.path) })],
])("the comparison notices a model that %s", (_what, wrong) => {
  expect(() => compareWithDocumentation(wrong)).toThrow();
});

test("the lowest priority number wins, in whatever order the rules come", () => {
  const all = [rule(30, [], []), rule(10, ["a.b"], []), rule(20, ["a.b"], ["/x"])];
  expect(matchRules(all, { host: "a.b", path: "/x" })?.priority).toBe(10);
  expect(matchRules(all.reverse(), { host: "a.b", path: "/x" })?.priority).toBe(10);
});

test("no rule matches when every rule has a condition that is not met", () => {
  expect(matchRules([rule(1, ["a.b"], ["/x"]), rule(2, ["c.d"], [])], { host: "a.b", path: "/y" })).toBeUndefined();
  expect(matchRules([], { host: "a.b", path: "/" })).toBeUndefined();
});

test.each([
  ["ACME--Hello.Example.com:8080", "/", true],
  ["acme--hello.example.com", "/?x=1", true],
  ["acme--hello.example.com.evil.org", "/", false],
  ["acme--helloXexample.com", "/", false],
  ["", "/", false],
])("a host of %p is the host acme--hello.example.com: %p%p", (host, path, expected) => {
  expect(matchRules([rule(1, ["acme--hello.example.com"], [])], { host, path }) !== undefined).toBe(expected);
});

test.each([
  ["/hello", true],
  ["/hello?name=x", true],
  ["/hello/", true],
  ["/hello/a/b", true],
  ["/Hello", false],
  ["/hello2", false],
  ["/hell%6F", false],
  ["/", false],
])("path mode's rule for hello takes %p: %p", (path, expected) => {
  expect(matchRules([rule(1, [], ["/hello", "/hello/*"])], { host: "lb.example.com", path }) !== undefined).toBe(
    expected,
  );
});

test("a star in a host reaches across dots", () => {
  expect(matchRules([rule(1, ["*.example.com"], [])], { host: "a.b.example.com", path: "/" })).toBeDefined();
  expect(matchRules([rule(1, ["*.example.com"], [])], { host: "example.com", path: "/" })).toBeUndefined();
});

test("wildcards fit exactly what the same regular expression fits", () => {
  fc.assert(
    fc.property(
      hostPattern,
      fc.string({ unit: fc.constantFrom("a", "B", ".", "*", "?"), maxLength: 12 }),
      (pattern, text) => {
        expect(matchesWildcard(pattern, text)).toBe(fitsByRegex(pattern, text));
      },
    ),
    { numRuns: 2000 },
  );
});

test("a pattern made to be slow is decided in at most pattern times text steps", () => {
  const text = "a".repeat(20_000);
  expect(matchesWildcard(`${"*a".repeat(60)}*b`, text)).toBe(false);
  expect(matchesWildcard(`${"a*".repeat(60)}a`, text)).toBe(true);
});
