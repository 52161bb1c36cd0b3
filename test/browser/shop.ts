import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ensurePythonEnvironment } from "../../lib/local/python-environment";
import { setDomain } from "../runtime/kinds/example";
import { CliProcess } from "../runtime/local/cli-process";
import { freePort } from "../runtime/local/free-port";
import { writeDebianWheel } from "./debian-wheel";

const ROOT = join(__dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/slipway-test");
const WHEELS = join(CACHE, "wheels");

/** Always the same folder: its Python environments are made once. */
const COPY = join(CACHE, "frameworks");
const LEFT_BY_RUNS = new Set(["node_modules", "cdktf.out", ".slipway", "__pycache__", "db.sqlite3"]);

/** The first run makes Python environments, one of them with pandas. */
export const START_MS = 600_000;

export const ADMINISTRATOR = { name: "ada", password: "analytical engine" };

export type AppName = "api" | "admin" | "board";

/** examples/frameworks behind a running `slipway dev`. */
export class Shop {
  private readonly data = mkdtempSync(join(tmpdir(), "slipway-shop-"));
  private readonly env = {
    ...process.env,
    DJANGO_SECRET_KEY: "of this test only",
    DATABASE: join(this.data, "shop.sqlite3"),
    PIP_FIND_LINKS: [process.env.PIP_FIND_LINKS, WHEELS].filter(Boolean).join(" "),
  };
  private dev?: CliProcess;

  private constructor(readonly port: number) {}

  /** @param domain without one, endpoints are paths */
  static async start(domain: string | undefined): Promise<Shop> {
    const shop = new Shop(await freePort());
    try {
      await shop.open(domain);
      return shop;
    } catch (error) {
      await shop.stop();
      throw error;
    }
  }

  /** Waits for a line of an app's log. */
  async logged(text: string): Promise<void> {
    await this.dev!.line(new RegExp(text));
  }

  async stop(): Promise<void> {
    this.dev?.signal("SIGINT");
    await this.dev?.exited;
    await this.dev?.end();
    rmSync(this.data, { recursive: true });
  }

  private async open(domain: string | undefined): Promise<void> {
    copyExample({ boardPort: await freePort() });
    setDomain(COPY, domain);
    writeDebianWheel("whitenoise", WHEELS);
    await this.makeDatabase();
    this.dev = new CliProcess(["dev", COPY, "--port", String(this.port)], this.env);
    await this.dev.line(/Ctrl-C/, START_MS);
  }

  /** Tables and an administrator, as a Django team makes them. */
  private async makeDatabase(): Promise<void> {
    const folder = join(COPY, ".slipway");
    const source = join(COPY, "admin");
    const kinds = ["wsgi"] as const;
    const python = await ensurePythonEnvironment({ folder, source, kinds, onProgress: () => {}, env: this.env });
    const env = {
      ...this.env,
      ...python.env,
      DJANGO_SUPERUSER_USERNAME: ADMINISTRATOR.name,
      DJANGO_SUPERUSER_PASSWORD: ADMINISTRATOR.password,
      DJANGO_SUPERUSER_EMAIL: "ada@example.com",
    };
    for (const command of [["migrate"], ["createsuperuser", "--noinput"]]) {
      execFileSync(python.python, ["manage.py", ...command, "--verbosity", "0"], { cwd: source, env });
    }
  }
}

/** As a project of a user's, whose own server has a port that is free here. */
function copyExample({ boardPort }: { boardPort: number }): void {
  mkdirSync(join(COPY, "node_modules"), { recursive: true });
  cpSync(join(ROOT, "examples/frameworks"), COPY, {
    recursive: true,
    filter: (source) => !LEFT_BY_RUNS.has(basename(source)),
  });
  rmSync(join(COPY, "node_modules/slipway"), { force: true });
  symlinkSync(ROOT, join(COPY, "node_modules/slipway"));
  const main = join(COPY, "main.ts");
  writeFileSync(main, readFileSync(main, "utf8").replace("8501", String(boardPort)));
}
