/**
 * Drawing over a film that is there (diffusers' video to video): the run begins not with noise alone but with that film as
 * noisy as a later step wants it, and makes only the steps from there on.
 */

export interface Redrawn {
  readonly steps: number;
  readonly source?: { readonly strength: number } | undefined;
}

/** The first step that is made: 0 without a source. At strength 1 all of them are, at 0 none. */
export function firstStepOf({ steps, source }: Redrawn): number {
  return source === undefined ? 0 : steps - Math.min(Math.trunc(steps * source.strength), steps);
}

/** Which of the source's frames a frame of the run is drawn over: its own, or the nearest one there is. */
export function sourceFrameAt<T>(
  { from, frames }: { readonly from: number; readonly frames: readonly T[] },
  index: number,
): T | undefined {
  return frames[Math.min(Math.max(index - from, 0), frames.length - 1)];
}

/** Families whose engine can draw over a film. */
const redrawing: ReadonlySet<string> = new Set(['animatediff']);

export function redrawsFilms(family: string | undefined): boolean {
  return family !== undefined && redrawing.has(family);
}
