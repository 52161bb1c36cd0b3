import { join } from "node:path";
import { ProcessGroup } from "../../../lib/local/process-group";
import type { PythonEnvironment } from "../../../lib/local/python-environment";
import { freePort } from "../local/free-port";
import { isListening } from "../local/http";
import { until } from "../local/waiting";
import type { AppAlone, Example } from "./example";
import type { PythonOf } from "./python";

/** Streamlit takes seconds where nothing else runs, and here everything starts at once. */
const LISTEN_MS = 60_000;

/** Where an app answers that has nothing in front of it. */
export interface PlaceAlone {
  readonly port: number;
  /** Put before its paths. */
  readonly mountedAt: string;
}

/** An example's apps under their own servers; one that knows its mount runs twice. */
export class AppsAlone<App extends string> {
  private readonly places: (PlaceAlone & { readonly app: App })[] = [];
  private readonly groups: ProcessGroup[] = [];

  constructor(private readonly example: Example<App>) {}

  /** The app, mounted at the prefix if it can be. */
  find(app: App, prefix: string): PlaceAlone {
    const places = this.places.filter((place) => place.app === app);
    return places.find(({ mountedAt }) => mountedAt === prefix) ?? places.find(({ mountedAt }) => mountedAt === "")!;
  }

  /** @param folder the example, or a copy of it */
  async start(folder: string, pythonOf: PythonOf): Promise<void> {
    const { apps, kinds, label } = this.example;
    const entries = Object.entries(apps) as [App, AppAlone][];
    const starts = entries.map(async ([app, alone]) => {
      const python = alone.folder in kinds ? await pythonOf(alone.folder) : undefined;
      const mounts = alone.knowsItsMount ? ["", `/${label(app)}`] : [""];
      await Promise.all(mounts.map((mount) => this.run(app, alone, join(folder, alone.folder), python?.env, mount)));
    });
    await Promise.all(starts);
  }

  async stop(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.terminate(2_000)));
  }

  private async run(
    app: App,
    alone: AppAlone,
    cwd: string,
    python: PythonEnvironment["env"] | undefined,
    mountedAt: string,
  ): Promise<void> {
    const port = await freePort();
    const [command, ...args] = alone.command(port);
    const mount = mountedAt && { SCRIPT_NAME: mountedAt, SLIPWAY_BASE_PATH: mountedAt };
    const env = { ...process.env, ...python, PORT: `${port}`, ...mount };
    const group = new ProcessGroup({ command: command!, args, cwd, env });
    this.groups.push(group);
    this.places.push({ app, port, mountedAt });
    await until(`${app} alone listens`, () => isListening(port), LISTEN_MS).catch((error) => {
      throw new Error(`${error.message}\n${group.tail}`);
    });
  }
}
