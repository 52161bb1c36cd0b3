import { realpathSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { PythonKind } from "../image/python-image";
import { needsPython } from "./app-command";
import { type Deployment, readDeployment } from "./deployment";
import { type LocalEndpoint, localEndpoint } from "./endpoint-list";
import { Engine } from "./engine";
import { Environments } from "./environments";
import { failureOf, type OnEvent, type Served } from "./events";
import { gatewayProgram } from "./gateway-program";
import { LocalAws } from "./local-aws";
import { LocalError } from "./local-error";
import { LocalFunctions } from "./local-functions";
import { LocalTasks } from "./local-task";
import { Router, type RouterOptions, type ServedRequest } from "./router";
import { isInside, SourceWatcher } from "./source-watcher";
import { PROJECT_FILE, readProject, synthesize } from "./synth";

export interface DevOptions extends Pick<RouterOptions, "port" | "host"> {
  /** The folder of `cdktf.json`. */
  readonly folder: string;
  /** Only this stack; needed where two stacks deploy the same functions. */
  readonly stack?: string;
  readonly onEvent: OnEvent;
}

/** Files that only the app command reads. A script may as well be part of a function: it counts for both. */
const APP_CODE = [".ts", ".mts", ".cts"];
const SCRIPTS = [".js", ".mjs", ".cjs"];

/** `requirements.txt` and what it includes. */
const REQUIREMENTS = ".txt";

/** After Ctrl-C what is in flight gets this long. */
const STOP_GRACE_MS = 2_000;

/** Runs what a CDKTF app would deploy on this machine, and follows every edit of it. */
export class DevSession {
  private readonly folder: string;
  private readonly dotenvFile: string;
  private readonly onEvent: OnEvent;
  private readonly abort = new AbortController();
  private readonly environments: Environments;
  private readonly aws = new LocalAws();
  private router?: Router;
  private functions?: LocalFunctions;
  private engine?: Engine;
  private watcher?: SourceWatcher;
  private deployment?: Deployment;
  private starting?: Promise<void>;
  private stopping?: Promise<void>;
  private released?: Promise<void>;
  /** The app has changed since it was last read. */
  private stale = false;
  private reading?: AbortController;
  private updating?: Promise<void>;

  constructor(private readonly options: DevOptions) {
    this.folder = realpath(options.folder);
    this.dotenvFile = join(this.folder, ".env");
    this.onEvent = options.onEvent;
    this.environments = new Environments({
      folder: join(this.folder, ".slipway"),
      kindsOf: (source) => this.kindsOf(source),
      onProgress: (message) => this.onEvent({ type: "progress", message }),
      signal: this.abort.signal,
    });
  }

  get url(): string {
    return `http://localhost:${this.router!.port}/`;
  }

  get endpoints(): LocalEndpoint[] {
    return this.router!.endpoints;
  }

  /**
   * Resolves when every function serves or has failed to start, which is told as an event: an edit may repair it.
   * Rejects, with nothing left running, when there is nothing to serve.
   */
  start(): Promise<void> {
    this.starting ??= this.startAll().catch(async (error) => {
      await this.release(0);
      throw error;
    });
    return this.starting;
  }

  /** Ends every process, and the port is free again; at any time, also during the start, which then rejects. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async startAll(): Promise<void> {
    const began = performance.now();
    const { signal } = this.abort;
    readProject(this.folder);
    const gateway = gatewayProgram();
    const { port, host } = this.options;
    const onRequest = (request: ServedRequest) => this.onEvent({ type: "request", ...request });
    this.router = await Router.listen({ port, host, onRequest });
    const starter = new LocalTasks({
      gateway,
      dotenvFile: this.dotenvFile,
      python: ({ source }) => this.environments.get(source),
      aws: this.aws,
    });
    this.functions = new LocalFunctions(gateway, this.aws.calls, this.onEvent);
    this.engine = new Engine(starter, this.router, this.onEvent);
    this.watcher = new SourceWatcher([this.folder], {
      onChange: (files) => this.onChange(files),
      onError: (error) => this.onEvent({ type: "warning", message: `edits may go unnoticed: ${error.message}` }),
    });
    await this.watcher.ready();

    this.onEvent({ type: "progress", message: "synthesizing the app" });
    this.deployment = await this.readApp(signal);
    const { tasks, endpoints, functions } = this.deployment;
    this.watcher.setFolders(this.watchedFolders());
    // Without Python nothing would start: that is an error now, not one for every function.
    const sources = new Set(tasks.filter(needsPython).map(({ source }) => source));
    for (const source of sources) await this.environments.get(source);
    signal.throwIfAborted();

    this.onEvent({
      type: "progress",
      message: `starting ${[
        counted(endpoints.length, "endpoint"),
        ...(functions.length > 0 ? [counted(functions.length, "function")] : []),
      ].join(" and ")}`,
    });
    await this.prepareCalls(this.deployment);
    await this.engine.apply(this.deployment);
    signal.throwIfAborted();
    this.onEvent({
      type: "ready",
      url: this.url,
      ...this.served(),
      ms: Math.round(performance.now() - began),
    });
    if (this.stale) this.update();
  }

  private async stopAll(): Promise<void> {
    if (this.released) return this.released;
    this.onEvent({ type: "stopping" });
    this.abort.abort();
    const ended = this.engine?.stop(STOP_GRACE_MS);
    await this.starting?.catch(() => {});
    await ended;
    await this.release(STOP_GRACE_MS);
    this.onEvent({ type: "stopped" });
  }

  private release(graceMs: number): Promise<void> {
    this.released ??= this.releaseAll(graceMs);
    return this.released;
  }

  private async releaseAll(graceMs: number): Promise<void> {
    this.abort.abort();
    await this.watcher?.close();
    await this.updating;
    await this.engine?.stop(graceMs);
    await this.functions?.stop();
    await this.router?.close();
    await this.aws.close();
  }

  private served(): Served {
    const { endpoints } = this;
    const functions = this.deployment?.functions ?? [];
    return {
      endpoints,
      ...(functions.length > 0 && { functions }),
      ...(endpoints.some(({ requiresToken, publicCalls }) => requiresToken || publicCalls) && {
        token: this.aws.tokens.pair,
      }),
    };
  }

  private async readApp(signal: AbortSignal): Promise<Deployment> {
    const onOutput = (line: string) => this.onEvent({ type: "synth-output", line });
    const outdir = await synthesize({ folder: this.folder, onOutput, signal });
    return readDeployment(outdir, this.options.stack);
  }

  private onChange(files: readonly string[]): void {
    if (files.some((file) => this.isAppCode(file))) this.update();
    const code = files.filter((file) => !isOneOf(APP_CODE, file));
    const touched = (this.deployment?.tasks ?? []).filter(
      ({ source }) => code.includes(this.dotenvFile) || code.some((file) => isInside(source, file)),
    );
    if (code.some((file) => file.endsWith(REQUIREMENTS))) {
      for (const { source } of touched) this.environments.forget(source);
    }
    void this.engine?.reload(touched.map(({ target }) => target));
  }

  private isAppCode(file: string): boolean {
    return (
      file === join(this.folder, PROJECT_FILE) ||
      (isInside(this.folder, file) && isOneOf([...APP_CODE, ...SCRIPTS], file))
    );
  }

  /** Reads the app again and applies the difference. A change meanwhile starts over; during the start it waits. */
  private update(): void {
    this.stale = true;
    this.reading?.abort();
    if (!this.deployment || this.abort.signal.aborted) return;
    this.updating ??= this.updateToNewest();
  }

  private async updateToNewest(): Promise<void> {
    while (this.stale && !this.abort.signal.aborted) {
      this.stale = false;
      this.reading = new AbortController();
      const signal = AbortSignal.any([this.reading.signal, this.abort.signal]);
      this.onEvent({ type: "progress", message: "synthesizing the app" });
      try {
        this.deployment = await this.readApp(signal);
        this.watcher!.setFolders(this.watchedFolders());
        await this.prepareCalls(this.deployment);
        void this.apply(this.deployment);
      } catch (error) {
        if (!signal.aborted) this.onEvent({ type: "update-failed", failure: failureOf(error) });
      }
    }
    this.updating = undefined;
  }

  /** Not waited for by the next update: that one supersedes it. */
  private async apply(deployment: Deployment): Promise<void> {
    const difference = await this.engine!.apply(deployment);
    if (!this.abort.signal.aborted) this.onEvent({ type: "applied", ...difference, ...this.served() });
  }

  private prepareCalls({ calls, endpoints }: Deployment): Promise<void> {
    const { port } = this.router!;
    return this.functions!.apply(
      calls,
      endpoints.map((endpoint) => localEndpoint(endpoint, port)),
    );
  }

  /** A folder inside another one is watched with it. */
  private watchedFolders(): string[] {
    const folders = [...new Set([this.folder, ...this.deployment!.tasks.map(({ source }) => source)])];
    return folders.filter((folder) => !folders.some((other) => isInside(other, folder)));
  }

  /** What Slipway serves from a folder; a server of the user's own brings all that it needs. */
  private kindsOf(source: string): PythonKind[] {
    const { tasks, kinds } = this.deployment!;
    const all = tasks.filter((task) => task.source === source).map(({ target }) => kinds.get(target)!);
    return [...new Set(all)].flatMap((kind) => {
      if (kind === "server") return [];
      return kind === "function" ? "calls" : kind;
    });
  }
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function isOneOf(endings: readonly string[], file: string): boolean {
  return endings.includes(extname(file));
}

function realpath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (cause) {
    throw new LocalError(`There is no folder ${resolve(folder)}.`, { cause });
  }
}
