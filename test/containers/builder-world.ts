import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, until } from "../runtime/gateway/loopback";

/** A registry on loopback, and builders with a store of their own beside it: nothing of the machine's is read or kept. */
export class BuilderWorld {
  private registry: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<BuilderWorld> {
    const [port] = await freePorts(1);
    const world = new BuilderWorld(mkdtempSync(join(tmpdir(), "slipway-builders-")), port!);
    world.writeStorage();
    await world.startRegistry();
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** For builders: a store in the test's folder, and no namespaces, which a container in CI may not have. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      CONTAINERS_STORAGE_CONF: join(this.folder, "storage.conf"),
      BUILDAH_ISOLATION: "chroot",
      XDG_RUNTIME_DIR: join(this.folder, "run"),
    };
  }

  /** A folder of the test's own. */
  make(name: string, files: Readonly<Record<string, string>>): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    return folder;
  }

  stop(): void {
    this.registry?.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeStorage(): void {
    const [graph, run] = [join(this.folder, "graph"), join(this.folder, "run")];
    mkdirSync(run, { recursive: true });
    writeFileSync(
      join(this.folder, "storage.conf"),
      `[storage]\ndriver = "vfs"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`,
    );
  }

  private async startRegistry(): Promise<void> {
    const config = join(this.folder, "registry.yml");
    const storage = `{filesystem: {rootdirectory: ${join(this.folder, "registry")}}, delete: {enabled: true}}`;
    writeFileSync(
      config,
      `version: 0.1\nlog: {level: error}\nstorage: ${storage}\nhttp: {addr: "127.0.0.1:${this.port}"}\n`,
    );
    this.registry = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
    await until(
      () =>
        fetch(`${this.url}/v2/`).then(
          (response) => response.ok,
          () => false,
        ),
      "the registry answers",
      20_000,
    );
  }
}
