/** Owns what a load has seen: how many replies, how late, and what was wrong with them. */

export interface LoadResult {
  readonly perSecond: number;
  readonly replies: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** The first of them, in words. */
  readonly examples: readonly string[];
  /** How much of its core the load itself used: near 1, it is the load that was measured. */
  readonly loadCpu: number;
}

/** What is counted, once counting has begun. */
export class Tally {
  #since = performance.now();
  #cpu = process.cpuUsage();
  #latencies: number[] = [];
  #errors = 0;
  readonly examples: string[] = [];

  reset(): void {
    this.#since = performance.now();
    this.#cpu = process.cpuUsage();
    this.#latencies = [];
  }

  reply(ms: number): void {
    this.#latencies.push(ms);
  }

  /** Counted in the warm-up too: there is no time at which one is right. */
  error(error: unknown): void {
    this.#errors += 1;
    if (this.examples.length < 3) this.examples.push(String(error));
  }

  result(): LoadResult {
    const seconds = (performance.now() - this.#since) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      perSecond: sorted.length / seconds,
      replies: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      errors: this.#errors,
      examples: this.examples,
      loadCpu: (user + system) / 1e6 / seconds,
    };
  }
}
