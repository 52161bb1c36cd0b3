import { gatewayConfigSchema, readTokensStatement, webTask } from "../../../lib/task";
import { DOMAIN_PLATFORM, webSpec } from "../task/web-spec";

const TABLE = "slipway-acme-prod-tokens";
const gatewayOf = (props: object, tokensTableName?: string) =>
  webTask(webSpec(props), { ...DOMAIN_PLATFORM, tokensTableName }, "/slipway/hello").gateway;

test("the gateway of an endpoint with requiresProxyAuth knows the tokens table, and forgets what it said after a minute", () => {
  const gateway = gatewayOf({ requiresProxyAuth: true }, TABLE);
  expect(gateway.web.auth).toEqual({ cacheMs: 60_000 });
  expect(gateway.tokens).toEqual({ table: TABLE });
  expect(gatewayConfigSchema.parse(gateway)).toEqual(gateway);
});

test("so does that of an endpoint with publicCalls, whose app is open to everybody all the same", () => {
  const gateway = gatewayOf({ publicCalls: true }, TABLE);
  expect(gateway.web.auth).toBeUndefined();
  expect(gateway.tokens).toEqual({ table: TABLE, cacheMs: 60_000 });
  expect(gatewayConfigSchema.parse(gateway)).toEqual(gateway);
});

test("any other endpoint's gateway knows nothing of tokens, also where the platform has a table", () => {
  const gateway = gatewayOf({}, TABLE);
  expect("auth" in gateway.web || "tokens" in gateway).toBe(false);
});

test("a tokens table that was not given does not open an endpoint that asks for tokens", () => {
  const gateway = gatewayOf({ requiresProxyAuth: true });
  expect(gateway.web.auth).toBeDefined();
  expect(gateway.tokens).toBeUndefined();
});

test("a task may get tokens one by one from its platform's table, and nothing else", () => {
  const arn = `arn:aws:dynamodb:eu-central-1:111111111111:table/${TABLE}`;
  expect(readTokensStatement(arn)).toEqual({
    Sid: "Tokens",
    Effect: "Allow",
    Action: "dynamodb:GetItem",
    Resource: arn,
  });
});
