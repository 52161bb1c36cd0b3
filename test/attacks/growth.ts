const WINDOW_MS = 120_000;
const HOUR_MS = 3_600_000;

/**
 * How fast the least value of two minutes changes, an hour: the slope of a straight line through the minima. Undefined below ten
 * minutes, which say nothing about an hour.
 */
export function slopeOfMinima(samples: readonly (readonly [atMs: number, value: number])[]): number | undefined {
  const minima = new Map<number, number>();
  for (const [at, value] of samples) {
    const window = Math.floor(at / WINDOW_MS);
    minima.set(window, Math.min(value, minima.get(window) ?? Number.POSITIVE_INFINITY));
  }
  const points = [...minima];
  if (points.length < 5) return undefined;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([window]) => window));
  const y = mean(points.map(([, value]) => value));
  const covariance = mean(points.map(([window, value]) => (window - x) * (value - y)));
  const variance = mean(points.map(([window]) => (window - x) ** 2));
  return (covariance / variance) * (HOUR_MS / WINDOW_MS);
}
