import { Fn, Lazy, Token } from "cdktf";

const late = (value: unknown) => Lazy.anyValue({ produce: () => value });

/** Every kind of token that cdktf makes, by what it is called. */
export const TOKENS: Readonly<Record<string, unknown>> = {
  "a string's token": Token.asString(late("late")),
  "a string with a token in it": `pre-${Token.asString(late("late"))}/post`,
  "a number's token": Token.asNumber(late(7)),
  "a number's token in a string": `n-${Token.asNumber(late(7))}`,
  "a list's token": Token.asList(late(["subnet-a", "subnet-b"])),
  "an element off a list's token": Token.asList(late(["a"]))[0],
  "a list of string tokens": [Token.asString(late("a")), Token.asString(late("b"))],
  "a list of numbers' token": Token.asNumberList(late([1, 2])),
  "a map's token": Token.asStringMap(late({ A: "b" })),
  "a bare resolvable": late("late"),
  "a function's result": Fn.join("-", ["a", Token.asString(late("late"))]),
};

const circular: Record<string, unknown> = {};
circular.self = circular;

/** What a hurried, an unlucky or a hostile person passes for a prop, by what it is called. */
export const HOSTILE: Readonly<Record<string, unknown>> = {
  ...TOKENS,
  null: null,
  "an empty string": "",
  "a blank": " ",
  "a line break": "a\nb",
  "a long string": "a".repeat(100_000),
  "a lone surrogate": "\ud800",
  "a zero byte": "a\0b",
  "a template": "${",
  "a template's directive": "%{if true}",
  "a reference": "${aws_vpc.main.id}",
  "a quote": '"',
  "an ordinary word": "web",
  "an ARN with a template": "arn:aws:sns:us-east-1:123456789012:${x}",
  "a path": "/a/${b}",
  zero: 0,
  "minus one": -1,
  "a half": 0.5,
  one: 1,
  "a large number": 1e308,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "minus Infinity": Number.NEGATIVE_INFINITY,
  "a bigint": 10n,
  true: true,
  false: false,
  "an empty list": [],
  "a list of nulls": [null, undefined],
  "a sparse list": new Array(3),
  "a list of one word": ["web"],
  "an empty object": {},
  "an object of nothing known": { unknown: 1, nested: { deep: [] } },
  "an object without prototype": Object.assign(Object.create(null), { A: "b" }),
  "an object that refers to itself": circular,
  "an object that says it is a string": { toString: () => "web", length: 3 },
  "a Map": new Map([["A", "b"]]),
  "an invalid date": new Date(Number.NaN),
  "a function": () => "web",
  "a class": class Web {},
  "a symbol": Symbol("web"),
  "a promise": Promise.resolve("web"),
};
