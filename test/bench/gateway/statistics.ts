/** The value that a share (0 to 1) of the samples does not exceed; NaN of none. */
export function percentile(samples: ArrayLike<number>, share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export function median(samples: readonly number[]): number {
  const known = samples.filter((sample) => !Number.isNaN(sample)).sort((a, b) => a - b);
  if (known.length === 0) return Number.NaN;
  const middle = known.length >> 1;
  return known.length % 2 === 1 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
}
