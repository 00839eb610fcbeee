/**
 * Trim and ripple trim. `toFrame` is where the edge is dragged to, in project frames: the clip's first frame for the
 * start, the frame after its last for the end. A ripple trim keeps the clip where it is and moves those after it.
 */
import { recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import { type ClipRecord, type Document, MAX_FRAME, type RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf, neighbourEdges, ripple } from './placement';

export type ClipEdge = 'start' | 'end';

/** Project frames the edge may go to, both ends included: as far as the source reaches and, without ripple, the neighbours allow. */
export function trimLimits(
  doc: Document,
  clipId: RecordId,
  edge: ClipEdge,
  options: { readonly ripple: boolean },
): { readonly min: number; readonly max: number } {
  const clip = recordOf(doc, 'clip', clipId);
  const source = sourceRangeOf(doc, clip);
  const { previousEnd, nextStart } = neighbourEdges(doc, clip);
  if (edge === 'start') {
    const sourceMin = source ? clip.start - (clip.sourceIn - source.from) : endOf(clip) - MAX_FRAME;
    return { min: options.ripple ? sourceMin : Math.max(sourceMin, previousEnd), max: endOf(clip) - 1 };
  }
  const sourceMax = source ? clip.start + source.to - clip.sourceIn : MAX_FRAME;
  return {
    min: clip.start + 1,
    max: options.ripple || nextStart === null ? sourceMax : Math.min(sourceMax, nextStart),
  };
}

/** @throws AppError timeline/invalid-edit beyond the limits, timeline/locked-track */
export function trimClip(
  doc: Document,
  clipId: RecordId,
  edge: ClipEdge,
  toFrame: number,
  options: { readonly ripple: boolean },
): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  const { min, max } = trimLimits(doc, clipId, edge, options);
  if (!Number.isSafeInteger(toFrame) || toFrame < min || toFrame > max)
    throw invalidEdit(
      `clip.${edge}`,
      toFrame,
      `the ${edge} of "${clip.name}" cannot be at frame ${toFrame}`,
      limitRemedy(doc, clip, edge, { min, max }),
    );
  const byFrames = toFrame - (edge === 'start' ? clip.start : endOf(clip));
  return editDocument(doc, (draft) => {
    const duration = edge === 'start' ? clip.duration - byFrames : clip.duration + byFrames;
    const sourceIn = edge === 'start' && clip.source.type !== 'still' ? clip.sourceIn + byFrames : clip.sourceIn;
    const start = edge === 'start' && !options.ripple ? toFrame : clip.start;
    draft.set({ ...clip, start, duration, sourceIn });
    if (options.ripple)
      ripple(draft, clip.trackId, { fromFrame: endOf(clip), byFrames: duration - clip.duration, except: clipId });
  });
}

function limitRemedy(
  doc: Document,
  clip: ClipRecord,
  edge: ClipEdge,
  limits: { readonly min: number; readonly max: number },
): string {
  const { previousEnd, nextStart } = neighbourEdges(doc, clip);
  const isStoppedByClip = edge === 'start' ? limits.min === previousEnd && previousEnd > 0 : limits.max === nextStart;
  const more = isStoppedByClip
    ? 'Ripple trim moves the neighbour along.'
    : clip.source.type === 'shot'
      ? 'Extend the shot to get more frames.'
      : '';
  return `It can go from ${limits.min} to ${limits.max}. ${more}`.trim();
}
