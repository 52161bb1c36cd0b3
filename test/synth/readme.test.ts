import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The first fenced block of a language after a heading. */
function block(language: string, heading: string): string {
  const section = README.slice(README.indexOf(`## ${heading}`));
  const text = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section)?.[1];
  if (text === undefined) throw new Error(`README.md has no ${language} block under "${heading}"`);
  return text;
}

/** A folder with what README's npm install puts there. */
function newProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-readme-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/slipway"));
  for (const name of ["cdktf", "constructs", "@cdktf", ".bin"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  return folder;
}

test("README's first stack synthesizes as it is written, by the app command that README gives", () => {
  const folder = newProject();
  try {
    writeFileSync(join(folder, "main.ts"), block("ts", "Your first endpoint"));
    const { app } = JSON.parse(block("json", "Your first endpoint")) as { app: string };
    execFileSync("sh", ["-c", app], {
      cwd: folder,
      env: { ...process.env, CDKTF_OUTDIR: join(folder, "out") },
      stdio: "pipe",
    });
    const manifest = JSON.parse(readFileSync(join(folder, "out/stacks/hello/slipway.json"), "utf8"));
    expect(manifest.functions.map(({ app: name, label }: { app: string; label: string }) => [name, label])).toEqual([
      ["demo", "demo-hello"],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("README names scripts that package.json has", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const named = [...README.matchAll(/npm (?:run )?(demo|test|[a-z:]+)(?=[\s`])/g)]
    .map(([, name]) => name)
    .filter((name) => !["ci", "init", "install", "pack"].includes(name!));
  expect(named).toContain("demo");
  expect(named.filter((name) => !(name! in scripts))).toEqual([]);
});
