import { LocalError } from "../../../lib/local/local-error";
import { type ServedDefinitions, serveDefinitions } from "../../../lib/local/serve-definitions";
import { containers, serverProgram } from "./definitions";
import { isListening, send } from "./http";
import { removeFolders, temporaryFolder } from "./project";
import { quickPython, serves } from "./quick-python";

let served: ServedDefinitions | undefined;
afterEach(async () => {
  await served?.stop();
  served = undefined;
  removeFolders();
});

function definition(name: string, program: string) {
  const source = temporaryFolder({ "server.js": program });
  return { target: `acme/${name}`, containers: containers({ name, command: serves("server.js") }), source };
}

const python = async () => ({ python: quickPython(), env: {} });

const RULES = [
  { priority: 10, hosts: ["acme--one.example.com"], paths: [], target: "acme/one" },
  { priority: 20, hosts: ["acme--two.example.com"], paths: [], target: "acme/two" },
];

test("definitions and rules alone are enough to serve, and a changed rule changes the answer", async () => {
  served = await serveDefinitions({
    definitions: [definition("one", serverProgram("1")), definition("two", serverProgram("2"))],
    rules: RULES,
    python,
  });
  const { port } = served;
  const ask = async (host: string) => (await send({ port, host })).text;

  expect([await ask("acme--one.example.com"), await ask("acme--two.example.com")]).toEqual(["1", "2"]);
  served.setRules([{ ...RULES[0]!, target: "acme/two" }]);
  expect(await ask("acme--one.example.com")).toBe("2");

  await served.stop();
  expect(await isListening(port)).toBe(false);
});

test("one that cannot start is an error with what it said", async () => {
  const definitions = [definition("one", serverProgram("1")), definition("two", "throw new Error('no model')")];
  const error = await serveDefinitions({ definitions, rules: RULES, python }).catch((error) => error);
  expect(error).toBeInstanceOf(LocalError);
  expect(error.message).toMatch(/^acme\/two: the app exited with code 1\.\n.*no model/s);
});

test("what is new starts, what is gone ends, and what stays the same goes on", async () => {
  const one = definition("one", serverProgram("process.pid"));
  const two = definition("two", serverProgram("2"));
  served = await serveDefinitions({ definitions: [one], rules: RULES, python });
  const { port } = served;
  const ask = async (name: string) => (await send({ port, host: `acme--${name}.example.com` })).text;
  const pid = await ask("one");
  const broken = definition("three", "throw new Error('no model')");
  await expect(served.setDefinitions([one, broken])).rejects.toThrow(/acme\/three: the app exited.*no model/s);

  await served.setDefinitions([one, two]);
  expect([await ask("one"), await ask("two")]).toEqual([pid, "2"]);
  await served.setDefinitions([one]);
  expect(await ask("one")).toBe(pid);
  expect((await send({ port, host: "acme--two.example.com" })).status).toBe(503);
});

test("what ECS adds to a task's environment is in its containers, and wins over the shell's", async () => {
  process.env.AWS_REGION = "of the shell";
  try {
    served = await serveDefinitions({
      definitions: [definition("one", serverProgram("[process.env.AWS_REGION, process.env.TASK]"))],
      rules: RULES,
      python,
      aws: { environment: ({ target }) => ({ AWS_REGION: "eu-west-1", TASK: target }) },
    });
  } finally {
    delete process.env.AWS_REGION;
  }
  const { text } = await send({ port: served.port, host: "acme--one.example.com" });
  expect(JSON.parse(text)).toEqual(["eu-west-1", "acme/one"]);
  expect(served.token).toBeUndefined();
});
