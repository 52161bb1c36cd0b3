import { Command, InvalidArgumentError, Option } from "commander";
import { addCalls } from "./calls-program";
import { addDlq } from "./dlq-program";
import { addImages } from "./images-program";
import { addTokens } from "./tokens-program";

export interface OutputOptions {
  /** Also the gateways' access lines, the app command's output and stack traces. */
  readonly verbose?: boolean;
  /** One JSON event a line in place of text. */
  readonly json?: boolean;
}

export interface DevCommandOptions extends OutputOptions {
  readonly port: number;
  readonly host?: string;
  readonly stack?: string;
}

export interface DemoCommandOptions extends OutputOptions {
  readonly port?: number;
  /** Ends after the requests. */
  readonly once?: boolean;
}

/** Which deployment to ask AWS about. */
export interface DeployedOptions {
  /** The folder of `cdktf.json`. */
  readonly folder: string;
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  /** Reads what the last `cdktf synth` or `cdktf deploy` wrote. */
  readonly skipSynth?: boolean;
  /** Also the app command's output and stack traces. */
  readonly verbose?: boolean;
}

export interface StatusCommandOptions extends DeployedOptions {
  /** Log lines of a task. */
  readonly lines: number;
  /** Everything as one line of JSON. */
  readonly json?: boolean;
}

export interface ShellCommandOptions extends DeployedOptions {
  readonly container: "app" | "gateway";
}

export interface Commands {
  dev(folder: string, options: DevCommandOptions): Promise<void>;
  demo(options: DemoCommandOptions): Promise<void>;
  status(endpoints: readonly string[], options: StatusCommandOptions): Promise<void>;
  shell(endpoint: string, command: readonly string[], options: ShellCommandOptions): Promise<void>;
}

export const DEFAULT_PORT = 4000;

const STATUS_NOTES = `
Exit code: 0 when every endpoint runs what is desired, else 1.

IAM actions: ecs:DescribeServices, ListTasks, DescribeTasks, and ListClusters where the cluster's name is no literal;
elasticloadbalancing:DescribeTargetHealth, DescribeTargetGroups, DescribeLoadBalancers; logs:GetLogEvents.`;

const SHELL_NOTES = `
Exit code: the Session Manager plugin's.

IAM actions: ecs:DescribeServices, ListTasks, DescribeTasks, ExecuteCommand.`;

/** The command line: names, options and help. What the commands do is given. */
export function createProgram(commands: Commands, version: string): Command {
  const program = new Command("slipway")
    .description(
      "Web endpoints on your own AWS account: run them here as they are deployed there, and see how they run there.",
    )
    .version(version)
    .showSuggestionAfterError()
    .addHelpText("after", examples("slipway demo", "slipway dev", "slipway status", "slipway dev --help"));

  withOutput(
    program
      .command("dev")
      .summary("run a CDKTF app's endpoints on this machine and follow every edit")
      .description(
        "Synthesizes the CDKTF app in a folder and runs every endpoint it would deploy on this machine: the same gateway, " +
          "the same listener rules, no AWS account. An edit of the code or of the app is served within seconds.",
      )
      .argument("[folder]", "the folder of cdktf.json", ".")
      .option("-p, --port <number>", "where to listen", parsePort, DEFAULT_PORT)
      .option("--host <address>", "listen there instead of on this machine's loopback only")
      .option("--stack <name>", "only this stack, where several deploy the same endpoints"),
  )
    .addHelpText(
      "after",
      examples(
        "slipway dev",
        "slipway dev services/api --port 4001",
        "slipway dev --stack staging --verbose",
        "slipway dev --host 0.0.0.0",
        "slipway dev --json",
      ),
    )
    .action((folder: string, options: DevCommandOptions) => commands.dev(folder, options));

  withOutput(
    program
      .command("demo")
      .summary("run the hello example and send it two requests")
      .description("Runs the package's own example, sends its two endpoints a request each, and serves until Ctrl-C.")
      .option("--once", "end after the requests")
      .option("-p, --port <number>", `where to listen (default: ${DEFAULT_PORT}, or the next free port)`, parsePort),
  )
    .addHelpText("after", examples("slipway demo", "slipway demo --once", "slipway demo --port 4001"))
    .action((options: DemoCommandOptions) => commands.demo(options));

  withDeployment(
    program
      .command("status")
      .summary("show what runs in AWS, and why what does not run does not")
      .description(
        "Asks AWS about the endpoints that a CDKTF app deploys: deployments, tasks, targets, why tasks stopped, and their last " +
          "log lines. Endpoints that run as they should take one line, unless they are named.",
      )
      .argument("[endpoint...]", "<app>/<name>, name or label; all of them when none is named")
      .option("-n, --lines <number>", "log lines of a task", parseLines, 10)
      .option("--json", "print everything as one line of JSON"),
  )
    .addHelpText("after", STATUS_NOTES)
    .addHelpText(
      "after",
      examples(
        "slipway status",
        "slipway status hello/greet --lines 50",
        "slipway status --stack staging --profile acme-staging",
        "slipway status --skip-synth --json",
      ),
    )
    .action((endpoints: string[], options: StatusCommandOptions) => commands.status(endpoints, options));

  withDeployment(
    program
      .command("shell")
      .summary("open a shell in a running task")
      .description(
        "Runs a command in the newest running task of an endpoint, by ECS Exec. The construct needs exec: true, and this " +
          "machine AWS's Session Manager plugin.",
      )
      .argument("<endpoint>", "<app>/<name>, name or label")
      .argument("[command...]", "what to run, after -- (default: /bin/sh)")
      .addOption(
        new Option("--container <name>", "in which of the task's two").choices(["app", "gateway"]).default("app"),
      ),
  )
    .addHelpText("after", SHELL_NOTES)
    .addHelpText(
      "after",
      examples(
        "slipway shell hello/greet",
        "slipway shell greet -- python --version",
        "slipway shell greet --container gateway -- env",
      ),
    )
    .action((endpoint: string, command: string[], options: ShellCommandOptions) =>
      commands.shell(endpoint, command, options),
    );

  addTokens(program);
  addCalls(program);
  addImages(program);
  addDlq(program);

  return program;
}

function withDeployment(command: Command): Command {
  return command
    .option("--folder <path>", "the folder of cdktf.json", ".")
    .option("--stack <name>", "only this stack")
    .option("--region <name>", "only stacks in this region")
    .option("--profile <name>", "AWS profile (default: the AWS SDK's own search for credentials)")
    .option("--skip-synth", "read what the last cdktf synth or deploy wrote, instead of synthesizing")
    .option("-v, --verbose", "also the app command's output, stack traces");
}

function withOutput(command: Command): Command {
  return command
    .option("-v, --verbose", "also gateway lines, the app command's output, stack traces")
    .option("--json", "print one JSON event a line");
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError("A port is 1 to 65535.");
  return port;
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (!/^\d+$/.test(text) || lines > 1_000) throw new InvalidArgumentError("A number of lines is 0 to 1000.");
  return lines;
}
