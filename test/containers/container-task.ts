import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ContainerDefinition } from "../../lib/task/container-definition";
import { until } from "../runtime/local/waiting";
import type { TaskPlace } from "./task-network";

/** Docker's own, which `initProcessEnabled` puts before a container's program. */
const INIT = "/usr/bin/tini";
const HEALTHY_MS = 60_000;
const STOP_S = 2;

/** crun, which podman prefers, wants more of the kernel than a container in CI has; so do its own limits. */
const PODMAN = ["--runtime", "runc"];
const LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

export interface ContainerTaskOptions {
  readonly name: string;
  readonly containers: readonly ContainerDefinition[];
  /** What ECS adds to each container's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly place: TaskPlace;
  /** By the URI in a task definition: the name, with a digest, under which it is pulled here. */
  image(uri: string): Promise<string>;
  /** Podman's own environment. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Executed {
  readonly code: number;
  readonly output: string;
}

/** A task, run by Podman from its definition as ECS runs it: one network, volumes that its containers share, and what each may write. */
export class ContainerTask {
  private constructor(private readonly options: ContainerTaskOptions) {}

  static async start(options: ContainerTaskOptions): Promise<ContainerTask> {
    const task = new ContainerTask(options);
    try {
      for (const container of inOrder(options.containers)) await task.run(container);
      return task;
    } catch (error) {
      await task.stop();
      throw error;
    }
  }

  get place(): TaskPlace {
    return this.options.place;
  }

  /** Runs a program in one of the containers, as its user. */
  exec(container: string, ...argv: string[]): Promise<Executed> {
    return this.try("exec", this.nameOf(container), ...argv);
  }

  /** Waits until a container is well by the check in its definition; with none, until `url` answers so. */
  async untilHealthy(url: string): Promise<void> {
    const { containers } = this.options;
    const isWell = async () => {
      const stopped = await this.stopped();
      if (stopped !== undefined) throw new Error(`${this.options.name}: ${stopped} has ended\n${await this.logs()}`);
      return fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    try {
      await until(`${url} is healthy`, isWell, HEALTHY_MS);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.logs()}`);
    }
    for (const { name, healthCheck } of containers) {
      if (!healthCheck) continue;
      const [, ...argv] = healthCheck.command;
      const { code, output } = await this.exec(name, ...argv);
      if (code !== 0) throw new Error(`${name}: its health check says ${code}\n${output}`);
    }
  }

  /** All that its containers wrote. */
  async logs(): Promise<string> {
    const all = await Promise.all(
      this.options.containers.map(async ({ name }) => {
        const { output } = await this.try("logs", this.nameOf(name));
        return output.replace(/^/gm, `${name}: `);
      }),
    );
    return all.join("\n");
  }

  async stop(): Promise<void> {
    // The gateway first, as ECS does it.
    for (const { name } of inOrder(this.options.containers).reverse()) {
      await this.try("rm", "--force", "--volumes", "--time", String(STOP_S), this.nameOf(name));
    }
    for (const volume of this.volumes) await this.try("volume", "rm", "--force", volume);
  }

  private get volumes(): string[] {
    const points = this.options.containers.flatMap(({ mountPoints = [] }) => mountPoints);
    return [...new Set(points.map(({ sourceVolume }) => this.nameOf(sourceVolume)))];
  }

  private async run(container: ContainerDefinition): Promise<void> {
    const { environment, place, image } = this.options;
    const { command = [], mountPoints = [], user, readonlyRootFilesystem, linuxParameters } = container;
    const variables = {
      ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
      ...environment,
    };
    const reference = await image(container.image);
    await this.podman("pull", "--quiet", "--tls-verify=false", reference);
    await this.podman(
      "run",
      "--detach",
      ...["--name", this.nameOf(container.name), "--network", `ns:${place.path}`, ...LIMITS],
      ...(linuxParameters?.initProcessEnabled ? ["--init", "--init-path", INIT] : []),
      // ECS mounts nothing that the definition does not name.
      ...(readonlyRootFilesystem ? ["--read-only", "--read-only-tmpfs=false"] : []),
      ...(user ? ["--user", user] : []),
      ...mountPoints.flatMap(({ sourceVolume, containerPath }) => [
        "--volume",
        `${this.nameOf(sourceVolume)}:${containerPath}`,
      ]),
      ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      reference,
      ...command,
    );
  }

  private async stopped(): Promise<string | undefined> {
    for (const { name } of this.options.containers) {
      const { output } = await this.try("inspect", "--format", "{{.State.Running}}", this.nameOf(name));
      if (!output.startsWith("true")) return name;
    }
    return undefined;
  }

  private nameOf(part: string): string {
    return `${this.options.name}-${part}`;
  }

  private async podman(...args: string[]): Promise<void> {
    const { code, output } = await this.try(...args);
    if (code !== 0) throw new Error(`podman ${args[0]} of ${this.options.name} ended with ${code}\n${output}`);
  }

  private async try(...args: string[]): Promise<Executed> {
    try {
      const { stdout, stderr } = await promisify(execFile)("podman", [...PODMAN, ...args], {
        env: this.options.env,
        maxBuffer: 1 << 24,
      });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
      return { code: code ?? -1, output: `${stdout}${stderr}` || String(error) };
    }
  }
}

/** Those first that others wait for. */
function inOrder(containers: readonly ContainerDefinition[]): ContainerDefinition[] {
  return [...containers].sort((a, b) => (a.dependsOn?.length ?? 0) - (b.dependsOn?.length ?? 0));
}
