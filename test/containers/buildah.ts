import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A builder with a store of its own, that runs without a daemon and without privileges of the machine's. */
export class Buildah {
  private readonly folder = mkdtempSync(join(tmpdir(), "slipway-buildah-"));

  build(dockerfile: string, context: string, tag: string): void {
    this.run("build", "-q", "--isolation", "chroot", "-f", dockerfile, "-t", tag, context);
  }

  /** Paths of the files and links that an image's layers add. */
  filesOf(tag: string): string[] {
    const out = join(this.folder, "out");
    rmSync(out, { recursive: true, force: true });
    this.run("push", "-q", tag, `dir:${out}`);
    const { layers } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as { layers: { digest: string }[] };
    return layers.flatMap(({ digest }) => {
      const listed = execFileSync("tar", ["tzf", join(out, digest.slice("sha256:".length))], { encoding: "utf8" });
      return listed.split("\n").filter((path) => path !== "" && !path.endsWith("/"));
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(...args: string[]): void {
    const store = ["--root", join(this.folder, "root"), "--runroot", join(this.folder, "run")];
    execFileSync("buildah", ["--storage-driver", "vfs", ...store, ...args], { stdio: "pipe" });
  }
}
