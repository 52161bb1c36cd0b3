/** Milliseconds: from what a gateway adds to what the longest request takes. */
const BOUNDS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 150_000, 300_000];

/** How long things took, in Prometheus' way. */
export class Histogram {
  private readonly counts = new Array<number>(BOUNDS.length + 1).fill(0);
  private sumMs = 0;

  observe(ms: number): void {
    let i = 0;
    while (i < BOUNDS.length && ms > BOUNDS[i]!) i++;
    this.counts[i]!++;
    this.sumMs += ms;
  }

  text(name: string, help: string): string[] {
    let sum = 0;
    const buckets = this.counts.map((count, i) => {
      sum += count;
      const bound = BOUNDS[i];
      return `${name}_bucket{le="${bound === undefined ? "+Inf" : bound / 1000}"} ${sum}`;
    });
    const head = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    return [...head, ...buckets, `${name}_sum ${this.sumMs / 1000}`, `${name}_count ${sum}`];
  }
}
