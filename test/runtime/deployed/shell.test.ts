import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endAll } from "../local/cli-process";
import { removeFolders, temporaryFolder } from "../local/project";
import { type Account, answersOf, CLUSTER, runningTask, secondsAgo, service, serviceName } from "./account";
import { type Answers, AwsServer, type Input, Refusal } from "./aws-server";
import { CREDENTIALS, deployedProject, type Run, run, start } from "./deployed-project";

let aws: AwsServer;

afterEach(async () => {
  await endAll();
  await aws.stop();
  removeFolders();
});

/** In AWS's plugin's place: it notes how it is called, repeats what is typed until the end of that, and exits with 7. */
const PLUGIN = `#!${process.execPath}
const { writeFileSync } = require("node:fs");
if (process.argv[2] === "--version") process.exit(0);
writeFileSync(__dirname + "/argv.json", JSON.stringify(process.argv.slice(2)));
process.on("SIGTERM", () => process.exit(9));
console.log("connected");
process.stdin.on("data", (chunk) => process.stdout.write("said " + chunk)).on("end", () => process.exit(7));
`;

/** A folder for the PATH that has the plugin and nothing else. */
function pluginFolder(): string {
  const folder = temporaryFolder({ "session-manager-plugin": PLUGIN });
  chmodSync(join(folder, "session-manager-plugin"), 0o755);
  return folder;
}

function calledWith(plugin: string): string[] {
  return JSON.parse(readFileSync(join(plugin, "argv.json"), "utf8"));
}

const AGENT = { managedAgents: [{ name: "ExecuteCommandAgent", lastStatus: "RUNNING" }] };
const TASK = "a".repeat(32);
const SESSION = { sessionId: "ecs-execute-command-1", streamUrl: "wss://ssmmessages.example/1", tokenValue: "AAEA" };
const DEPLOYED: Account = {
  services: [service("web", { enableExecuteCommand: true })],
  tasks: [
    runningTask({ app: AGENT, gateway: AGENT }),
    runningTask({ id: "0".repeat(32), app: AGENT }, { createdAt: secondsAgo(9_000) }),
  ],
};

async function serve(account = DEPLOYED, more: Answers = {}): Promise<void> {
  const ExecuteCommand = ({ container, task }: Input) => ({
    session: SESSION,
    containerName: container,
    taskArn: task,
  });
  aws = await AwsServer.start({ ...answersOf(account), ExecuteCommand, ...more });
}

function args(...more: readonly string[]): string[] {
  return ["shell", "web", "--folder", deployedProject(["web"], { exec: true }), "--skip-synth", ...more];
}

function executed(): Input | undefined {
  return aws.asked.find(({ action }) => action === "ExecuteCommand")?.input;
}

test("a shell in the newest task's app, with this terminal's input and the plugin's exit code", async () => {
  await serve();
  const plugin = pluginFolder();
  const cli = start(args(), aws, { ...CREDENTIALS, PATH: plugin });
  await cli.line(/^connected$/);
  cli.stdin.write("ls\n");
  await cli.line(/^said ls$/);
  cli.stdin.end();
  expect(await cli.exited).toBe(7);
  expect(cli.stderr).toEqual([]);

  expect(executed()).toEqual({
    cluster: CLUSTER,
    task: expect.stringMatching(new RegExp(`:task/${CLUSTER}/${TASK}$`)),
    container: "app",
    command: "/bin/sh",
    interactive: true,
  });
  const [session, region, operation, profile, target, endpoint, ...others] = calledWith(plugin);
  expect(JSON.parse(session!)).toEqual(SESSION);
  expect([region, operation, profile]).toEqual(["eu-west-1", "StartSession", ""]);
  expect(JSON.parse(target!)).toEqual({ Target: `ecs:${CLUSTER}_${TASK}_${TASK}-1` });
  expect([endpoint, others]).toEqual(["https://ecs.eu-west-1.amazonaws.com", []]);
});

test("a command of several words in the gateway: each arrives as it was typed", async () => {
  await serve();
  const plugin = pluginFolder();
  const cli = start(args("--container", "gateway", "--", "sh", "-c", "echo 'it is' $HOME"), aws, {
    ...CREDENTIALS,
    PATH: plugin,
  });
  await cli.line(/^connected$/);
  cli.stdin.end();
  await cli.exited;
  expect(executed()).toMatchObject({ container: "gateway", command: `sh -c 'echo '\\''it is'\\'' $HOME'` });
  expect(JSON.parse(calledWith(plugin)[4]!)).toEqual({ Target: `ecs:${CLUSTER}_${TASK}_${TASK}-2` });
});

test("Ctrl-C is the remote shell's: it does not end this command", async () => {
  await serve();
  const cli = start(args(), aws, { ...CREDENTIALS, PATH: pluginFolder() });
  await cli.line(/^connected$/);
  cli.signal("SIGINT");
  cli.stdin.write("still here\n");
  await cli.line(/^said still here$/);
  cli.stdin.end();
  expect(await cli.exited).toBe(7);
});

test("SIGTERM ends the plugin too", async () => {
  await serve();
  const plugin = pluginFolder();
  const cli = start(args(), aws, { ...CREDENTIALS, PATH: plugin });
  await cli.line(/^connected$/);
  cli.signal("SIGTERM");
  expect(await cli.exited).toBe(9);
  await cli.leavesNothing();
});

describe("slipway shell ends with 1 and one message that says what to do", () => {
  async function failure(account: Account, { exec = true, more = {}, env = {} } = {}): Promise<string> {
    await serve(account, more);
    const folder = deployedProject(["web"], { exec });
    const path = pluginFolder();
    const result: Run = await run(["shell", "web", "--folder", folder, "--skip-synth"], aws, {
      ...CREDENTIALS,
      PATH: path,
      ...env,
    });
    expect([result.code, result.out]).toEqual([1, ""]);
    return result.err;
  }
  const withoutExec = { ...DEPLOYED, services: [service("web")] };

  test("when the construct does not have exec", async () => {
    expect(await failure(withoutExec, { exec: false })).toBe(
      "error: ECS Exec is not enabled for acme/web.\n" +
        "Set the prop exec: true on the construct acme/web, and deploy it: npx cdktf deploy acme",
    );
  });

  test("when exec is not deployed yet", async () => {
    expect(await failure(withoutExec)).toMatch(/has exec: true, and that is not deployed yet: npx cdktf deploy acme$/);
  });

  test("when it is not deployed", async () => {
    expect(await failure({})).toMatch(
      /^error: acme\/web is not deployed in this account\.\nDeploy it: npx cdktf deploy acme\./,
    );
  });

  test("when no task runs", async () => {
    const starting = runningTask({ app: { lastStatus: "PENDING" } }, { lastStatus: "PENDING" });
    expect(await failure({ ...DEPLOYED, tasks: [starting] })).toBe(
      "error: No task of acme/web is running.\nWhy: slipway status acme/web",
    );
  });

  test("when the tasks are older than exec", async () => {
    expect(await failure({ ...DEPLOYED, tasks: [runningTask()] })).toBe(
      "error: The running tasks of acme/web started before ECS Exec was enabled.\n" +
        `Start new ones: aws ecs update-service --cluster ${CLUSTER} --service ${serviceName("web")} --force-new-deployment`,
    );
  });

  test.each([
    ["PENDING", /is still starting\.\nTry again in a few seconds\.$/],
    ["STOPPED", /cannot be reached: it is STOPPED: no room\.\nIt needs the four ssmmessages permissions/],
  ])("when the agent is %s", async (lastStatus, told) => {
    const app = { managedAgents: [{ name: "ExecuteCommandAgent", lastStatus, reason: "no room" }] };
    expect(await failure({ ...DEPLOYED, tasks: [runningTask({ app })] })).toMatch(told);
  });

  test("when the agent does not answer", async () => {
    const ExecuteCommand = () => {
      throw new Refusal("TargetNotConnectedException", "The execute command failed due to an internal error.");
    };
    expect(await failure(DEPLOYED, { more: { ExecuteCommand } })).toMatch(/cannot be reached: it does not answer\./);
  });

  test("without the permission, which it names", async () => {
    const ExecuteCommand = () => {
      throw new Refusal("AccessDeniedException", "User: ada is not authorized to perform: ecs:ExecuteCommand");
    };
    expect(await failure(DEPLOYED, { more: { ExecuteCommand } })).toContain(
      "\nAdd ecs:ExecuteCommand to what your user",
    );
  });

  test("without the plugin, before AWS is asked anything", async () => {
    expect(await failure(DEPLOYED, { env: { PATH: temporaryFolder() } })).toMatch(
      /^error: AWS's Session Manager plugin is not installed: .*\nInstall it .*https:\/\/docs\.aws\.amazon\.com/,
    );
    expect(aws.asked).toEqual([]);
  });
});
