import type { PythonKind } from "../image/python-image";
import { ensurePythonEnvironment, type PythonEnvironment } from "./python-environment";

export interface EnvironmentsOptions {
  /** Where environments are kept. */
  readonly folder: string;
  kindsOf(source: string): readonly PythonKind[];
  onProgress(line: string): void;
  /** Ends what is being made. */
  readonly signal: AbortSignal;
}

interface Entry {
  readonly environment: Promise<PythonEnvironment>;
  readonly forgotten: AbortController;
}

/** One Python environment per source folder: asked for at every start of a task, looked up or made once. */
export class Environments {
  private readonly entries = new Map<string, Entry>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: EnvironmentsOptions) {}

  get(source: string): Promise<PythonEnvironment> {
    const known = this.entries.get(source);
    if (known) return known.environment;
    const forgotten = new AbortController();
    // One after the other: pip fills the machine by itself, and its progress stays readable.
    const environment = this.queue.then(() => this.ensure(source, forgotten.signal));
    const entry = { environment, forgotten };
    this.entries.set(source, entry);
    this.queue = environment.catch(() => {
      if (this.entries.get(source) === entry) this.entries.delete(source);
    });
    return environment;
  }

  /** What a folder requires may have changed: an environment that is being made for it is given up. */
  forget(source: string): void {
    this.entries.get(source)?.forgotten.abort();
    this.entries.delete(source);
  }

  private ensure(source: string, forgotten: AbortSignal): Promise<PythonEnvironment> {
    const { folder, kindsOf, onProgress } = this.options;
    const signal = AbortSignal.any([this.options.signal, forgotten]);
    return ensurePythonEnvironment({ folder, source, kinds: kindsOf(source), onProgress, signal });
  }
}
