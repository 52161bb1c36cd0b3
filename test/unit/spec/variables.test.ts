import fc from "fast-check";
import { endpoint, messages, refusal } from "./parsing";

const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1B2c3";
const PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/prod/db/password";

test("variables and secrets are kept as they are", () => {
  const env = { LOG_LEVEL: "info", _empty: "", TEMPLATE: "${not} a token, %{nor} this" };
  const secrets = { DB: SECRET, KEY: `${SECRET}:password`, ECS_FORM: `${SECRET}:password::`, PARAM: PARAMETER };
  expect(endpoint({ env, secrets }).spec).toMatchObject({ env, secrets });
});

test.each([
  [{ env: [] }, 'env: must be an object of variables. Write for example { LOG_LEVEL: "info" }.'],
  [{ env: new Map([["A", "b"]]) }, "env: must be an object of variables."],
  [{ env: "A=b" }, "env: must be an object of variables."],
  [
    { env: { "MY VAR": "x" } },
    'env: has the variable name "MY VAR", which a shell does not accept. Use letters, digits and underscores.',
  ],
  [
    { env: { SLIPWAY_X: "x" } },
    "env: sets SLIPWAY_X; names that start with SLIPWAY_ are Slipway's own. Rename SLIPWAY_X.",
  ],
  [{ env: { PORT: "80" } }, "env: sets PORT, which Slipway sets to the port that the app must listen on. Remove PORT."],
  [{ env: { RETRIES: 3 } }, 'env: RETRIES must be a string. Write RETRIES: "…".'],
  [
    { secrets: { KEY: "hunter2" } },
    'secrets: KEY must be the ARN of a Secrets Manager secret or an SSM parameter. Write KEY: "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>", never the secret itself.',
  ],
  [
    { secrets: { KEY: `${SECRET}:json:stage:` } },
    "secrets: KEY must be the ARN of a Secrets Manager secret or an SSM parameter.",
  ],
  [
    { secrets: { SLIPWAY_KEY: SECRET } },
    "secrets: sets SLIPWAY_KEY; names that start with SLIPWAY_ are Slipway's own.",
  ],
  [{ env: { KEY: "x" }, secrets: { KEY: SECRET } }, "secrets: sets KEY, which env sets too. Remove KEY from env."],
])("%j is refused with the fix", (props, message) => {
  const lines = messages(() => endpoint(props));
  expect(lines).toEqual([expect.stringContaining(`stack/greet: ${message}`)]);
});

test("a secret named like something that every object inherits does not collide with it", () => {
  expect(endpoint({ secrets: { toString: SECRET, constructor: SECRET } }).spec.secrets).toEqual({
    toString: SECRET,
    constructor: SECRET,
  });
});

test("no value of env or secrets is ever repeated, whatever is wrong with them", () => {
  const secret = "hunter2-s3cr3t";
  const hostile = fc.oneof(
    fc.constant(secret),
    fc.constant([secret]),
    fc.constant(new Map([["A", secret]])),
    fc.dictionary(
      fc.constantFrom("A", "B C", "PORT", "SLIPWAY_A", "1"),
      fc.constantFrom(secret, [secret], { secret }, 5),
      { maxKeys: 3 },
    ),
  );
  fc.assert(
    fc.property(hostile, hostile, (env, secrets) => {
      try {
        endpoint({ env, secrets });
      } catch {
        const error = refusal(() => endpoint({ env, secrets }));
        expect(error.message).not.toContain(secret);
        expect(JSON.stringify(error.problems)).not.toContain(secret);
      }
    }),
  );
});

test.each([
  ["DB_PASSWORD", "hunter2"],
  ["HF_TOKEN", "hf_abcdefghij"],
  ["OPENAI_API_KEY", "x"],
  ["apiKey", "x"],
  ["AWS_SECRET_ACCESS_KEY", "x"],
  ["DATABASE_URL", "postgres://admin:hunter2@db/prod"],
  ["ANYTHING", "AKIAIOSFODNN7EXAMPLE"],
  ["ANYTHING", "-----BEGIN RSA PRIVATE KEY-----"],
  ["ANYTHING", "sk-abcdefghijklmnop1234"],
])("%s=%s looks like a secret, and the warning does not repeat it", (name, value) => {
  expect(endpoint({ env: { [name]: value } }).warnings).toEqual([
    `env.${name} looks like a secret, and plans and state show it. Move it to secrets`,
  ]);
});

test.each([
  ["MAX_TOKENS", "four thousand"],
  ["TOKENIZERS_PARALLELISM", "yes"],
  ["TOKENIZER_PATH", "/models/tokenizer"],
  ["PASSWORD_MIN_LENGTH", "12"],
  ["USE_API_KEY", "false"],
  ["SECRET", ""],
  ["DATABASE_URL", "postgres://db/prod"],
  ["DB_PASSWORD", "${TfToken[TOKEN.1]}"],
])("%s=%s looks like none", (name, value) => {
  expect(endpoint({ env: { [name]: value } }).warnings).toEqual([]);
});
