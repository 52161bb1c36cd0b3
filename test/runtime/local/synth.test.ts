import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment } from "../../../lib/local/deployment";
import type { LocalError } from "../../../lib/local/local-error";
import { synthesize } from "../../../lib/local/synth";
import { deploys, manifest, project, removeFolders, temporaryFolder, write } from "./project";
import { until } from "./waiting";

afterEach(removeFolders);

const web = { name: "web", source: "api", command: ["python", "-m", "slipway", "serve"] };

async function refusal(run: () => unknown): Promise<LocalError> {
  try {
    await run();
  } catch (error) {
    return error as LocalError;
  }
  throw new Error("it was not refused");
}

describe("running the app command", () => {
  test("writes to .slipway/synth, which git ignores, and not to the project's own output folder", async () => {
    const folder = project({ "api/app.py": "" });
    deploys(folder, manifest(folder, [web]));

    const outdir = await synthesize({ folder });

    expect(outdir).toBe(join(folder, ".slipway", "synth"));
    expect(readFileSync(join(folder, ".slipway", ".gitignore"), "utf8")).toBe("*\n");
    expect(readDeployment(outdir).stacks).toEqual(["acme"]);
  });

  test("leaves nothing of a stack that is gone", async () => {
    const folder = project({ "api/app.py": "" });
    deploys(folder, manifest(folder, [web], "old"));
    await synthesize({ folder });
    deploys(folder, manifest(folder, [web], "new"));
    expect(readDeployment(await synthesize({ folder })).stacks).toEqual(["new"]);
  });

  test("in a folder without cdktf.json is an error that says where to go", async () => {
    const folder = temporaryFolder();
    const error = await refusal(() => synthesize({ folder }));
    expect(error.message).toBe(`There is no cdktf.json in ${folder}.`);
    expect(error.fix).toContain("slipway dev path/to/app");
  });

  test.each([
    ["{", /cdktf\.json is not JSON/],
    ["{}", /cdktf\.json has no "app" command\.$/],
    ['{ "app": "  " }', /cdktf\.json has no "app" command\.$/],
  ])("with cdktf.json %s is an error", async (text, message) => {
    const folder = temporaryFolder({ "cdktf.json": text });
    expect((await refusal(() => synthesize({ folder }))).message).toMatch(message);
  });

  test("that fails is an error with what it wrote to standard error", async () => {
    const app = "node -e \"console.log('resources'); console.error('acme/web: no such prop'); process.exit(2)\"";
    const folder = temporaryFolder({ "cdktf.json": JSON.stringify({ app }) });
    const error = await refusal(() => synthesize({ folder }));
    expect(error.message).toBe(`The app command of cdktf.json (${app}) exited with code 2.`);
    expect(error.output).toBe("acme/web: no such prop");
  });

  test("hands the context of cdktf.json to the app", async () => {
    const folder = temporaryFolder({
      "cdktf.json": JSON.stringify({ app: "node app.js", context: { domain: "example.com" } }),
      "app.js": "console.log(process.env.CDKTF_CONTEXT_JSON)",
    });
    const lines: string[] = [];
    await synthesize({ folder, onOutput: (line) => lines.push(line) });
    expect(lines).toEqual(['{"domain":"example.com"}']);
  });

  test("can be given up", async () => {
    const app = "node -e \"console.log('busy'); setInterval(() => {}, 1000)\"";
    const folder = temporaryFolder({ "cdktf.json": JSON.stringify({ app }) });
    const giveUp = new AbortController();
    const lines: string[] = [];
    const running = synthesize({ folder, signal: giveUp.signal, onOutput: (line) => lines.push(line) });
    await until("it runs", () => lines.includes("busy"));
    giveUp.abort();
    await expect(running).rejects.toThrow("aborted");
  });
});

describe("reading what was synthesized", () => {
  const CODE = { "api/app.py": "", "jobs/app.py": "" };

  async function synthesized(...manifests: ReturnType<typeof manifest>[]): Promise<string> {
    const folder = project(CODE);
    deploys(folder, ...manifests);
    return synthesize({ folder });
  }

  test("gives tasks with their sources, rules and endpoints of all stacks", async () => {
    const folder = project(CODE);
    const batch = { ...web, name: "batch", source: "jobs" };
    deploys(folder, manifest(folder, [web], "one"), manifest(folder, [batch], "two"));

    const deployment = readDeployment(await synthesize({ folder }));

    expect(deployment.stacks).toEqual(["one", "two"]);
    expect(deployment.tasks.map(({ target, source }) => [target, source])).toEqual([
      ["acme/web", join(folder, "api")],
      ["acme/batch", join(folder, "jobs")],
    ]);
    expect(deployment.rules.map(({ target }) => target)).toEqual(["acme/web", "acme/batch"]);
    expect(deployment.endpoints.map(({ label }) => label)).toEqual(["acme-web", "acme-batch"]);
  });

  test("without a manifest says that there is no platform", async () => {
    const error = await refusal(async () => readDeployment(await synthesized()));
    expect(error.message).toContain("There is no Slipway platform in this app");
  });

  test("with one function in two stacks asks for a stack, and takes the one that is named", async () => {
    const folder = project({});
    const outdir = await synthesized(manifest(folder, [web], "prod"), manifest(folder, [web], "staging"));

    const error = await refusal(() => readDeployment(outdir));
    expect(error.message).toBe("The function acme/web is in two stacks, prod and staging.");
    expect(error.fix).toBe("Choose one: slipway dev --stack staging");

    expect(readDeployment(outdir, "staging").stacks).toEqual(["staging"]);
    expect((await refusal(() => readDeployment(outdir, "test"))).fix).toBe("Choose one of: prod, staging");
  });

  test("with one label in two stacks asks for a stack", async () => {
    const folder = project({});
    const other = manifest(folder, [{ ...web, name: "other" }], "two");
    const twin = { ...other, functions: other.functions.map((fn) => ({ ...fn, label: "acme-web" })) };
    const error = await refusal(async () => readDeployment(await synthesized(manifest(folder, [web], "one"), twin)));
    expect(error.message).toBe("The label acme-web is in two stacks, one and two.");
  });

  test("of another version says what differs", async () => {
    const folder = project({});
    const outdir = await synthesized(manifest(folder, [web]));
    write(outdir, "stacks/acme/slipway.json", '{ "version": 2 }');
    const error = await refusal(() => readDeployment(outdir));
    expect(error.message).toMatch(/slipway\.json is not a manifest that this version of slipway reads:\n.*version/s);
  });

  test("with a function that does not say where its code is names the construct and the prop", async () => {
    const folder = project({});
    const one = manifest(folder, [web]);
    const outdir = await synthesized({ ...one, functions: one.functions.map((fn) => ({ ...fn, source: null })) });
    const error = await refusal(() => readDeployment(outdir));
    expect(error.message).toBe("acme/web does not say where its code is.");
    expect(error.fix).toContain("acme/web the prop source: __dirname");
  });

  test("with a source folder that is not there names the folder, the construct and the prop", async () => {
    const folder = project({});
    const one = manifest(folder, [web]);
    const outdir = await synthesized({ ...one, functions: one.functions.map((fn) => ({ ...fn, source: "nope" })) });
    const error = await refusal(() => readDeployment(outdir));
    expect(error.message).toMatch(/^acme\/web has its code in .*\/stacks\/acme\/nope, and there is no such folder\.$/);
    expect(error.fix).toContain("Correct the prop source of acme/web");
  });
});
