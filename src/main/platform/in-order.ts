/**
 * A gate that lets asynchronous work through one at a time, in the order it was asked for. A failure is its own caller's
 * and holds up nobody.
 */
export function createGate(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
