import { Fn, type TerraformStack, TerraformVariable, Token } from "cdktf";

/** Every kind of token that cdktf makes, by what it is called. */
function tokens(stack: TerraformStack): Record<string, unknown> {
  const text = new TerraformVariable(stack, "late-text", { type: "string" });
  const number = new TerraformVariable(stack, "late-number", { type: "number" });
  const list = new TerraformVariable(stack, "late-list", { type: "list(string)" });
  const map = new TerraformVariable(stack, "late-map", { type: "map(string)" });
  return {
    "a string's token": text.stringValue,
    "a string with a token in it": `pre-${text.stringValue}/post`,
    "a number's token": number.numberValue,
    "a number's token in a string": `n-${number.numberValue}`,
    "a list's token": list.listValue,
    "an element off a list's token": list.listValue[0],
    "a list of string tokens": [text.stringValue, `${text.stringValue}-b`],
    "a list of numbers' token": Token.asNumberList(list.value),
    "a map's token": Token.asStringMap(map.value),
    "a bare resolvable": text.value,
    "a function's result": Fn.join("-", ["a", text.stringValue]),
    "a function's list": Fn.split(",", text.stringValue),
  };
}

const circular: Record<string, unknown> = {};
circular.self = circular;

const LITERALS: Readonly<Record<string, unknown>> = {
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
  "a path with a template": "/a/${b}",
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
  "an object of hostile numbers": { maxInputs: Number.NaN, targetInputs: 1e308, maxQueued: -1, errorRate: 0 },
  "an object of numbers in quotes": { maxInputs: "10", targetInputs: "${x}", errorRate: "5" },
  "an object of variables": { A: "Hello ${name}", B: "%{if true}", C: '"\n' },
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

/** What a hurried, an unlucky or a hostile person passes for a prop, by what it is called. */
export function hostileValues(stack: TerraformStack): Record<string, unknown> {
  return { ...tokens(stack), ...LITERALS };
}
