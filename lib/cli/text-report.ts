import {
  clientVariables,
  curlCommand,
  type Failure,
  type LocalEndpoint,
  type LocalEvent,
  methodOrKind,
  type Served,
  type SpawnedFunction,
} from "../local";
import { errorText } from "./error-text";
import { gatewayLine } from "./gateway-line";
import { isScreen, plainProgress, spinningProgress } from "./progress";
import type { Report } from "./report";
import { styleFor } from "./style";

const PREFIX_COLOURS = ["cyan", "magenta", "green", "yellow", "blue"] as const;

/** A line beside what is going on. */
type Aside = "log" | "request" | "synth-output" | "warning";
type EventOf<T extends LocalEvent["type"]> = Extract<LocalEvent, { type: T }>;

/** Text for people: a list of endpoints, then what happens, and every process's lines behind its name. */
export class TextReport implements Report {
  private readonly style = styleFor(process.stdout);
  private readonly progress = process.stdout.isTTY && isScreen(process.stderr) ? spinningProgress() : plainProgress();
  /** In the order of their first start: each keeps its colour, and the longest sets the column. */
  private readonly targets: string[] = [];
  private isReady = false;
  private hasShownToken = false;
  private hasShownCalls = false;

  constructor(private readonly verbose: boolean) {}

  event(event: LocalEvent): void {
    switch (event.type) {
      case "progress":
        this.progress.step(event.message);
        break;
      case "log":
      case "request":
      case "synth-output":
      case "warning":
        this.line(this.aside(event));
        break;
      case "starting":
        if (!this.targets.includes(event.target)) this.targets.push(event.target);
        if (this.isReady) this.progress.step(`${event.target}: starting the new version`);
        break;
      default:
        this.progress.done();
        this.line(this.milestone(event));
        this.isReady ||= event.type === "ready";
    }
  }

  line(text: string | undefined): void {
    if (text !== undefined) this.progress.print(() => process.stdout.write(`${text}\n`));
  }

  error(error: unknown): void {
    this.progress.done();
    process.stderr.write(`${errorText(error, this.verbose)}\n`);
  }

  /** Undefined: not shown. */
  private aside(event: EventOf<Aside>): string | undefined {
    switch (event.type) {
      case "warning":
        return this.style("yellow", `warning: ${event.message}`);
      case "synth-output":
        return this.verbose ? this.style("dim", event.line) : undefined;
      case "request":
        return this.prefix(event.target) + this.style("dim", requestLine(event));
      case "log": {
        const text = event.container === "gateway" ? gatewayLine(event.line, this.verbose) : this.appLine(event.line);
        return text === undefined ? undefined : this.prefix(event.target) + text;
      }
    }
  }

  /** Where the app listens behind its gateway is no address to open; that a function runs calls is in the list. */
  private appLine(line: string): string | undefined {
    return !this.verbose && /^slipway: .* (on http:\/\/127\.0\.0\.1:\d+$|runs calls, )/.test(line) ? undefined : line;
  }

  private milestone(event: EventOf<Exclude<LocalEvent["type"], Aside | "progress" | "starting">>) {
    switch (event.type) {
      case "ready":
        return this.welcome(event);
      case "serving":
        return this.isReady
          ? this.style("green", `${event.target} serves the new version (${seconds(event.ms)})`)
          : undefined;
      case "start-failed":
        return this.failure(
          event.failure,
          event.serving ? "The version before it keeps serving." : "Waiting for an edit.",
        );
      case "task-failed":
        return this.failure(event.failure, "Starting it again.");
      case "update-failed":
        return [event.failure.output, this.failure(event.failure, "What ran before keeps serving.")]
          .filter(Boolean)
          .join("\n");
      case "applied":
        return this.update(event);
      case "stopping":
        return "stopping…";
      case "stopped":
        return undefined;
    }
  }

  private welcome({ url, endpoints, functions, token, ms }: EventOf<"ready">): string {
    const [first] = endpoints;
    const open = first?.requiresToken
      ? []
      : [`  Try it:  ${first ? curlCommand(first) : "add an endpoint to the app"}`];
    return [
      "",
      `${this.style("bold", "slipway dev")} ready in ${seconds(ms)}`,
      "",
      ...this.list({ endpoints, functions }),
      "",
      ...open,
      ...this.tokenLine({ endpoints, token }),
      ...this.callsLine({ endpoints, token }),
      `  All:     ${url}    Stop: Ctrl-C`,
      "",
    ].join("\n");
  }

  private list({ endpoints, functions = [] }: Served): string[] {
    const rows = [
      ...endpoints.map((endpoint) => [endpoint.target, methodOrKind(endpoint), this.address(endpoint)] as const),
      ...functions.map((fn) => [fn.target, fn.kind, callersOf(fn, endpoints)] as const),
    ];
    const [width, kinds] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
    return rows.map(([target, kind, what]) => {
      return `  ${this.style("bold", target.padEnd(width!))}  ${kind.padEnd(Math.max(6, kinds!))} ${what}`;
    });
  }

  private address({ url, docs, requiresToken }: LocalEndpoint): string {
    return `${this.style("cyan", url)}${docs ? `  docs at ${url}docs` : ""}${requiresToken ? "  needs a token" : ""}`;
  }

  /** The session's token, once, in a command that uses it. */
  private tokenLine({ endpoints, token }: Served): string[] {
    const closed = endpoints.find(({ requiresToken }) => requiresToken);
    if (!closed || this.hasShownToken) return [];
    this.hasShownToken = true;
    return [`  ${closed === endpoints[0] ? "Try it:" : "Token: "}  ${curlCommand(closed, { token })}`];
  }

  /** The same for the Python client, which is how public calls are made. */
  private callsLine({ endpoints, token }: Served): string[] {
    const open = endpoints.find(({ publicCalls }) => publicCalls);
    if (!open || !token || this.hasShownCalls) return [];
    this.hasShownCalls = true;
    return [`  Calls:   ${clientVariables(open, token)}`];
  }

  private update({ added, removed, changed, ...served }: EventOf<"applied">): string {
    const parts = [
      added.length > 0 && `added ${added.join(", ")}`,
      changed.length > 0 && `changed ${changed.join(", ")}`,
      removed.length > 0 && `removed ${removed.join(", ")}`,
    ].filter(Boolean);
    const head = `app synthesized again: ${parts.join("; ") || "nothing to change"}`;
    const lines = [
      head,
      ...(added.length > 0 ? this.list(served) : []),
      ...this.tokenLine(served),
      ...this.callsLine(served),
    ];
    return lines.join("\n");
  }

  private failure({ message, fix }: Failure, outcome: string): string {
    return [this.style("red", message), fix, this.style("yellow", outcome)].filter(Boolean).join("\n");
  }

  private prefix(target: string): string {
    if (!this.targets.includes(target)) this.targets.push(target);
    const width = Math.max(...this.targets.map(({ length }) => length));
    const colour = PREFIX_COLOURS[this.targets.indexOf(target) % PREFIX_COLOURS.length]!;
    return this.style(colour, `${target.padEnd(width)} | `);
  }
}

/** Functions of one app may spawn each other: what a person asks for is which endpoint to send a request to. */
function callersOf({ callers }: SpawnedFunction, endpoints: readonly LocalEndpoint[]): string {
  if (callers.length === 0) return "nothing may spawn it yet: see grantSpawn";
  const reachable = callers.filter((caller) => endpoints.some(({ target }) => target === caller));
  return `spawn it from ${(reachable.length > 0 ? reachable : callers).join(", ")}`;
}

function requestLine({ method, path, status, ms }: EventOf<"request">): string {
  return `${method} ${path} ${status ?? "client left"} ${ms} ms`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
