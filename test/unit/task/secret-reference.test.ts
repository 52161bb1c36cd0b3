import { secretReference } from "../../../lib/task";

const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1B2c3";
const PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/prod/key";
const TOKEN = "${TfToken[TOKEN.7]}";

test.each([
  ["a secret", SECRET, SECRET, SECRET, "secretsmanager"],
  ["a secret's JSON key", `${SECRET}:password`, `${SECRET}:password::`, SECRET, "secretsmanager"],
  ["a JSON key as ECS writes it", `${SECRET}:password::`, `${SECRET}:password::`, SECRET, "secretsmanager"],
  ["a parameter", PARAMETER, PARAMETER, PARAMETER, "ssm"],
  ["an ARN that is known late", TOKEN, TOKEN, TOKEN, undefined],
  ["a key of one", `${TOKEN}:password`, `${TOKEN}:password::`, TOKEN, "secretsmanager"],
  ["a key of one as ECS writes it", `${TOKEN}:pass word::`, `${TOKEN}:pass word::`, TOKEN, "secretsmanager"],
  [
    "a secret in a late account",
    SECRET.replace("123456789012", TOKEN),
    SECRET.replace("123456789012", TOKEN),
    SECRET.replace("123456789012", TOKEN),
    "secretsmanager",
  ],
  [
    "a parameter in a late account",
    PARAMETER.replace("123456789012", TOKEN),
    PARAMETER.replace("123456789012", TOKEN),
    PARAMETER.replace("123456789012", TOKEN),
    "ssm",
  ],
  [
    "a key of a secret in a late account",
    `${SECRET.replace("123456789012", TOKEN)}:k`,
    `${SECRET.replace("123456789012", TOKEN)}:k::`,
    SECRET.replace("123456789012", TOKEN),
    "secretsmanager",
  ],
])("%s is given to ECS in its own form, and allowed by its bare ARN", (_what, arn, valueFrom, resourceArn, service) => {
  const expected = { variable: "KEY", valueFrom, resourceArn };
  expect(secretReference("KEY", arn)).toEqual(service ? { ...expected, service } : expected);
});
