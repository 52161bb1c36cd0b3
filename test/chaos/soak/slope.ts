export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/** The slope of the straight line with the least squares, per hour. */
export function slopePerHour(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const [x, y] = [mean(({ seconds }) => seconds), mean(({ value }) => value)];
  let [covariance, variance] = [0, 0];
  for (const { seconds, value } of samples) {
    covariance += (seconds - x) * (value - y);
    variance += (seconds - x) ** 2;
  }
  return variance === 0 ? 0 : (covariance / variance) * 3600;
}

/** The lowest of each span: what is left when garbage was collected. */
export function floors(samples: readonly Sample[], spanSeconds: number): Sample[] {
  const lowest = new Map<number, Sample>();
  for (const sample of samples) {
    const span = Math.floor(sample.seconds / spanSeconds);
    const known = lowest.get(span);
    if (known === undefined || sample.value < known.value) lowest.set(span, sample);
  }
  return [...lowest.values()];
}
