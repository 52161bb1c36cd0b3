import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Image } from "../../../lib/image";
import { stage } from "../../../lib/image/context/stage";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-image-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text = path): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const base = Image.fromRegistry("base:1");

function hashOf(source = join(folder, "app")): string {
  return base.addLocalDir(source, "/app").contentHash;
}

test("two clones in different folders have the same hash, whatever the time of their files", () => {
  write("app/main.py");
  write("app/lib/a.py");
  cpSync(join(folder, "app"), join(folder, "elsewhere/clone"), { recursive: true });
  utimesSync(join(folder, "app/main.py"), 1, 1);
  expect(hashOf(join(folder, "elsewhere/clone"))).toBe(hashOf());
});

test.each<[string, () => void]>([
  ["one byte of a file", () => write("app/main.py", "main.pY")],
  ["a file's name", () => write("app/other.py")],
  ["a file becoming executable", () => chmodSync(join(folder, "app/main.py"), 0o755)],
  ["a link in a file's place", () => symlinkSync("main.py", join(folder, "app/link.py"))],
  ["where one file ends and the next begins", () => write("app/lib/a.py", "")],
])("%s changes the hash", (_name, change) => {
  write("app/main.py", "main.py");
  write("app/lib/a.py", "a");
  const before = hashOf();
  change();
  expect(hashOf()).not.toBe(before);
});

test("empty folders and other bits of the mode change nothing: clones do not agree on them", () => {
  const file = write("app/main.py");
  const before = hashOf();
  mkdirSync(join(folder, "app/empty"));
  chmodSync(file, 0o600);
  expect(hashOf()).toBe(before);
});

test("a method, a build argument and a base change the hash", () => {
  write("own/Dockerfile", "FROM x\n");
  const own = (buildArgs = {}) => Image.fromDockerfile(join(folder, "own/Dockerfile"), { buildArgs }).contentHash;
  const all = [
    base.workdir("/a").contentHash,
    base.workdir("/b").contentHash,
    Image.fromRegistry("base:2").workdir("/a").contentHash,
    own(),
    own({ A: "1" }),
    own({ A: "2" }),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test("caches, environments, secrets and state stay out, unless .dockerignore asks for them", () => {
  for (const path of [
    "__pycache__/a.pyc",
    ".venv/bin/python",
    ".git/HEAD",
    ".env",
    "x/.env.local",
    "terraform.tfstate",
  ]) {
    write(`app/${path}`);
  }
  write("app/main.py");
  expect(staged(base.addLocalDir(join(folder, "app"), "/app"))).toEqual(["local/0/main.py"]);
  write("app/.dockerignore", "!.env\nmain.py\n");
  expect(staged(base.addLocalDir(join(folder, "app"), "/app"))).toEqual(["local/0/.env"]);
});

/** Paths in the context that a builder is given. */
function staged(image: Image): string[] {
  const place = join(folder, "staged");
  rmSync(place, { recursive: true, force: true });
  const { context, dockerfile } = stage(image, place);
  expect(readFileSync(dockerfile, "utf8")).toBe(image.dockerfile);
  return filesIn(context);
}

function filesIn(context: string): string[] {
  return readdirSync(context, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(context.length + 1))
    .sort();
}

test("what a builder is given has two modes and no others, and the source keeps its own", () => {
  const file = write("app/run.sh");
  write("app/data", "x");
  chmodSync(file, 0o700);
  chmodSync(join(folder, "app/data"), 0o600);
  staged(base.addLocalDir(join(folder, "app"), "/app"));
  const mode = (path: string) => statSync(path).mode & 0o777;
  expect(mode(join(folder, "staged/context/local/0/run.sh"))).toBe(0o755);
  expect(mode(join(folder, "staged/context/local/0/data"))).toBe(0o644);
  expect(mode(file)).toBe(0o700);
});

test("a Dockerfile of the user's is built with all of its context but what its .dockerignore names", () => {
  write("own/Dockerfile", "FROM x\nCOPY . .\n");
  write("own/.dockerignore", "docs\n");
  write("own/docs/a.md");
  write("own/.env");
  expect(staged(Image.fromDockerfile(join(folder, "own/Dockerfile")))).toEqual([".dockerignore", ".env", "Dockerfile"]);
});

test("a Dockerfile outside its context is refused", () => {
  const file = write("own/Dockerfile");
  write("other/x");
  expect(() => Image.fromDockerfile(file, { context: join(folder, "other") })).toThrow(
    /context .*does not hold the Dockerfile/,
  );
  expect(() => Image.fromDockerfile(file, { context: folder })).not.toThrow();
});

test("requirements bring the files that they include", () => {
  write("app/requirements.txt", "-r more/base.txt\n-c limits.txt # why\nfastapi\n");
  write("app/more/base.txt", "-r ../deeper.txt\n");
  write("app/deeper.txt", "");
  write("app/limits.txt", "");
  expect(staged(base.pipInstallFromRequirements(join(folder, "app/requirements.txt")))).toEqual(
    ["deeper.txt", "limits.txt", "more/base.txt", "requirements.txt"].map((name) => `local/0/${name}`),
  );
});

test.each([
  ["outside the folder", "-r ../base.txt", /\.\.\/base\.txt.*outside/],
  ["missing", "-r base.txt", /base\.txt.*is no file/],
  ["a folder here", "-e ./lib", /asks for \.\/lib/],
])("requirements that include what is %s are refused", (_name, line, message) => {
  write("app/requirements.txt", `${line}\n`);
  expect(() => base.pipInstallFromRequirements(join(folder, "app/requirements.txt")).contentHash).toThrow(message);
});

test("a link that leads out of its folder is refused: in the image it would lead to nothing", () => {
  write("shared.py");
  write("app/main.py");
  symlinkSync("../shared.py", join(folder, "app/shared.py"));
  expect(() => hashOf()).toThrow(/shared\.py.*is a link to \.\.\/shared\.py, outside/);
  write("app/.dockerignore", "shared.py\n");
  expect(() => hashOf()).not.toThrow();
});

test("5 GB of files are refused before any is read, and the largest are named", () => {
  for (const [name, gib] of [
    ["weights.bin", 4],
    ["small.bin", 1],
  ] as const) {
    truncateSync(write(`app/${name}`, ""), gib * 1024 ** 3);
  }
  expect(() => hashOf()).toThrow(
    /5120 MiB of files, and 2048 MiB are the most[\s\S]*4096 MiB .*weights\.bin\n +1024 MiB .*small\.bin/,
  );
});

test("a folder that is not there is refused by its path", () => {
  expect(existsSync(join(folder, "gone"))).toBe(false);
  expect(() => hashOf(join(folder, "gone"))).toThrow(/Image\.addLocalDir: path ".*gone": is no folder/);
});

test("Python modules are found where the process runs, packages and single files", () => {
  write("pkg/__init__.py");
  write("single.py");
  const before = process.cwd();
  process.chdir(folder);
  try {
    const image = base.addLocalPythonSource("pkg", "single");
    expect(staged(image)).toEqual(["local/0/__init__.py", "local/1/single.py"]);
    expect(image.dockerfile).toContain('COPY ["local/0/","./pkg/"]\nCOPY ["local/1/single.py","./single.py"]');
  } finally {
    process.chdir(before);
  }
});
