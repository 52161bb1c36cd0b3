import type { AccessRecord } from "./access-log";
import type { Gate } from "./gate";
import { Histogram } from "./histogram";

const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
const ORIGINS = ["app", "gateway", "client"] as const;

export interface Summary {
  /** Requests that are over, and how many of them the gateway answered 503. */
  readonly requests: number;
  readonly rejected: number;
  /** Requests at the app or waiting, on the average. */
  readonly load: number;
}

/** What a gateway has done so far, as Prometheus reads it. */
export class Metrics {
  private readonly requests = new Map<string, number>();
  private readonly refusals = new Map<string, number>();
  private readonly total = new Histogram();
  private readonly queue = new Histogram();
  private readonly app = new Histogram();
  private bytesIn = 0;
  private bytesOut = 0;
  private openTunnels = 0;
  private droppedConnections = 0;
  private sum = 0;
  private rejected = 0;

  constructor(private readonly gate: Gate) {
    for (const origin of ORIGINS) for (const one of CLASSES) this.requests.set(labels(origin, one), 0);
  }

  /** A request is over. */
  count({ status, origin, code, queueMs, appMs, totalMs, bytesIn, bytesOut }: AccessRecord): void {
    const key = labels(origin, CLASSES[Math.floor(status / 100) - 1] ?? "5xx");
    this.requests.set(key, this.requests.get(key)! + 1);
    this.sum++;
    if (status === 503 && origin === "gateway") this.rejected++;
    if (code !== undefined) this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    this.total.observe(totalMs);
    this.queue.observe(queueMs);
    this.app.observe(appMs);
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
  }

  tunnelOpened(): void {
    this.openTunnels++;
  }

  tunnelClosed(): void {
    this.openTunnels--;
  }

  /** There were too many. */
  connectionDropped(): void {
    this.droppedConnections++;
  }

  /** What CloudWatch gets, since this was last asked. */
  takeSummary(): Summary {
    const summary = { requests: this.sum, rejected: this.rejected, load: this.gate.takeAverageLoad() };
    this.sum = 0;
    this.rejected = 0;
    return summary;
  }

  /** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string {
    return [
      ...series("slipway_requests_total", "counter", "Requests that are over, by who chose the status.", this.requests),
      ...series(
        "slipway_refusals_total",
        "counter",
        "Answers and breaks of the gateway's own, by code.",
        this.refusals,
      ),
      ...single("slipway_in_flight", "gauge", "Requests at the app now, WebSockets included.", this.gate.inFlight),
      ...single("slipway_queued", "gauge", "Requests that wait for a place at the app now.", this.gate.queued),
      ...single("slipway_max_inputs", "gauge", "Places at the app.", this.gate.maxInputs),
      ...single("slipway_websockets", "gauge", "Connections that have left HTTP and are open.", this.openTunnels),
      ...single(
        "slipway_dropped_connections_total",
        "counter",
        "Connections closed at once, there being too many.",
        this.droppedConnections,
      ),
      ...single("slipway_received_bytes_total", "counter", "Bytes from clients.", this.bytesIn),
      ...single("slipway_sent_bytes_total", "counter", "Bytes to clients.", this.bytesOut),
      ...this.total.text("slipway_request_duration_seconds", "From a request's arrival to the end of its answer."),
      ...this.queue.text("slipway_queue_duration_seconds", "Time that a request waited for a place."),
      ...this.app.text("slipway_app_duration_seconds", "Time that a request was at the app."),
      ...single("process_resident_memory_bytes", "gauge", "Resident memory.", process.memoryUsage.rss()),
      "",
    ].join("\n");
  }
}

function labels(origin: string, one: string): string {
  return `origin="${origin}",status="${one}"`;
}

type Kind = "counter" | "gauge";

function single(name: string, kind: Kind, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name} ${value}`];
}

function series(name: string, kind: Kind, help: string, values: ReadonlyMap<string, number>): string[] {
  const lines = [...values].map(([key, value]) => `${name}{${key.includes("=") ? key : `code="${key}"`}} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines];
}
