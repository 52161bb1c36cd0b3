import type { GatewayConfig } from "../../../task/gateway-config";
import type { ClientRequest } from "../client-request";
import type { Log } from "../log";
import { newTraceId, traceParentOf } from "../trace";
import { RequestSpan } from "./request-span";
import { SpanExport } from "./span-export";

/** What OpenTelemetry takes to be random in a trace id is its last 14 digits, of which JavaScript counts 13 exactly. */
const RANDOM_DIGITS = 13;
const RANDOM_RANGE = 16 ** RANDOM_DIGITS;

/** Which requests are traced: those whose caller's trace is, and a share of those that begin one. */
export class Tracing {
  private readonly spans: SpanExport;
  private readonly threshold: number;

  constructor(config: GatewayConfig & { tracing: object }, log: Log) {
    this.spans = new SpanExport(config, log);
    this.threshold = (1 - config.tracing.sampleRatio) * RANDOM_RANGE;
  }

  begin(request: ClientRequest): RequestSpan {
    const parent = traceParentOf(request);
    const traceId = parent?.traceId ?? newTraceId(request);
    const isSampled = parent?.isSampled ?? this.isChosen(traceId);
    return new RequestSpan(request, traceId, parent, isSampled ? this.spans : undefined);
  }

  /** Sends what is left, for a moment. */
  close(): Promise<void> {
    return this.spans.close();
  }

  /** By the id alone, so that all who see it decide alike. */
  private isChosen(traceId: string): boolean {
    return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) >= this.threshold;
  }
}

export function createTracing(config: GatewayConfig, log: Log): Tracing | undefined {
  const { tracing } = config;
  return tracing && new Tracing({ ...config, tracing }, log);
}
