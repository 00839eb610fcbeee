/**
 * Slip: a clip stays where it is and shows another part of its shot.
 */
import { recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import type { FrameLimits } from './roll';

/** Frames its content may move on (later frames come in) or back (below 0), project rate. A still cannot slip: 0 to 0. */
export function slipLimits(doc: Document, clipId: RecordId): FrameLimits {
  const clip = recordOf(doc, 'clip', clipId);
  const source = sourceRangeOf(doc, clip);
  // The clip may be all that its shot has.
  return source
    ? {
        min: Math.min(0, source.from - clip.sourceIn),
        max: Math.max(0, source.to - clip.duration - clip.sourceIn),
      }
    : { min: 0, max: 0 };
}

/** @throws AppError timeline/invalid-edit beyond the limits or for a still, timeline/locked-track */
export function slipClip(doc: Document, clipId: RecordId, byFrames: number): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  if (clip.source.type === 'still')
    throw invalidEdit(
      'clip',
      clip.name,
      `"${clip.name}" is a still image`,
      'Only a shot or a sound has other parts to show.',
    );
  const { min, max } = slipLimits(doc, clipId);
  if (!Number.isSafeInteger(byFrames) || byFrames < min || byFrames > max)
    throw invalidEdit(
      'clip.sourceIn',
      byFrames,
      `"${clip.name}" has no frames to slip by ${byFrames}`,
      min === max ? 'It shows all of its shot: trim it first.' : `Slip it by ${min} to ${max} frames.`,
    );
  return editDocument(doc, (draft) => draft.set({ ...clip, sourceIn: clip.sourceIn + byFrames }));
}
