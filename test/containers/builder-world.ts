import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, until } from "../runtime/gateway/loopback";
import { makeBases } from "./bases";

const SHARED_WORLD = "SLIPWAY_TEST_WORLD";

/** A registry on loopback, and builders with a store of their own beside it: nothing of the machine's is read or kept. */
export class BuilderWorld {
  private registry: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start({ isReadOnly = false } = {}): Promise<BuilderWorld> {
    const [port] = await freePorts(1);
    const world = new BuilderWorld(mkdtempSync(join(tmpdir(), "slipway-builders-")), port!);
    world.writeStorage();
    await world.startRegistry(isReadOnly);
    return world;
  }

  /** The world that this run's tests share (`shared-world.ts`): its registry has the bases that the examples begin with. */
  static shared(): BuilderWorld {
    const { folder, port } = JSON.parse(process.env[SHARED_WORLD]!);
    return new BuilderWorld(folder, port);
  }

  /** Lets this run's tests use it. */
  share(): void {
    const { folder, port } = this;
    process.env[SHARED_WORLD] = JSON.stringify({ folder, port });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** For builders. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.own };
  }

  /** A store in the test's folder, and no namespaces, which a container in CI may not have. */
  private get own(): Record<string, string> {
    return {
      CONTAINERS_STORAGE_CONF: join(this.folder, "storage.conf"),
      BUILDAH_ISOLATION: "chroot",
      XDG_RUNTIME_DIR: join(this.folder, "run"),
    };
  }

  /** What who deploys has beside the variables of its own: images are built by Buildah, from the bases of this registry, and pushed to it. */
  get deployEnv(): NodeJS.ProcessEnv {
    const bases = `${new URL(this.url).host}/library`;
    return { ...this.own, SLIPWAY_REGISTRY: this.url, SLIPWAY_BUILDER: "buildah", SLIPWAY_BASE_REGISTRY: bases };
  }

  /** Makes the bases that the examples begin with. */
  addBases(): void {
    const host = new URL(this.url).host;
    const folder = join(this.folder, "bases");
    mkdirSync(folder);
    for (const { name, folder: context } of makeBases(folder)) {
      const tag = `${host}/library/${name}`;
      const run = (...args: string[]) => execFileSync("buildah", args, { env: this.env, stdio: "pipe" });
      run("build", "--quiet", "--tls-verify=false", "--build-arg", `REGISTRY=${host}/library`, "--tag", tag, context);
      run("push", "--quiet", "--tls-verify=false", tag);
    }
    rmSync(folder, { recursive: true });
  }

  /** Another store, with room for so many MiB. */
  smallStore(mib: number): { readonly env: NodeJS.ProcessEnv; remove(): void } {
    const folder = this.make("small", {});
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", folder]);
    const settings = `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`;
    const file = join(this.folder, "small.conf");
    writeFileSync(file, settings);
    return {
      env: { ...this.env, CONTAINERS_STORAGE_CONF: file },
      remove: () => execFileSync("umount", [folder]),
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
    // Builders leave their store mounted on itself.
    spawnSync("umount", ["--recursive", join(this.folder, "overlay/overlay")], { stdio: "ignore" });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Layers over each other where the kernel does that; copies of each where it does not. */
  private writeStorage(): void {
    mkdirSync(join(this.folder, "run"), { recursive: true });
    this.writeStorageOf("overlay");
    const { status } = spawnSync("buildah", ["info"], { env: this.env, stdio: "ignore" });
    if (status !== 0) this.writeStorageOf("vfs");
  }

  private writeStorageOf(driver: "overlay" | "vfs"): void {
    const [graph, run] = [join(this.folder, driver), join(this.folder, "run")];
    const settings = `[storage]\ndriver = "${driver}"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`;
    writeFileSync(join(this.folder, "storage.conf"), settings);
  }

  private async startRegistry(isReadOnly: boolean): Promise<void> {
    const config = join(this.folder, "registry.yml");
    const storage = `{filesystem: {rootdirectory: ${join(this.folder, "registry")}}, delete: {enabled: true}, maintenance: {readonly: {enabled: ${isReadOnly}}}}`;
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
