/**
 * Letting messages in, a cancel among them. Running a graph holds the thread from its beginning to its end, but each run
 * begins with a turn of the event loop (onnxruntime-node's own), so one more between two runs is only needed where the
 * last one was long: then what came in the meantime is heard at once, and otherwise at the next run, a few milliseconds
 * later.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Shorter than a frame of the screen: nobody can tell a cancel that is heard so much later. */
const DEAF_MS = 10;

let heardAt = Number.NEGATIVE_INFINITY;

/** To be called where a turn of the event loop follows. */
export function aTurnFollows(): void {
  heardAt = performance.now();
}

export async function letMessagesIn(): Promise<void> {
  if (performance.now() - heardAt < DEAF_MS) return;
  await nextTurn();
  heardAt = performance.now();
}
