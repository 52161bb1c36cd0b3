import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SpawnFunction } from "slipway";
import { manifestSchema } from "../../lib/manifest";
import { addFunction } from "./calls-stack";
import { CALLS, importPlatform, PUBLISHED } from "./imported-platform";
import {
  addEndpoint,
  type Config,
  containersOf,
  DOMAIN,
  newApp,
  newStack,
  platformIn,
  Synthesized,
  temporaryFolder,
} from "./stacks";

const PUBLIC = { publicCalls: true };

function policyOf(synthesized: Synthesized, start: string): Config[] {
  return JSON.parse(synthesized.one("aws_iam_role_policy", start).policy).Statement;
}

function configOf(synthesized: Synthesized, start: string): Config {
  const [, gateway] = containersOf(synthesized.one("aws_ecs_task_definition", start));
  return JSON.parse(gateway.environment[0].value);
}

/** What a person reads of the checks that run at the end of a synth, one line each. */
function refusedAtSynth(build: (stack: ReturnType<typeof newStack>) => void): string[] {
  const app = newApp();
  build(newStack("stack", app));
  try {
    app.synth();
  } catch (error) {
    const lines = (error as Error).message.split("\n");
    return lines.filter((line) => line.startsWith("  [")).map((line) => line.trim());
  }
  throw new Error("nothing was refused");
}

describe("an endpoint with publicCalls", () => {
  const stack = newStack();
  const platform = platformIn(stack, { ...DOMAIN, environment: "prod" });
  addEndpoint(stack, platform, "greet", PUBLIC);
  addEndpoint(stack, platform, "quiet");
  addFunction(stack, platform);
  const synthesized = new Synthesized(stack);

  test("lets its tasks get tokens one by one, and do nothing else with the table", () => {
    const table = /^\$\{aws_dynamodb_table\.platform_tokens_\w+\.arn\}$/;
    expect(policyOf(synthesized, "greet_tokens-policy")).toEqual([
      { Sid: "Tokens", Effect: "Allow", Action: "dynamodb:GetItem", Resource: expect.stringMatching(table) },
    ]);
    const all = Object.entries<Config>(synthesized.json.resource.aws_iam_role_policy);
    const naming = all.filter(([, { policy }]) => policy.includes("platform_tokens_")).map(([id]) => id);
    expect(naming).toEqual([expect.stringMatching(/^greet_tokens-policy/)]);
    expect(synthesized.one("aws_ecs_service", "greet_").depends_on.join(" ")).toContain("greet_tokens-policy");
  });

  test("has its gateway serve the calls API, and leaves the app open to everybody", () => {
    const config = configOf(synthesized, "greet_");
    const { name } = synthesized.one("aws_dynamodb_table", "platform_tokens_");
    expect(config.calls).toMatchObject({ public: true, grants: [{ app: "hello", name: "work" }] });
    expect(config.tokens).toEqual({ table: name, cacheMs: 60_000 });
    expect(config.web).not.toHaveProperty("auth");
  });

  test("has a neighbour whose calls stay its own", () => {
    const config = configOf(synthesized, "quiet_");
    expect(config.calls.public).toBe(false);
    expect(config).not.toHaveProperty("tokens");
  });
});

test("an endpoint may ask for tokens at both of its doors", () => {
  const stack = newStack();
  const platform = platformIn(stack, DOMAIN);
  addEndpoint(stack, platform, "greet", { ...PUBLIC, requiresProxyAuth: true }).grantSpawn(
    SpawnFunction.fromName(stack, "remote", platform, "photos", "resize"),
  );
  const synthesized = new Synthesized(stack);
  expect(policyOf(synthesized, "greet_tokens-policy")).toHaveLength(1);
  expect(configOf(synthesized, "greet_")).toMatchObject({
    web: { auth: { cacheMs: 60_000 } },
    calls: { public: true },
  });
});

test("on another stack's platform it reads that one's tokens, by the key that encrypts them", () => {
  const stack = newStack();
  const kmsKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0a1b";
  const platform = importPlatform(stack, { calls: CALLS, kmsKeyArn });
  addEndpoint(stack, platform, "greet", PUBLIC);
  addFunction(stack, platform);
  expect(
    policyOf(new Synthesized(stack), "greet_tokens-policy").map(({ Action, Resource }) => [Action, Resource]),
  ).toEqual([
    ["dynamodb:GetItem", PUBLISHED.tokensTableArn],
    ["kms:Decrypt", kmsKeyArn],
  ]);
});

const NO_CALLS =
  "[stack] stack/greet: publicCalls true: needs a platform with calls, and this one was published without what they need. Set calls: true on the Platform in its own stack, apply it, and take its slipway_platform anew; or remove publicCalls. [SLIPWAY_E_NO_CALLS]";
const NO_GRANT =
  "[stack] stack/greet: publicCalls true: would serve the calls API of an endpoint that may call no function. Let it call one with grantSpawn(<the function>), or declare a SpawnFunction of the same app in this stack; or remove publicCalls. [SLIPWAY_E_NO_GRANT]";
const INSECURE =
  "[stack] stack/greet: publicCalls true: would have tokens sent over plain HTTP: the platform has no domain. Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true. [SLIPWAY_E_INSECURE_AUTH]";

test("the manifest has it too, by which the local engine runs the endpoint", () => {
  const outdir = temporaryFolder();
  const app = newApp(outdir);
  const stack = newStack("stack", app);
  const platform = platformIn(stack, { allowInsecure: true });
  addEndpoint(stack, platform, "greet", PUBLIC);
  addFunction(stack, platform);
  app.synth();
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(outdir, "stacks/stack/slipway.json"), "utf8")));
  const [greet] = manifest.functions.filter(({ name }) => name === "greet");
  expect(greet!.spec).toMatchObject(PUBLIC);
  expect(greet!.gateway).toMatchObject({
    web: { stripPrefix: "/hello-greet" },
    calls: { public: true },
    tokens: { table: manifest.platform.tokensTable },
  });
});

describe("publicCalls is refused", () => {
  test("of an endpoint that may call no function", () => {
    const lines = refusedAtSynth((stack) => {
      const platform = platformIn(stack, DOMAIN);
      addEndpoint(stack, platform, "greet", PUBLIC);
      addFunction(stack, platform, "work", { app: "another" });
    });
    expect(lines).toEqual([NO_GRANT]);
  });

  test("on a platform without calls and without HTTPS, with all that is lacking at once", () => {
    const lines = refusedAtSynth((stack) => {
      addEndpoint(stack, importPlatform(stack, { domain: undefined }), "greet", PUBLIC);
    });
    expect(lines).toEqual([INSECURE, NO_CALLS, NO_GRANT]);
  });

  test("on a platform that was published without a table of tokens, as any other use of it", () => {
    expect(() => importPlatform(newStack(), { calls: CALLS, tokensTableName: undefined as never })).toThrow(
      "tokensTableName: is missing",
    );
  });
});
