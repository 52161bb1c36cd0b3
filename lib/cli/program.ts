import { Command, InvalidArgumentError } from "commander";
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

export interface Commands {
  dev(folder: string, options: DevCommandOptions): Promise<void>;
  demo(options: DemoCommandOptions): Promise<void>;
}

export const DEFAULT_PORT = 4000;

/** The command line: names, options and help. What the commands do is given. */
export function createProgram(commands: Commands, version: string): Command {
  const program = new Command("slipway")
    .description("Web endpoints on your own AWS account: run them here as they are deployed there.")
    .version(version)
    .showSuggestionAfterError()
    .addHelpText("after", examples("slipway demo", "slipway dev", "slipway dev --help"));

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

  addTokens(program);

  return program;
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
