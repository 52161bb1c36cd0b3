import type { AccessRecord } from "./access-log";
import { thrown } from "./log";
import type { Service } from "./service";
import type { RequestSpan } from "./tracing/request-span";

/** A request, when it is over. */
interface Settled {
  readonly span: RequestSpan | undefined;
  record(): AccessRecord;
}

/** Counts a request that is over, writes its line and ends its span; a fault in that costs no other request. */
export function settle({ metrics, accessLog, log }: Service, request: Settled): void {
  try {
    const record = request.record();
    metrics.count(record);
    accessLog.write(record);
    request.span?.end(record);
  } catch (error) {
    log.error("request_crashed", thrown(error));
  }
}
