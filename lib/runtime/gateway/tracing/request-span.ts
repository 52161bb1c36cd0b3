import type { AccessRecord } from "../access-log";
import type { ClientRequest } from "../client-request";
import { without } from "../headers";
import { newSpanId, type TraceParent } from "../trace";
import type { SpanExport } from "./span-export";

/** A request's place in its trace. */
export class RequestSpan {
  private readonly spanId: string;

  constructor(
    private readonly request: ClientRequest,
    readonly traceId: string,
    private readonly parent: TraceParent | undefined,
    /** Where the span goes; undefined for one that nobody records. */
    private readonly to: SpanExport | undefined,
  ) {
    this.spanId = to === undefined ? "" : newSpanId();
  }

  /**
   * The app continues the trace from here when it is recorded. Else it hears what the caller said, if anything: a `traceparent`
   * that is not sampled would switch off tracing of the app's own.
   */
  headers(list: string[]): string[] {
    if (this.to === undefined) return list;
    const kept = without(list, "traceparent");
    // A state without its parent is nobody's. https://www.w3.org/TR/trace-context/#tracestate-header
    const passed = this.parent === undefined ? without(kept, "tracestate") : kept;
    passed.push("traceparent", `00-${this.traceId}-${this.spanId}-01`);
    return passed;
  }

  end(record: AccessRecord): void {
    const { request, traceId, spanId, parent } = this;
    this.to?.add({ request, record, traceId, spanId, parentId: parent?.spanId });
  }
}
