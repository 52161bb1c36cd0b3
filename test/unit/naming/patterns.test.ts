import { APP_PATTERN, ENVIRONMENT_PATTERN, LABEL_PATTERN, NAME_PATTERN, WORKSPACE_PATTERN } from "../../../lib/naming";

const grammars = [
  ["workspace", WORKSPACE_PATTERN, 20],
  ["environment", ENVIRONMENT_PATTERN, 20],
  ["app", APP_PATTERN, 32],
  ["function name", NAME_PATTERN, 48],
  ["label", LABEL_PATTERN, 63],
] as const;

describe.each(grammars)("a %s", (_what, pattern, maxLength) => {
  test.each(["a", "7", "acme", "a-b-c", "a1-2b"])("may be %p", (word) => {
    expect(word).toMatch(pattern);
  });

  test(`may have ${maxLength} characters and no more`, () => {
    expect("a".repeat(maxLength)).toMatch(pattern);
    expect("a".repeat(maxLength + 1)).not.toMatch(pattern);
  });

  test.each(["", "-", "-a", "a-", "a--b", "A", "a.b", "a_b", "a b", "é", "a\n"])("may not be %p", (word) => {
    expect(word).not.toMatch(pattern);
  });

  test("is decided at once, however long the text", () => {
    expect(`${"a-".repeat(100_000)}!`).not.toMatch(pattern);
  });
});

test("a workspace named xn is refused, since its hosts would be read as punycode", () => {
  expect(() => new URL("https://xn--web.example.com")).toThrow();
  expect("xn").not.toMatch(WORKSPACE_PATTERN);
  expect("xn-a").toMatch(WORKSPACE_PATTERN);
});
