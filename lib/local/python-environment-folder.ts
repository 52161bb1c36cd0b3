import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/** What an environment is for. */
export interface EnvironmentKey {
  /** Stands for the source folder. */
  readonly source: string;
  /** Stands for all that decides what is in the environment. */
  readonly content: string;
}

/**
 * A virtual environment's folder: `venv-<source>-<content>-<maker's process id>-<random>`. It is made under a name of its
 * own and never moved, since its scripts hold its path; so processes that make one at the same time do not meet. One
 * without its marker, which is written last, is half made.
 */
export class EnvironmentFolder {
  constructor(
    readonly path: string,
    readonly content: string,
    private readonly makerPid: number,
  ) {}

  static new(parent: string, { source, content }: EnvironmentKey): EnvironmentFolder {
    const name = `venv-${source}-${content}-${process.pid}-${randomBytes(2).toString("hex")}`;
    return new EnvironmentFolder(join(parent, name), content, process.pid);
  }

  static list(parent: string, source: string): EnvironmentFolder[] {
    const pattern = new RegExp(`^venv-${source}-([0-9a-f]+)-(\\d+)-[0-9a-f]+$`);
    const names = existsSync(parent) ? readdirSync(parent).sort() : [];
    return names.flatMap((name) => {
      const [, content, pid] = pattern.exec(name) ?? [];
      return content ? [new EnvironmentFolder(join(parent, name), content, Number(pid))] : [];
    });
  }

  get python(): string {
    return join(this.path, "bin", "python");
  }

  /** Whether it was made to its end, and its interpreter, a link, is still installed. */
  get isComplete(): boolean {
    return existsSync(this.marker) && existsSync(this.python);
  }

  /** Half made, or broken since, and nobody is making it. */
  get isAbandoned(): boolean {
    return !this.isComplete && !isRunning(this.makerPid);
  }

  /** In ms since 1970. */
  get lastUsed(): number {
    return statSync(this.marker, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  markComplete(): void {
    writeFileSync(this.marker, "");
  }

  markUsed(): void {
    const now = new Date();
    utimesSync(this.marker, now, now);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  private get marker(): string {
    return join(this.path, ".complete");
  }
}

/**
 * Removes what will not be used again: environments that nobody finishes, and those for earlier contents except the one
 * used last, from which an app may still be serving while its successor starts.
 */
export async function removeOutdated(parent: string, { source, content }: EnvironmentKey): Promise<void> {
  const environments = EnvironmentFolder.list(parent, source);
  const [, ...outdated] = environments
    .filter((environment) => environment.isComplete && environment.content !== content)
    .sort((a, b) => b.lastUsed - a.lastUsed);
  const abandoned = environments.filter((environment) => environment.isAbandoned);
  for (const environment of [...abandoned, ...outdated]) await environment.remove();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
