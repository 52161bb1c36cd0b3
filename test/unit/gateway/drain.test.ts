import { Drain } from "../../../lib/runtime/gateway/drain";

/** When each of 300 clients that may come back at once is sent away, in milliseconds after SIGTERM. */
function sentAwayAt(deadlineMs: number): number[] {
  jest.useFakeTimers();
  try {
    const drain = new Drain({ deadlineMs, quietMs: 0 });
    const times: number[] = [];
    const start = performance.now();
    for (let i = 0; i < 300; i++) drain.add({ leave: () => times.push(performance.now() - start) }, "soon");
    void drain.finish();
    jest.advanceTimersByTime(deadlineMs);
    return times;
  } finally {
    jest.useRealTimers();
  }
}

test.each([
  [110_000, 10_000],
  [4000, 2000],
])(
  "with %i ms until the deadline, WebSockets are sent away over %i ms: some in each tenth of it",
  (deadlineMs, spreadMs) => {
    const tenths = sentAwayAt(deadlineMs).map((at) => Math.min(9, Math.floor((10 * at) / spreadMs)));
    expect(tenths).toHaveLength(300);
    expect([...new Set(tenths)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },
);
