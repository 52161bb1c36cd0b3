import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import {
  argumentList,
  check,
  debianPackages,
  destination,
  ecrReference,
  pythonModules,
  pythonPackages,
  pythonVersion,
  refusal,
  registryReference,
  shellCommands,
  variables,
  workingFolder,
} from "./checks";
import { contentHash } from "./context/content-hash";
import { cacheMount, env, list, run, runCommand, shellWord } from "./instructions";
import type { LocalFiles, LocalKind } from "./local-files";
import { pythonPackage } from "./python-package";
import { readUserDockerfile } from "./user-dockerfile";

const DEFAULT_PYTHON = "3.12";

/** Docker's official images, where AWS keeps them: no rate limit within AWS, and no account. */
const OFFICIAL = "public.ecr.aws/docker/library";

const PIP_CACHE = cacheMount("/root/.cache/pip");
const UV_CACHE = cacheMount("/root/.cache/uv");
const APT_CACHE = [cacheMount("/var/cache/apt"), cacheMount("/var/lib/apt/lists")];

/** Who runs the code: the number needs no entry in a base image, and programs that ask for the user's name find one. */
const USER = "10001";
const MAKE_USER = `grep -q '^slipway:' /etc/passwd || { echo 'slipway:x:${USER}:${USER}::/tmp:/bin/sh' >> /etc/passwd; echo 'slipway:x:${USER}:' >> /etc/group; }`;

const PYTHON_PACKAGE = "/opt/slipway/python";

/** Python looks there too, whatever PYTHONPATH is. */
const NAME_PACKAGE = `import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "slipway.pth").write_text("${PYTHON_PACKAGE}\\n")`;

/** Stands for the account's own registry until an image is built: the account is known only then. */
export const ECR_REGISTRY_ARG = "SLIPWAY_ECR_REGISTRY";

type Base =
  | { readonly kind: "registry"; readonly ref: string }
  | { readonly kind: "ecr"; readonly repository: string; readonly tag: string }
  | { readonly kind: "dockerfile"; readonly text: string };

const BRAND = Symbol.for("slipway/image");

interface Parts {
  readonly base: Base;
  readonly lines: readonly string[];
  readonly locals: readonly LocalFiles[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

/**
 * A container image, as a value: each method returns a new one, and nothing is built before the deploy. Methods become Dockerfile
 * lines in their order, so what changes seldom belongs first.
 *
 * Local paths are relative to the folder that the process runs in; `__dirname` names the file's own. What `.dockerignore` in a folder
 * names stays out, and so do caches, virtual environments, `.git`, `.env` files and Terraform's state, unless `!name` there asks
 * for them.
 *
 * An image that is built here runs as a user who is not root, and its `/tmp` is a volume, so that it works with a read-only root.
 */
export class Image {
  private hash: string | undefined;

  private constructor(private readonly parts: Parts) {
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Debian with Python, in the folder `/app`.
   * @param options `python`: 3.10 or later, such as "3.12" or "3.12.4"; the default is 3.12
   */
  static debianSlim({ python = DEFAULT_PYTHON }: { readonly python?: string } = {}): Image {
    check("debianSlim", pythonVersion(python));
    return Image.on({ kind: "registry", ref: `${OFFICIAL}/python:${python}-slim` }).with(
      env({
        PYTHONUNBUFFERED: "1",
        PYTHONDONTWRITEBYTECODE: "1",
        PIP_ROOT_USER_ACTION: "ignore",
        PIP_DISABLE_PIP_VERSION_CHECK: "1",
      }),
      "WORKDIR /app",
    );
  }

  /** An image of any registry that the builder can read: `registry/repository:tag`, better with `@sha256:…`. */
  static fromRegistry(ref: string): Image {
    check("fromRegistry", registryReference(ref));
    return Image.on({ kind: "registry", ref });
  }

  /** An image in the ECR of the account and region that the stack is deployed to. */
  static fromEcr(repository: string, tag: string): Image {
    check("fromEcr", ecrReference(repository, tag));
    return Image.on({ kind: "ecr", repository, tag });
  }

  /**
   * What a Dockerfile of your own makes. It is built as it is: who runs the code, and whether its root can be read-only, is for the
   * Dockerfile to say.
   * @param options `context`: the folder that COPY takes from, by default the Dockerfile's own; `buildArgs`: never secrets, since the
   * image's history shows them
   */
  static fromDockerfile(
    path: string,
    {
      context,
      buildArgs = {},
    }: { readonly context?: string; readonly buildArgs?: Readonly<Record<string, string>> } = {},
  ): Image {
    const base: Base = { kind: "dockerfile", text: readUserDockerfile(path, context) };
    const from = resolve(context ?? dirname(path));
    const locals: LocalFiles[] = [{ by: "fromDockerfile", kind: "context", from, at: "" }];
    return new Image({ base, lines: [], locals, buildArgs });
  }

  /** Across copies of the library, unlike `instanceof`. */
  static isImage(value: unknown): value is Image {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  /** Debian packages, without those that they merely recommend. `name=version` pins one. */
  aptInstall(...packages: string[]): Image {
    check("aptInstall", debianPackages(packages));
    // Debian's images throw away what the cache is to keep.
    const commands = [
      "rm -f /etc/apt/apt.conf.d/docker-clean",
      "apt-get update",
      `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.map(shellWord).join(" ")}`,
    ];
    return this.with(run(commands.join(" && "), ...APT_CACHE));
  }

  /** Python packages, as pip names them: `"fastapi>=0.115"`. */
  pipInstall(...packages: string[]): Image {
    check("pipInstall", pythonPackages(packages));
    return this.with(run(`python -m pip install ${packages.map(shellWord).join(" ")}`, PIP_CACHE));
  }

  /** Python packages by uv, which finds and installs them several times faster than pip. */
  uvPipInstall(...packages: string[]): Image {
    check("uvPipInstall", pythonPackages(packages));
    const install = `uv pip install --system --link-mode=copy ${packages.map(shellWord).join(" ")}`;
    return this.with(run(`python -m pip install uv && ${install}`, PIP_CACHE, UV_CACHE));
  }

  /** What a requirements file asks for, and the files it includes by `-r` and `-c`, which must lie in its folder. */
  pipInstallFromRequirements(path: string): Image {
    const { at, locals } = this.local("pipInstallFromRequirements", "requirements", path);
    const file = `/opt/slipway/requirements/${basename(path)}`;
    return this.with(
      list("COPY", [`${at}/`, "/opt/slipway/requirements/"]),
      run(`python -m pip install -r ${shellWord(file)}`, PIP_CACHE),
    ).having(locals);
  }

  /** Commands for `/bin/sh`, each a layer of its own. They run as root. */
  runCommands(...commands: string[]): Image {
    check("runCommands", shellCommands(commands));
    return this.with(...commands.map((command) => runCommand(command.trim())));
  }

  /** Variables of all that follows, and of the containers. Never secrets: whoever can pull the image reads them. */
  env(values: Readonly<Record<string, string>>): Image {
    check("env", variables(values));
    return Object.keys(values).length === 0 ? this : this.with(env(values));
  }

  /** The folder of all that follows, and of the containers' command: absolute. */
  workdir(path: string): Image {
    check("workdir", workingFolder(path));
    return this.with(`WORKDIR ${path}`);
  }

  /** What is in the folder `from`, put into the folder `to`; a relative `to` counts from the working folder. */
  addLocalDir(from: string, to: string): Image {
    check("addLocalDir", destination(to));
    const { at, locals } = this.local("addLocalDir", "folder", from);
    return this.with(list("COPY", [`${at}/`, to.endsWith("/") ? to : `${to}/`])).having(locals);
  }

  /** One file: under the name `to`, or, where that ends in a slash, in that folder. */
  addLocalFile(from: string, to: string): Image {
    check("addLocalFile", destination(to));
    const { at, locals } = this.local("addLocalFile", "file", from);
    return this.with(list("COPY", [`${at}/${basename(from)}`, to])).having(locals);
  }

  /** Python packages or modules by their import names, looked for where the process runs, put into the working folder. */
  addLocalPythonSource(...modules: string[]): Image {
    check("addLocalPythonSource", pythonModules(modules));
    return modules.reduce((image: Image, name) => image.addModule(name.replaceAll(".", "/")), this);
  }

  /**
   * The `slipway` Python package, which serves code and makes calls. Constructs of Python code add it themselves; a server of your own
   * that spawns calls needs it added, and a Dockerfile of your own installs it.
   */
  addSlipway(): Image {
    const { at, locals } = this.local("addSlipway", "folder", pythonPackage());
    return this.with(
      list("COPY", [`${at}/`, `${PYTHON_PACKAGE}/`]),
      run(`python -c ${shellWord(NAME_PACKAGE)}`),
    ).having(locals);
  }

  /** The program that a container runs, before its command. */
  entrypoint(argv: readonly string[]): Image {
    check("entrypoint", argumentList(argv));
    return this.with(list("ENTRYPOINT", argv));
  }

  /** The command of a container that is given none; constructs that have a command of their own give it. */
  cmd(argv: readonly string[]): Image {
    check("cmd", argumentList(argv));
    return this.with(list("CMD", argv));
  }

  /** What a builder is given. Throws where there is nothing to build: see `reference`. */
  get dockerfile(): string {
    const { base, lines } = this.parts;
    if (base.kind === "dockerfile") return [base.text.replace(/\n*$/, ""), ...lines, ""].join("\n");
    return [
      ...(base.kind === "ecr"
        ? [`ARG ${ECR_REGISTRY_ARG}`, `FROM \${${ECR_REGISTRY_ARG}}/${ecrName(base)}`]
        : [`FROM ${base.ref}`]),
      "USER root",
      run(MAKE_USER),
      ...lines,
      env({ HOME: "/tmp" }),
      'VOLUME ["/tmp"]',
      `USER ${USER}:${USER}`,
      "",
    ].join("\n");
  }

  /** The image's name where nothing is to be built: `fromRegistry` or `fromEcr` and no more; of the latter without the registry. */
  get reference(): { readonly isEcr: boolean; readonly name: string } | undefined {
    const { base, lines } = this.parts;
    if (lines.length > 0 || base.kind === "dockerfile") return undefined;
    return base.kind === "ecr" ? { isEcr: true, name: ecrName(base) } : { isEcr: false, name: base.ref };
  }

  /** Whether it is made here, line by line: not by a Dockerfile of the user's, and not elsewhere. Then it works with a read-only root. */
  get isOpen(): boolean {
    return this.reference === undefined && this.parts.base.kind !== "dockerfile";
  }

  /** What it is built with. */
  get localFiles(): readonly LocalFiles[] {
    return this.parts.locals;
  }

  get buildArgs(): Readonly<Record<string, string>> {
    return this.parts.buildArgs;
  }

  /**
   * 64 hex digits over the Dockerfile, the build arguments and every file: its path, its content, and whether it is executable. The
   * same in every clone. Reads the files the first time that it is asked for.
   */
  get contentHash(): string {
    this.hash ??= contentHash(this);
    return this.hash;
  }

  private static on(base: Base): Image {
    return new Image({ base, lines: [], locals: [], buildArgs: {} });
  }

  private with(...lines: string[]): Image {
    return new Image({ ...this.parts, lines: [...this.parts.lines, ...lines] });
  }

  private having(locals: readonly LocalFiles[]): Image {
    return new Image({ ...this.parts, locals });
  }

  private local(by: string, kind: LocalKind, path: string): { at: string; locals: readonly LocalFiles[] } {
    const { base, locals } = this.parts;
    if (base.kind === "dockerfile") {
      const message = "cannot be added: what a Dockerfile of your own makes is built with that one's context";
      throw refusal(by, { prop: "path", value: path, message, fix: "COPY it in the Dockerfile" });
    }
    const at = `local/${locals.length}`;
    return { at, locals: [...locals, { by, kind, from: resolve(path), at }] };
  }

  private addModule(path: string): Image {
    const isFile = existsSync(`${path}.py`);
    const { at, locals } = this.local("addLocalPythonSource", isFile ? "file" : "folder", isFile ? `${path}.py` : path);
    const copy = isFile ? [`${at}/${basename(path)}.py`, `./${path}.py`] : [`${at}/`, `./${path}/`];
    return this.with(list("COPY", copy)).having(locals);
  }
}

function ecrName({ repository, tag }: { readonly repository: string; readonly tag: string }): string {
  return `${repository}${tag.includes(":") ? "@" : ":"}${tag}`;
}
