/** Frames of a film with more between each two of them. */
import type { Smoothing } from '@core/interpolation/smoothing';

export type Between = (first: Uint8Array, second: Uint8Array, time: number) => Promise<Uint8Array>;

/** Yields `smoothing` frames for each one; the last one stands still for as long as it was on screen. */
export async function* smoothed(
  frames: AsyncIterable<Uint8Array>,
  smoothing: Smoothing,
  between: Between,
): AsyncGenerator<Uint8Array, void, undefined> {
  let before: Uint8Array | null = null;
  for await (const frame of frames) {
    if (before !== null)
      for (let part = 0; part < smoothing; part++)
        yield part === 0 ? before : await between(before, frame, part / smoothing);
    before = frame;
  }
  if (before !== null) for (let part = 0; part < smoothing; part++) yield before;
}
