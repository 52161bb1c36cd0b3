import { join } from "node:path";
import { ProcessGroup } from "../../../lib/local/process-group";
import type { PythonEnvironment } from "../../../lib/local/python-environment";
import { freePort } from "../local/free-port";
import { isListening } from "../local/http";
import { until } from "../local/waiting";
import { pythonOf } from "./web-kinds";

export type AppName = "api" | "site" | "files" | "node";

/** Where an app answers that has nothing in front of it. */
export interface Alone {
  readonly port: number;
  /** Put before its paths: a WSGI app knows the path at which it is mounted, and so do its links. */
  readonly mountedAt: string;
}

/** The example's apps under their own servers. */
export class AppsAlone {
  private readonly places: (Alone & { readonly name: AppName })[] = [];
  private readonly groups: ProcessGroup[] = [];

  /** The app, mounted at the prefix if it can be. */
  find(name: AppName, prefix: string): Alone {
    const places = this.places.filter((place) => place.name === name);
    return places.find(({ mountedAt }) => mountedAt === prefix) ?? places.find(({ mountedAt }) => mountedAt === "")!;
  }

  /** @param mounts WSGI apps that are started a second time, mounted at a path */
  async start(folder: string, mounts: { readonly site: string }): Promise<void> {
    const [api, site] = await Promise.all([pythonOf(folder, "api"), pythonOf(folder, "site")]);
    const uvicorn = ["-m", "uvicorn", "app:app", "--port"];
    const gunicorn = ["-m", "gunicorn", "app:app", "--bind"];
    const sitePaths = ["", mounts.site];
    await Promise.all([
      this.run(join(folder, "api"), "api", (port) => [api.python, ...uvicorn, String(port)], api),
      ...sitePaths.map((path) =>
        this.run(join(folder, "site"), "site", (port) => [site.python, ...gunicorn, `127.0.0.1:${port}`], site, path),
      ),
      this.run(join(folder, "files"), "files", (port) => [site.python, "-m", "http.server", String(port)], site),
      this.run(join(folder, "node"), "node", () => [process.execPath, "server.js"]),
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.terminate(2_000)));
  }

  private async run(
    cwd: string,
    name: AppName,
    command: (port: number) => string[],
    python?: PythonEnvironment,
    mountedAt = "",
  ): Promise<void> {
    const port = await freePort();
    const [program, ...args] = command(port);
    const env = { ...process.env, ...python?.env, PORT: String(port), ...(mountedAt && { SCRIPT_NAME: mountedAt }) };
    const group = new ProcessGroup({ command: program!, args, cwd, env });
    this.groups.push(group);
    this.places.push({ name, port, mountedAt });
    await until(`${name} alone listens\n${group.tail}`, () => isListening(port), 20_000);
  }
}
