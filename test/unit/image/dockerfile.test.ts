import { join } from "node:path";
import { Image } from "../../../lib/image";
import { SlipwayError } from "../../../lib/spec";

const HELLO = join(__dirname, "../../../examples/hello");

function lines(image: Image): string[] {
  return image.dockerfile.split("\n");
}

/** Of what a method adds, without what all images have. */
function added(image: Image): string[] {
  const all = lines(image);
  return all.slice(3, all.indexOf('ENV HOME="/tmp"'));
}

const base = Image.fromRegistry("registry.example/base:1");

function problems(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(SlipwayError);
    return (error as SlipwayError).message;
  }
  throw new Error("nothing was refused");
}

test("an image runs as a user who is not root, with a home and a volume that it can write to", () => {
  expect(lines(base.env({ A: "1" }))).toEqual([
    "FROM registry.example/base:1",
    "USER root",
    expect.stringContaining("slipway:x:10001:10001::/tmp:/bin/sh"),
    'ENV A="1"',
    'ENV HOME="/tmp"',
    'VOLUME ["/tmp"]',
    "USER 10001:10001",
    "",
  ]);
});

test("methods become lines in their order, and the image they were called on stays as it was", () => {
  const before = base.dockerfile;
  const image = base.runCommands("one").env({ TWO: "2" }).runCommands("three").workdir("/four");
  expect(added(image)).toEqual(["RUN one", 'ENV TWO="2"', "RUN three", "WORKDIR /four"]);
  expect(base.dockerfile).toBe(before);
});

test("debianSlim is Python's slim image, in /app", () => {
  expect(lines(Image.debianSlim())[0]).toBe("FROM public.ecr.aws/docker/library/python:3.12-slim");
  expect(lines(Image.debianSlim({ python: "3.13.1" }))[0]).toBe(
    "FROM public.ecr.aws/docker/library/python:3.13.1-slim",
  );
  expect(added(Image.debianSlim())).toContain("WORKDIR /app");
});

test("what is only named is not built, and the account's own registry is filled in later", () => {
  expect(base.reference).toEqual({ isEcr: false, name: "registry.example/base:1" });
  expect(Image.fromEcr("team/model", "1.4").reference).toEqual({ isEcr: true, name: "team/model:1.4" });
  expect(base.workdir("/x").reference).toBeUndefined();
  const digest = `sha256:${"a".repeat(64)}`;
  expect(lines(Image.fromEcr("team/model", digest).workdir("/x")).slice(0, 2)).toEqual([
    "ARG SLIPWAY_ECR_REGISTRY",
    `FROM \${SLIPWAY_ECR_REGISTRY}/team/model@${digest}`,
  ]);
});

test("packages are installed with a cache that no layer holds, and a shell sees none of their signs", () => {
  const [pip] = added(base.pipInstall("fastapi>=0.115", "uvicorn[standard]"));
  expect(pip).toMatch(/^RUN --mount=type=cache,target=\/root\/.cache\/pip,sharing=locked python -m pip install /);
  expect(pip).toMatch(/ 'fastapi>=0\.115' 'uvicorn\[standard\]'$/);
  expect(added(base.aptInstall("libgomp1"))[0]).toMatch(/--no-install-recommends libgomp1$/);
  expect(added(base.uvPipInstall("numpy"))[0]).toMatch(/uv pip install --system --link-mode=copy numpy$/);
});

test("values of variables are what they are: quotes, dollars and backslashes too", () => {
  expect(added(base.env({ A: 'say "$HOME\\"' }))).toEqual([String.raw`ENV A="say \"\$HOME\\\""`]);
});

test("a command that a builder would take for something else is given as a list", () => {
  const commands = ["make build", "[ -f x ]", "--mount=x", "one\ntwo", "ends with \\"];
  expect(added(base.runCommands(...commands))).toEqual([
    "RUN make build",
    'RUN ["/bin/sh","-c","[ -f x ]"]',
    'RUN ["/bin/sh","-c","--mount=x"]',
    String.raw`RUN ["/bin/sh","-c","one\ntwo"]`,
    String.raw`RUN ["/bin/sh","-c","ends with \\"]`,
  ]);
});

test("local files are copied from places of their own in the context", () => {
  const image = base.addLocalDir(HELLO, "/app").addLocalFile(join(HELLO, "app.py"), "/etc/app/");
  expect(added(image)).toEqual(['COPY ["local/0/","/app/"]', 'COPY ["local/1/app.py","/etc/app/"]']);
});

test("requirements are installed before what is copied after them", () => {
  const [copy, install] = added(
    base.pipInstallFromRequirements(join(HELLO, "requirements.txt")).addLocalDir(HELLO, "/app"),
  );
  expect(copy).toBe('COPY ["local/0/","/opt/slipway/requirements/"]');
  expect(install).toMatch(/python -m pip install -r \/opt\/slipway\/requirements\/requirements\.txt$/);
});

test("entrypoint and command are lists, which no shell reads", () => {
  expect(added(base.entrypoint(["tini", "--"]).cmd(["python", "a b.py"]))).toEqual([
    'ENTRYPOINT ["tini","--"]',
    'CMD ["python","a b.py"]',
  ]);
});

test.each<[string, () => unknown, RegExp]>([
  ["an old Python", () => Image.debianSlim({ python: "3.9" }), /Image\.debianSlim: python "3\.9": .*from 3\.10/],
  ["a URL", () => Image.fromRegistry("https://r/x"), /Image\.fromRegistry: ref "https/],
  ["a repository with a registry", () => Image.fromEcr("r.example:5000/x", "1"), /Image\.fromEcr: repo/],
  [
    "an option among packages",
    () => base.pipInstall("--pre"),
    /Image\.pipInstall: packages "--pre": .*requirements file/,
  ],
  ["no package", () => base.aptInstall(), /Image\.aptInstall: packages: names nothing/],
  ["a shell in a package's name", () => base.aptInstall("x; rm -rf /"), /Image\.aptInstall/],
  ["a relative working folder", () => base.workdir("app"), /Image\.workdir: path "app": must be an absolute/],
  ["an empty command", () => base.runCommands(" "), /Image\.runCommands/],
  ["a path as a module", () => base.addLocalPythonSource("./pkg"), /Image\.addLocalPythonSource/],
  ["a variable in a destination", () => base.addLocalDir(HELLO, "/x/$Y"), /Image\.addLocalDir: to/],
  ["a variable's name that no shell takes", () => base.env({ "A-B": "1" }), /Image\.env: A-B/],
  [
    "a Dockerfile that is not there",
    () => Image.fromDockerfile("/nowhere/Dockerfile"),
    /Image\.fromDockerfile: path .*no file/,
  ],
])("%s is refused, with the method and the value", (_name, make, message) => {
  expect(problems(make)).toMatch(message);
});

test("all that is wrong in one call is said at once", () => {
  expect(problems(() => base.aptInstall("a b", "ok", "c;d")).split("\n")).toHaveLength(2);
});

test("values of variables, which may be secrets, are not repeated", () => {
  expect(problems(() => base.env({ KEY: "hunter2\n" }))).not.toContain("hunter2");
});
