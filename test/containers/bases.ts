import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PYTHON_PACKAGES } from "../../lib/image";
import { exampleFolder } from "../runtime/kinds/example";

const CACHE = join(__dirname, "../../node_modules/.cache/slipway-containers");

/** What the examples that are built here ask for. */
const REQUIREMENTS = ["hello", "job-queue", "web-kinds/api", "web-kinds/site"];

/** A base image to be, as the folder that it is built from. */
export interface Base {
  /** `<repository>:<tag>`, as bases are named in the registry where Docker's official images are. */
  readonly name: string;
  readonly folder: string;
}

/**
 * Stand-ins for the official images that the examples and the gateway begin with, made on the spot of Debian's packages, this machine's
 * Node and its pip's packages: no registry of images is reached.
 */
export function makeBases(folder: string): Base[] {
  const archive = debianArchive();
  const base = (name: string, lines: readonly string[]): Base => {
    const context = join(folder, name.replace(":", "-"));
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, "Dockerfile"), `${lines.join("\n")}\n`);
    return { name, folder: context };
  };
  const debian = base("debian:slim", ["FROM scratch", "ADD debian.tar /"]);
  copyFileSync(archive.file, join(debian.folder, "debian.tar"));

  const python = base("python:3.12-slim", [
    ...FROM_DEBIAN,
    "RUN ln -s python3 /usr/bin/python && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED",
    "COPY wheels /opt/wheels",
    "COPY pip.conf /etc/pip.conf",
  ]);
  writeFileSync(join(python.folder, "pip.conf"), "[global]\nno-index = true\nfind-links = /opt/wheels\n");
  downloadWheels(join(python.folder, "wheels"), archive.python);

  const node = base("node:22-slim", [
    ...FROM_DEBIAN,
    "COPY node /usr/local/bin/node",
    "RUN echo 'node:x:1000:1000::/home/node:/bin/sh' >> /etc/passwd && echo 'node:x:1000:' >> /etc/group",
  ]);
  copyFileSync(process.execPath, join(node.folder, "node"));
  return [debian, python, node];
}

/** `REGISTRY`: where bases are pushed to, one after the other. */
const FROM_DEBIAN = ["ARG REGISTRY", "FROM ${REGISTRY}/debian:slim"];

/** A small Debian with Python, kept for the next time. */
function debianArchive(): { readonly file: string; readonly python: string } {
  const { VERSION_CODENAME: release = "" } = Object.fromEntries(
    readFileSync("/etc/os-release", "utf8")
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
  const file = join(CACHE, `${release}.tar`);
  const about = join(CACHE, `${release}.python`);
  if (existsSync(file)) return { file, python: readFileSync(about, "utf8") };
  mkdirSync(CACHE, { recursive: true });
  const root = mkdtempSync(join(tmpdir(), "slipway-debian-"));
  try {
    const packages = "--include=python3,python3-pip,ca-certificates";
    execute("debootstrap", "--variant=minbase", packages, release, root, mirrorOf(release));
    const [python] = /3\.\d+/.exec(execute("chroot", root, "python3", "--version"))!;
    writeFileSync(about, python);
    execute(
      "tar",
      "-C",
      root,
      "--exclude=./var/cache/apt/*",
      "--exclude=./var/lib/apt/lists/*",
      "-cf",
      `${file}.new`,
      ".",
    );
    renameSync(`${file}.new`, file);
    return { file, python };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Where this machine's apt has the release's packages from. */
function mirrorOf(release: string): string {
  const listed = execute("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages");
  const found = listed.split("\n").find((line) => line.startsWith(`${release} `));
  if (!found) throw new Error(`apt has no package lists of ${release}: run apt-get update.`);
  return found.split(" ")[1]!;
}

function downloadWheels(folder: string, python: string): void {
  const files = REQUIREMENTS.flatMap((name) => ["-r", join(exampleFolder(name), "requirements.txt")]);
  const packages = [...new Set(Object.values(PYTHON_PACKAGES).flat())];
  // An index that cannot be reached is asked once; the next one may have it.
  const forBase = ["--retries=0", "--timeout=15", "--only-binary=:all:", "--python-version", python];
  execute(
    "python3",
    "-m",
    "pip",
    "download",
    "-q",
    "--disable-pip-version-check",
    ...forBase,
    "-d",
    folder,
    ...files,
    ...packages,
  );
}

function execute(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
}
