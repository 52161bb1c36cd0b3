import { join } from "node:path";
import { endAll } from "../local/cli-process";
import { deploys, removeFolders, write } from "../local/project";
import { type Account, answersOf, runningTask, service } from "./account";
import { type Answers, AwsServer, Refusal } from "./aws-server";
import { CREDENTIALS, deployedProject, manifestOf, run, start } from "./deployed-project";

let aws: AwsServer;
let stopped = false;

afterEach(async () => {
  await endAll();
  if (!stopped) await aws.stop();
  removeFolders();
});

const HEALTHY: Account = { services: [service("web")], tasks: [runningTask()] };

async function serve(more: Answers = {}, account = HEALTHY): Promise<void> {
  aws = await AwsServer.start({ ...answersOf(account), ...more });
  stopped = false;
}

/** An answer that is a refusal. */
function refuse(code: string, message: string, status?: number) {
  return () => {
    throw new Refusal(code, message, status);
  };
}

function denied(action: string): string {
  return `User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ${action} because no identity-based policy allows it`;
}

describe("slipway status ends with 1 and one message that says what to do", () => {
  async function failure(args: readonly string[] = [], env: NodeJS.ProcessEnv = CREDENTIALS): Promise<string> {
    const { code, out, err } = await run(
      ["status", "--folder", deployedProject(["web"]), "--skip-synth", ...args],
      aws,
      env,
    );
    expect([code, out]).toEqual([1, ""]);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err.split("\n")).toHaveLength(2);
    return err;
  }

  test("without credentials", async () => {
    await serve();
    const text = await failure([], {});
    expect(text).toMatch(
      /^error: There are no AWS credentials: Could not load credentials from any providers\.\nSign in \(aws sso login/,
    );
    expect(aws.asked).toEqual([]);
  });

  test("with a profile that does not exist", async () => {
    await serve();
    expect(await failure(["--profile", "nobody"])).toMatch(
      /^error: There are no AWS credentials in the profile "nobody": /,
    );
  });

  test.each([
    [
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "Your AWS credentials have expired",
    ],
    [
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      "AWS does not accept your credentials",
    ],
  ])("with credentials that get %s", async (code, message, told) => {
    await serve({ DescribeServices: refuse(code, message) });
    expect(await failure()).toMatch(new RegExp(`^error: ${told}: ${message.replace(/\.$/, "")}\\.\nSign in`));
  });

  test("without a permission of ECS, which it names", async () => {
    await serve({ ListTasks: refuse("AccessDeniedException", denied("ecs:ListTasks")) });
    expect(await failure()).toMatch(
      /^error: AWS does not let you ask for ecs:ListTasks: User: arn:aws:iam::123456789012:user\/ada .*\nAdd ecs:ListTasks to what your user or role may do/,
    );
  });

  test("without a permission of the load balancer, which it names", async () => {
    const action = "elasticloadbalancing:DescribeTargetHealth";
    await serve({ DescribeTargetHealth: refuse("AccessDenied", denied(action), 403) });
    expect(await failure()).toContain(`AWS does not let you ask for ${action}: `);
  });

  test("when AWS throttles for good", async () => {
    await serve({ DescribeServices: refuse("ThrottlingException", "Rate exceeded") });
    expect(await failure()).toBe(
      "error: AWS did not answer ecs:DescribeServices: ThrottlingException: Rate exceeded.\nTry again in a minute.",
    );
    expect(aws.actions.length).toBeGreaterThan(1);
  });

  test("when AWS cannot be reached", async () => {
    await serve();
    await aws.stop();
    stopped = true;
    expect(await failure()).toMatch(
      /^error: AWS did not answer ecs:DescribeServices in eu-west-1: .*\nCheck the network\.$/,
    );
  });

  test.each([
    [["wbe"], 'There is no endpoint "wbe".\nDid you mean web?'],
    [["nothing-like-it"], 'There is no endpoint "nothing-like-it".\nThere are: acme/web'],
    [["--stack", "other"], 'There is no stack "other" with a Slipway platform in this app.\nChoose one of: acme'],
    [["--region", "us-east-1"], "No stack of this app deploys to us-east-1.\nChoose one of: eu-west-1"],
  ])("for %s", async (args, told) => {
    await serve();
    expect(await failure(args)).toBe(`error: ${told}`);
  });
});

test("an error is one line of JSON too", async () => {
  await serve({ DescribeServices: refuse("AccessDeniedException", denied("ecs:DescribeServices")) });
  const { code, out, err } = await run(["status", "--folder", deployedProject(["web"]), "--skip-synth", "--json"], aws);
  expect([code, err]).toEqual([1, ""]);
  expect(JSON.parse(out)).toEqual({
    type: "error",
    failure: {
      message: expect.stringContaining("ecs:DescribeServices"),
      fix: expect.stringContaining("Add ecs:DescribeServices"),
    },
  });
});

test("a terminal gets colours, even one that was given no size", async () => {
  await serve();
  const args = ["status", "--folder", deployedProject(["web"])];
  const cli = start(args, aws, { ...CREDENTIALS, TERM: "xterm", NO_COLOR: undefined, CI: undefined }, "terminal");
  expect(await cli.exited).toBe(0);
  expect(cli.stdout.join("\n")).toContain("\x1b[32mrunning\x1b[39m");
});

test("log lines that may not be read are missed by name, and the rest is told", async () => {
  await serve({ GetLogEvents: refuse("AccessDeniedException", denied("logs:GetLogEvents")) });
  const { code, out } = await run(["status", "web", "--folder", deployedProject(["web"]), "--skip-synth"], aws);
  expect(out).toMatch(/\n {2}app log +task a{32}: AWS does not let you ask for logs:GetLogEvents: User: /);
  expect(out).toMatch(/^acme\/web +running/m);
  expect(code).toBe(0);
});

test("--profile takes its credentials", async () => {
  await serve();
  const folder = deployedProject(["web"]);
  write(folder, "credentials", "[ops]\naws_access_key_id = AKIDOFOPS\naws_secret_access_key = x\n");
  const env = { AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") };
  const { code, err } = await run(["status", "--folder", folder, "--skip-synth", "--profile", "ops"], aws, env);
  expect([code, err]).toEqual([0, ""]);
  expect(new Set(aws.asked.map(({ signedBy }) => signedBy))).toEqual(new Set(["AKIDOFOPS"]));
});

test("the app is synthesized to a place of its own, unless the last synth is to be read", async () => {
  await serve();
  const folder = deployedProject(["web"]);
  deploys(folder, manifestOf(folder, ["web", "added"]));
  const synthesized = await run(["status", "--folder", folder], aws);
  const skipped = await run(["status", "--folder", folder, "--skip-synth"], aws);
  expect([synthesized.code, skipped.code]).toEqual([1, 0]);
  expect(synthesized.out).toMatch(/^acme\/added +not deployed/m);
  expect(skipped.out).not.toContain("added");
});

test("an app of several stacks has a row for each, and --stack chooses", async () => {
  await serve();
  const folder = deployedProject(["web"]);
  deploys(folder, manifestOf(folder, ["web"]), manifestOf(folder, ["web"], {}, "staging"));
  const all = await run(["status", "--folder", folder], aws);
  expect(all.out).toMatch(/^ENDPOINT +STACK +STATE/);
  expect(all.out).toMatch(/^acme\/web +acme +running/m);
  expect(all.out).toMatch(/^acme\/web +staging +running/m);
  const one = await run(["status", "--folder", folder, "--stack", "staging"], aws);
  expect(one.out.split("\n")).toHaveLength(2);
});
