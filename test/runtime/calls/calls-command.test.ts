import { execFile } from "node:child_process";
import { join } from "node:path";
import { Command } from "commander";
import type { FunctionEntry } from "../../../lib/calls";
import { CallSurvey } from "../../../lib/calls/aws/call-survey";
import { openCalls } from "../../../lib/calls/operator";
import { addCalls } from "../../../lib/cli/calls-program";
import { addDlq } from "../../../lib/cli/dlq-program";
import { stopEverything } from "../gateway/loopback";
import { CliProcess, endAll } from "../local/cli-process";
import { AwsStandIns, TABLE } from "./aws-stand-ins";
import { type Ended, objects, operatorEnvironment, slipway } from "./command";
import { GivenCalls } from "./given-calls";

const NOBODYS = `fc-${"0".repeat(40)}`;

let aws: AwsStandIns;
let fn: FunctionEntry;
let target: string;
let given: GivenCalls;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});

beforeEach(async () => {
  aws.clear();
  fn = await aws.addFunction();
  target = `${fn.app}/${fn.name}`;
  given = new GivenCalls(aws, fn);
});

afterAll(async () => {
  await endAll();
  await stopEverything();
});

const calls = (args: readonly string[], env: NodeJS.ProcessEnv = {}, folder?: string): Promise<Ended> =>
  slipway(["calls", ...args], { ...operatorEnvironment(aws), ...env }, folder);
const idsOf = (stdout: string) => objects(stdout).map(({ call_id }) => call_id);
const ago = (ms: number) => ({ createdAt: Date.now() - ms });

test("list shows open calls, the newest first, of a function or of all", async () => {
  const old = await given.pending(ago(40_000));
  const running = await given.running(ago(20_000));
  const ended = await given.failed();
  const others = await new GivenCalls(aws, await aws.addFunction()).pending(ago(10_000));

  const { code, stdout, stderr } = await calls(["list", target]);
  expect([code, stderr]).toEqual([0, ""]);
  const [head, ...rows] = stdout.split("\n");
  expect(head).toMatch(/^CALL +FUNCTION +STATE +ATTEMPT +AGE +ERROR$/);
  expect(rows).toEqual([
    expect.stringMatching(new RegExp(`^${running.id} +${target} +RUNNING +1 +\\d+ s +-$`)),
    expect.stringMatching(new RegExp(`^${old.id} +${target} +PENDING +0 +\\d+ s +-$`)),
  ]);
  expect(idsOf((await calls(["list", "--json"])).stdout).slice(0, 3)).toEqual([others.id, running.id, old.id]);
  expect(idsOf((await calls(["list", target, "--state", "pending", "--json"])).stdout)).toEqual([old.id]);
  const first = await calls(["list", target, "--limit", "1", "--json"]);
  expect(idsOf(first.stdout)).toEqual([running.id]);
  expect(first.stderr).toBe(`The newest 1 of 2 open calls of ${target}: --limit shows more.`);

  expect(idsOf((await calls(["list", target, "--all", "--json"])).stdout)).toEqual([ended.id, running.id, old.id]);
  const failures = await calls(["list", target, "--all", "--state", "FAILURE"]);
  expect(failures.stdout).toMatch(new RegExp(`^${ended.id} .* PoisonCall$`, "m"));
  const both = await calls(["list", target, "--state", "RUNNING", "--state", "PENDING", "--json"]);
  expect(idsOf(both.stdout)).toEqual([running.id, old.id]);
});

test("a list of very many calls is of some of them, and says so", async () => {
  for (let i = 0; i < 30; i++) await given.pending(ago(i * 1000));
  const survey = new CallSurvey(aws.clients.dynamodb, TABLE);
  const wanted = { states: new Set<never>(), limit: 5 };
  const all = await openCalls({ survey } as never, wanted, fn.tag);
  expect([all.records.length, all.matching, all.isPartial]).toEqual([5, 30, false]);
  const some = await openCalls({ survey } as never, wanted, fn.tag, 10);
  expect([some.records.length, some.matching, some.isPartial]).toEqual([5, 10, true]);
});

test("an open call in JSON has the names of the calls API, and all the rest", async () => {
  const record = await given.running();
  const [call] = objects((await calls(["list", target, "--json"])).stdout);
  const time = (ms: number) => new Date(ms).toISOString();
  expect(call).toEqual({
    call_id: record.id,
    app: fn.app,
    function: fn.name,
    state: "RUNNING",
    attempt: 1,
    created_at: time(record.createdAt),
    started_at: time(record.startedAt!),
    finished_at: null,
    cancel_requested: false,
    error: null,
    deliveries: 1,
    retried: 0,
    sent_at: time(record.sentAt!),
    not_before: null,
    start_by: time(record.startBy),
    attempt_by: time(record.attemptBy!),
    done_by: time(record.doneBy),
    lease_owner: "task-1",
    lease_until: time(record.leaseUntil!),
    next_due: time(record.nextDue!),
    expires_at: time(record.expiresAt * 1000),
    input: { in: "record", bytes: 24 },
    output: null,
  });
  expect(objects((await calls(["show", record.id, "--json"])).stdout)).toEqual([call]);
});

test("show tells times, deadlines, the error and where payloads are", async () => {
  const input = `{"args":["${"x".repeat(20_000)}"],"kwargs":{}}`;
  const error = { type: "ValueError", message: "no \u001b[31mred", traceback: 'File "app.py"\n  raise\u0007\n' };
  const failed = await given.failed({ input, error });
  const { stdout } = await calls(["show", failed.id]);
  expect(stdout).toMatch(new RegExp(`^${failed.id} +FAILURE\n +function +${target}\n +attempt +1\n +created +20..-`));
  expect(stdout).toMatch(/^ {2}finished +.* UTC, \d+ s ago$/m);
  expect(stdout).toMatch(/^ {2}kept until +.* UTC, in (59|60) min$/m);
  expect(stdout).toContain(`20 KiB in s3://payloads/calls/${fn.tag}/${failed.id}/in`);
  expect(stdout).toContain('  error         ValueError: no  [31mred\n    File "app.py"\n      raise');
  expect(stdout).not.toMatch(/[\u0007\u001b]/);

  const { stdout: open } = await calls(["show", (await given.pending()).id]);
  expect(open).toMatch(/^ {2}start by +.* UTC, in \d+ s$/m);
  expect(open).toMatch(/^ {2}done by +.* UTC, in (2 min|\d+ s)$/m);
  expect(open).toMatch(/^ {2}input +24 B in the record$/m);
});

test.each([10, 2000, 200_000])("input and output of %d bytes are printed as they are", async (size) => {
  const input = `{"args":["${"ä".repeat(size / 2)}"],"kwargs":{}}`;
  const record = await given.successful(`"${"ö".repeat(size / 2)}"`, { input });
  expect((await calls(["show", record.id, "--input"])).stdout).toBe(input);
  expect((await calls(["show", record.id, "--output"])).stdout).toBe(`"${"ö".repeat(size / 2)}"`);
});

test("a terminal gets no large payload unless forced, and nothing that it would obey", async () => {
  const env = { ...operatorEnvironment(aws), NO_COLOR: "", TERM: "xterm" };
  const onTerminal = async (...args: string[]) => {
    const cli = new CliProcess(["calls", "show", ...args], env, "terminal");
    const code = await cli.exited;
    return { code, text: [...cli.stdout, ...cli.stderr].join("\n") };
  };
  const large = await given.successful(`"${"x".repeat(70_000)}"`);
  const refused = await onTerminal(large.id, "--output");
  expect(refused.code).toBe(1);
  expect(refused.text).toContain(`The output of ${large.id} is 68 KiB: too much for a terminal.`);
  expect(refused.text).toContain(`slipway calls show ${large.id} --output > output.json`);
  expect((await onTerminal(large.id, "--output", "--force")).text).toContain("x".repeat(1000));
  const sly = await given.successful('"\u009b31m"');
  expect((await onTerminal(sly.id, "--output")).text).toContain('"\\u009b31m"');
  expect((await onTerminal(sly.id)).text).toContain("\u001b[32mSUCCESS");
});

const AWAY = { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };

test.each<[what: string, args: string[], message: string, env?: NodeJS.ProcessEnv]>([
  ["what is no id", ["show", "fc-1"], `A call's id is "fc-"`],
  ["an id that nobody has", ["show", NOBODYS], `There is no call ${NOBODYS}`],
  ["what is no function", ["list", "acme"], "A function is <app>/<name>."],
  ["a function that nobody has", ["list", "acme/nobody"], "There is no function acme/nobody in the registry."],
  ["a state that is none", ["list", "--state", "DONE"], "A state is one of PENDING, RUNNING, SUCCESS"],
  ["an ended state among open calls", ["list", "--state", "FAILURE"], "Read the whole table for them: --all"],
  ["a limit of nothing", ["list", "--limit", "0"], "A limit is 1 to 10000."],
  ["nothing to cancel", ["cancel"], "There is no telling which calls are meant."],
  ["ids and all", ["cancel", NOBODYS, "--all", "a/b"], "There is no telling which calls are meant."],
  ["input and output", ["show", NOBODYS, "--input", "--output"], "cannot be used with option"],
  ["another table", ["list", "--table", "other"], "There is no table other in eu-west-1."],
  ["no table", ["list"], "There is no telling which calls table is meant.", { SLIPWAY_CALLS_TABLE: "" }],
  [
    "no registry",
    ["list", "a/b"],
    "There is no telling which registry table is meant.",
    { SLIPWAY_CALLS_REGISTRY: "" },
  ],
  ["a table that is away", ["list"], "AWS did not answer dynamodb:Scan in eu-west-1", AWAY],
])("an error is a sentence with its fix and status 1, without a stack: %s", async (_, args, message, ...[env]) => {
  const { code, stdout, stderr } = await calls(args, env);
  expect(stderr).toContain(message);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).not.toMatch(/^\s+at |\u001b/m);
});

test("a call without a result has no output, and says why", async () => {
  const failed = await given.failed();
  const { stderr } = await calls(["show", failed.id, "--output"]);
  expect(stderr).toContain(`${failed.id} has no output: it is FAILURE (PoisonCall: 3 workers died).`);
});

test("one endpoint for all three does, as a local server has it", async () => {
  const record = await given.pending();
  const { code, stdout } = await calls(["show", record.id], {
    AWS_ENDPOINT_URL_DYNAMODB: "",
    AWS_ENDPOINT_URL: aws.dynamodb.url,
  });
  expect([code, stdout]).toEqual([0, expect.stringContaining(record.id)]);
});

test("every example in the help is a line that the command takes, and every command tells exit codes and IAM actions", () => {
  const program = new Command();
  addCalls(program);
  addDlq(program);
  for (const group of program.commands) {
    for (const command of group.commands) {
      let help = "";
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      const lines = [...help.matchAll(/^ {2}\$ slipway (?:calls|dlq) \w+ ?(.*)$/gm)].map(([, line]) => line!);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const { unknown } = command.exitOverride().parseOptions(line.split(" ").filter(Boolean));
        expect(unknown).toEqual([]);
      }
      expect(help).toMatch(/^Exit code: 0 /m);
      expect(help).toMatch(/^IAM actions: /m);
    }
  }
});

test("a reader that has read enough ends a list without a word", async () => {
  for (let i = 0; i < 3; i++) await given.pending();
  const program = join(__dirname, "../../../dist/test/cli.cjs");
  const { stderr } = await new Promise<{ stderr: string }>((resolve) =>
    execFile(
      "sh",
      ["-c", `"${process.execPath}" "${program}" calls list --json | head -n 0`],
      {
        env: { ...process.env, ...operatorEnvironment(aws) },
      },
      (_error, _stdout, stderr) => resolve({ stderr }),
    ),
  );
  expect(stderr).toBe("");
});
