import { type Commands, createProgram } from "../../../lib/cli/program";

/** The command line with commands that only note how they were called. */
function recorded() {
  const calls: unknown[][] = [];
  const commands: Commands = {
    dev: async (...args) => void calls.push(["dev", ...args]),
    demo: async (...args) => void calls.push(["demo", ...args]),
    status: async (...args) => void calls.push(["status", ...args]),
    shell: async (...args) => void calls.push(["shell", ...args]),
  };
  let printed = "";
  const program = createProgram(commands, "1.2.3");
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: (text) => {
        printed += text;
      },
    });
  }
  return {
    calls,
    run: (line: string) => program.parseAsync(line.split(" ").filter(Boolean), { from: "user" }),
    printed: () => printed,
  };
}

async function help(line: string): Promise<string> {
  const cli = recorded();
  await expect(cli.run(line)).rejects.toMatchObject({ exitCode: 0 });
  return cli.printed();
}

test.each([
  ["dev", 5],
  ["demo", 3],
  ["status", 4],
  ["shell", 3],
  ["", 4],
] as const)("every example in the help of slipway %s is a line that it takes", async (name, count) => {
  const examples = [...(await help(`${name} --help`)).matchAll(/^ {2}\$ slipway (.*)$/gm)].map(([, line]) => line!);
  expect(examples).toHaveLength(count);
  for (const example of examples) {
    const cli = recorded();
    if (example.endsWith("--help")) await expect(cli.run(example)).rejects.toMatchObject({ exitCode: 0 });
    else {
      await cli.run(example);
      expect(cli.calls).toHaveLength(1);
    }
  }
});

test("dev takes the current folder and port 4000 unless told otherwise", async () => {
  const cli = recorded();
  await cli.run("dev");
  await cli.run("dev api -p 4001 --host 0.0.0.0 --stack staging --verbose --json");
  expect(cli.calls.map((call) => call.slice(0, 3))).toEqual([
    ["dev", ".", { port: 4000 }],
    ["dev", "api", { port: 4001, host: "0.0.0.0", stack: "staging", verbose: true, json: true }],
  ]);
});

test("status and shell take the current folder, ten lines, the app's container and its shell unless told otherwise", async () => {
  const cli = recorded();
  await cli.run("status");
  await cli.run(
    "status hello/greet process -n 50 --stack staging --region eu-west-1 --profile ops --skip-synth --json",
  );
  await cli.run("shell greet");
  await cli.run("shell greet --container gateway -- ls -la /tmp");
  const app = { folder: ".", container: "app" };
  expect(cli.calls).toEqual([
    ["status", [], { folder: ".", lines: 10 }],
    [
      "status",
      ["hello/greet", "process"],
      { folder: ".", lines: 50, stack: "staging", region: "eu-west-1", profile: "ops", skipSynth: true, json: true },
    ],
    ["shell", "greet", [], app],
    ["shell", "greet", ["ls", "-la", "/tmp"], { ...app, container: "gateway" }],
  ]);
});

test.each(["-1", "x", "1001"])("%s log lines are refused with what is possible", async (lines) => {
  const cli = recorded();
  await expect(cli.run(`status --lines=${lines}`)).rejects.toMatchObject({ exitCode: 1 });
  expect(cli.printed()).toContain("A number of lines is 0 to 1000.");
});

test("--version prints the package's version", async () => {
  expect(await help("--version")).toBe("1.2.3\n");
});

test.each(["0", "65536", "4000x", "-1", "1.5"])("port %s is refused with what a port is", async (port) => {
  const cli = recorded();
  await expect(cli.run(`dev --port=${port}`)).rejects.toMatchObject({ exitCode: 1 });
  expect(cli.printed()).toContain("A port is 1 to 65535.");
});

test("a misspelled command names the right one", async () => {
  const cli = recorded();
  await expect(cli.run("dve")).rejects.toMatchObject({ exitCode: 1 });
  expect(cli.printed()).toContain("Did you mean dev?");
});
