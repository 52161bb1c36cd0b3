import type { AccessRecord } from "../../../lib/runtime/gateway/access-log";
import { Gate } from "../../../lib/runtime/gateway/gate";
import { Metrics } from "../../../lib/runtime/gateway/metrics";

const record = (status: number, origin: AccessRecord["origin"]): AccessRecord => ({
  ...{ method: "GET", path: "/", status, origin, code: undefined, traceId: "" },
  ...{ queueMs: 0, appMs: 0, totalMs: 0, bytesIn: 0, bytesOut: 0 },
});

test("of all that fails, only the gateway's own 503 is a rejection: what an app says of itself calls for no container", () => {
  const metrics = new Metrics(new Gate({ maxInputs: 1, maxQueued: 1 }));
  for (const origin of ["app", "gateway"] as const) {
    for (const status of [200, 429, 500, 502, 503, 504]) metrics.count(record(status, origin));
  }
  metrics.count(record(499, "client"));
  expect(metrics.takeSummary()).toMatchObject({ requests: 13, rejected: 1 });
  expect(metrics.takeSummary()).toMatchObject({ requests: 0, rejected: 0 });
});
