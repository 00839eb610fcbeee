/**
 * Where a pinned clip lies in the window that is shown it, and how much of it: as a whole where it was asked for, if the
 * model can; else as near and as much as it can, and a note says so.
 */
import { clipFloor, type LaterClips } from '../diffusion/later-clips';
import type { PlanNote } from './plan';

/** Frames from `index` on, counted from the run's first; one = an image. */
export interface Stretch {
  readonly index: number;
  readonly frames: number;
}

/** What a window has room for. */
export interface ClipRoom {
  readonly rule: LaterClips;
  /** The window's first frame. */
  readonly start: number;
  /** The first frame that a clip may begin at, and the one after the last it may have. */
  readonly from: number;
  readonly to: number;
}

/** null = not even the shortest clip has room. */
export function placeClip(clip: Stretch, { rule, start, from, to }: ClipRoom): Stretch | null {
  const wanted = clipFloor(clip.frames, rule);
  const at = (index: number, most: number): Stretch => ({
    index,
    frames: clipFloor(Math.min(most, to - index), rule),
  });
  const below = start + Math.floor((clip.index - start) / rule.step) * rule.step;
  const places =
    rule.isOnGrid && wanted > rule.least
      ? [at(below, wanted), at(below + rule.step, wanted), at(clip.index, rule.least)]
      : [at(clip.index, wanted)];
  const distance = ({ index }: Stretch): number => Math.abs(index - clip.index);
  const [best] = places
    .filter(({ index, frames }) => index >= from && frames >= rule.least)
    .sort((a, b) => b.frames - a.frames || distance(a) - distance(b));
  return best ?? null;
}

/** Says where the plan differs from what was asked. */
export function placeNotes(asked: Stretch, placed: Stretch, { least, step }: LaterClips): PlanNote[] {
  const notes: PlanNote[] = [];
  const moved = placed.index - asked.index;
  if (moved !== 0)
    notes.push({
      kind: 'anchor',
      requested: asked.index,
      effective: placed.index,
      text: `A pinned clip begins ${Math.abs(moved)} ${Math.abs(moved) === 1 ? 'frame' : 'frames'} ${moved < 0 ? 'earlier' : 'later'}: one of more than ${least} frames lies on every ${step}th frame of its window.`,
    });
  if (placed.frames !== asked.frames)
    notes.push({
      kind: 'anchor',
      requested: asked.frames,
      effective: placed.frames,
      text: `The model sees ${placed.frames} of the ${asked.frames} frames of a pinned clip.`,
    });
  return notes;
}
