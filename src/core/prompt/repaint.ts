/**
 * Drawing over a film with a model that takes masks: every frame of the film is known where the mask is dark and made anew
 * where it is white. Windows that go on from one another know the frames they share as the run has made them.
 */
import { sourceFrameAt } from '../diffusion/source-film';
import { invalidInput } from '../errors';
import type { ModelLimits } from './model-limits';
import type { PlannedDraft } from './plan';
import type { PlannedSource } from './sides';

/** As many as a recipe names. */
const KNOWN_MAX = 1_000;

export function repaintsFilms({ conditioning }: Pick<ModelLimits, 'conditioning'>): boolean {
  return conditioning.masks === true;
}

/** @throws AppError input/invalid without a mask, or for more frames than a recipe names */
export function repainted(
  draft: PlannedDraft,
  source: Pick<PlannedSource, 'from' | 'frames'>,
  maskMediaId: string | undefined,
): PlannedDraft {
  if (maskMediaId === undefined)
    throw invalidInput(
      'segment.source.mask',
      'none',
      'this model draws over a film where a mask is white, and none is given',
      'Choose a mask in the inspector.',
    );
  const end = Math.max(...draft.windows.map(({ start, frames }) => start + frames));
  if (end > KNOWN_MAX)
    throw invalidInput(
      'frames',
      end,
      `${end} frames are too many to be drawn over under a mask in one run`,
      `Draw over parts of up to ${KNOWN_MAX} frames.`,
    );
  const known = new Map(draft.known.map((image) => [image.index, image]));
  for (let index = 0; index < end; index++) {
    const frame = sourceFrameAt(source, index);
    // A picture pinned to a frame is what it shall be.
    if (frame !== undefined && !known.has(index)) known.set(index, { index, frame, maskMediaId });
  }
  return {
    ...draft,
    known: [...known.values()].sort((a, b) => a.index - b.index),
    windows: draft.windows.map((window) => {
      const prefix = Math.max(1, window.prefix);
      const also = [{ index: window.start + prefix, frames: window.frames - prefix, hold: 1 }];
      return { ...window, prefix, later: null, also };
    }),
  };
}
