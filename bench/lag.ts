/** How late a short timer fires: what a person would wait for while the main process does something else. */

/** Sampling interval. */
const tickMs = 2;

/** Watches until the function it gives is called, which answers with every lag in milliseconds. */
export function watchLag(): () => number[] {
  const lags: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(0, now - last - tickMs));
    last = now;
  }, tickMs);
  return () => {
    clearInterval(timer);
    return lags;
  };
}
