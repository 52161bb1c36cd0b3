import { join } from "node:path";
import type { GatewayConfig } from "../../../task/gateway-config";
import type { AccessRecord } from "../access-log";
import type { ClientRequest } from "../client-request";
import type { Log } from "../log";
import { isError, spanAttributes, spanName } from "./attributes";
import { LossLog } from "./loss-log";
import type { HrTime, ReadableSpan, SpanContext, SpanExporter } from "./opentelemetry";
import { WallClock } from "./wall-clock";

/** A recorded request that is over. */
export interface EndedSpan {
  readonly request: ClientRequest;
  readonly record: AccessRecord;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
}

/** Spans wait here while the collector is slow or away, and are lost beyond. */
const MOST_WAITING = 2048;

/** Spans leave together: so many, or those of so long. */
const BATCH = 256;
const BATCH_MS = 2000;

/** A batch is tried again until then. */
const EXPORT_MS = 10_000;

/** What a collector does not take by then at the exit is lost: nobody waits for it. */
const LAST_EXPORT_MS = 2000;

/** `ExportResultCode.SUCCESS`. */
const SUCCESS = 0;

/** Built beside the program. A name that is put together here is one that the build leaves alone. */
const LIBRARY_FILE = "opentelemetry.cjs";

/** Posts spans to a collector, and holds a bounded number of them. */
export class SpanExport {
  /** Read only where spans are asked for: it costs memory. */
  private readonly library: typeof import("./opentelemetry") = require(join(__dirname, LIBRARY_FILE));
  private readonly clock = new WallClock();
  private readonly processor: InstanceType<typeof this.library.BatchSpanProcessor>;
  private readonly resource: ReadableSpan["resource"];
  private readonly losses: LossLog;
  /** Not taken up for export yet, and not known to have arrived yet. */
  private waiting = 0;
  private pending = 0;

  constructor(config: GatewayConfig & { tracing: { readonly endpoint: string } }, log: Log) {
    const { BatchSpanProcessor, OTLPTraceExporter, resourceFromAttributes } = this.library;
    const { endpoint } = config.tracing;
    this.losses = new LossLog(log, endpoint);
    this.resource = resourceFromAttributes({
      "service.name": config.function,
      "service.namespace": config.app,
      ...(config.environment !== "" && { "deployment.environment.name": config.environment }),
      "cloud.provider": "aws",
      "cloud.region": config.region,
    });
    const exporter = new OTLPTraceExporter({
      url: `${endpoint}/v1/traces`,
      timeoutMillis: EXPORT_MS,
      // Room for all that waits, which leaves at once at the exit, and for one batch that is on its way.
      concurrencyLimit: MOST_WAITING / BATCH + 1,
    });
    this.processor = new BatchSpanProcessor({
      exporter: this.watched(exporter),
      maxQueueSize: MOST_WAITING,
      maxExportBatchSize: BATCH,
      scheduledDelayMillis: BATCH_MS,
    });
  }

  add(ended: EndedSpan): void {
    if (this.waiting >= MOST_WAITING) {
      this.losses.lost(1, `${MOST_WAITING} spans wait already`);
      return;
    }
    this.waiting++;
    this.pending++;
    this.processor.onEnd(this.readable(ended));
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_EXPORT_MS);
    });
    await Promise.race([this.processor.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
    if (this.pending > 0) this.losses.lost(this.pending, `not sent within ${LAST_EXPORT_MS / 1000} s of the exit`);
  }

  /** The exporter, with an eye on what becomes of the spans: the libraries tell nobody. */
  private watched(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, onResult) => {
        this.waiting -= spans.length;
        exporter.export(spans, (result) => {
          this.pending -= spans.length;
          if (result.code !== SUCCESS) this.losses.lost(spans.length, result.error?.message ?? "the export failed");
          else if (this.waiting < MOST_WAITING / 2) this.losses.over();
          onResult(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }

  private readable({ request, record, traceId, spanId, parentId }: EndedSpan): ReadableSpan {
    const { SpanKind, SpanStatusCode } = this.library;
    const end = this.clock.now();
    return {
      name: spanName(record.method),
      kind: SpanKind.SERVER,
      spanContext: () => this.context(traceId, spanId),
      ...(parentId !== undefined && { parentSpanContext: { ...this.context(traceId, parentId), isRemote: true } }),
      startTime: hrTime(end - record.totalMs),
      endTime: hrTime(end),
      duration: hrTime(record.totalMs),
      status: { code: isError(record) ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
      attributes: spanAttributes(request, record),
      links: [],
      events: [],
      ended: true,
      resource: this.resource,
      instrumentationScope: { name: "slipway.gateway" },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }

  private context(traceId: string, spanId: string): SpanContext {
    return { traceId, spanId, traceFlags: this.library.TraceFlags.SAMPLED };
  }
}

/** Seconds, and the rest in nanoseconds. */
function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.floor((ms % 1000) * 1e6)];
}
