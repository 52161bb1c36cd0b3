import fc from "fast-check";

/** What a hostile or unlucky caller passes: unicode with lone surrogates, control characters, nothing, very much. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({
    unit: fc.constantFrom("-", "_", ".", "a", "Z", "9", "é", "İ", "ß", "日", "\ud800", "\n", "\0"),
    maxLength: 400,
  }),
  fc.constantFrom("", "-", "---", "\u0000", "💥", "a".repeat(10_000), "-".repeat(10_000), "İ".repeat(500)),
);

/** A name in the grammar that patterns.ts demands, of at most `maxLength` characters. */
export function validName(maxLength: number): fc.Arbitrary<string> {
  const word = fc.string({ unit: fc.constantFrom(..."abcxyz019"), minLength: 1, maxLength: 12 });
  return fc
    .array(word, { minLength: 1, maxLength: 8 })
    .map((words) => words.join("-").slice(0, maxLength).replace(/-$/, ""));
}
