/** Percentiles of a list of measurements, rounded for reading. */

export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN;
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** Milliseconds of each of `runs` calls, after `warmUp` unmeasured ones. */
export function timesMs(work: () => void, { runs, warmUp }: { runs: number; warmUp: number }): number[] {
  for (let i = 0; i < warmUp; i++) work();
  return Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}

export function summary(times: readonly number[]): { p50Ms: number; p95Ms: number } {
  return { p50Ms: round(percentile(times, 0.5)), p95Ms: round(percentile(times, 0.95)) };
}

/**
 * Wall time, and the mean of the time this thread had a processor: on a machine that others use too, the highest values
 * of the first are their turns. Systems count the second in ticks of some milliseconds, so only its mean says something.
 */
export function wallAndCpu(
  work: () => void,
  { runs, warmUp }: { runs: number; warmUp: number },
): { p50Ms: number; p95Ms: number; cpuMeanMs: number } {
  for (let i = 0; i < warmUp; i++) work();
  const before = process.threadCpuUsage();
  const wall = timesMs(work, { runs, warmUp: 0 });
  const { user, system } = process.threadCpuUsage(before);
  return { ...summary(wall), cpuMeanMs: round((user + system) / 1000 / runs) };
}
