/**
 * Trim and ripple trim. `toFrame` is where the edge is dragged to, in project frames: the clip's first frame for the
 * start, the frame after its last for the end. A ripple trim keeps the clip where it is and moves what follows it.
 */
import { recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import { type ClipRecord, type Document, MAX_FRAME, type RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf, neighbourEdges } from './placement';
import { rippleFilm } from './ripple';

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

/** @throws AppError as trimClips */
export function trimClip(
  doc: Document,
  clipId: RecordId,
  edge: ClipEdge,
  toFrame: number,
  options: { readonly ripple: boolean },
): DocumentDiff {
  return trimClips(doc, [clipId], edge, toFrame, options);
}

/**
 * Trims clips whose edges lie on one frame.
 * @throws AppError timeline/invalid-edit beyond the limits, timeline/locked-track, timeline/overlap where a track has no
 * room to follow the ripple; then none is trimmed
 */
export function trimClips(
  doc: Document,
  clipIds: readonly RecordId[],
  edge: ClipEdge,
  toFrame: number,
  options: { readonly ripple: boolean },
): DocumentDiff {
  const clips = clipIds.map((id) => recordOf(doc, 'clip', id));
  for (const clip of clips) assertTrims(doc, clip, edge, toFrame, options);
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.set(trimmed(clip, edge, toFrame, options));
    const [first] = clips;
    if (!options.ripple || first === undefined) return;
    rippleFilm(draft, {
      edited: new Map(clips.map((clip) => [clip.trackId, endOf(clip)])),
      // What lies over the frames that went stays; what follows them goes with them.
      fromFrame: edge === 'end' ? endOf(first) : Math.max(first.start, toFrame),
      byFrames: edge === 'end' ? toFrame - endOf(first) : first.start - toFrame,
      led: edge === 'end' ? [] : clipIds,
    });
  });
}

function trimmed(clip: ClipRecord, edge: ClipEdge, toFrame: number, options: { readonly ripple: boolean }): ClipRecord {
  if (edge === 'end') return { ...clip, duration: toFrame - clip.start };
  const byFrames = toFrame - clip.start;
  const sourceIn = clip.source.type === 'still' ? clip.sourceIn : clip.sourceIn + byFrames;
  return { ...clip, sourceIn, start: options.ripple ? clip.start : toFrame, duration: clip.duration - byFrames };
}

function assertTrims(
  doc: Document,
  clip: ClipRecord,
  edge: ClipEdge,
  toFrame: number,
  options: { readonly ripple: boolean },
): void {
  unlockedTrack(doc, clip.trackId);
  const { min, max } = trimLimits(doc, clip.id, edge, options);
  if (!Number.isSafeInteger(toFrame) || toFrame < min || toFrame > max)
    throw invalidEdit(
      `clip.${edge}`,
      toFrame,
      `the ${edge} of "${clip.name}" cannot be at frame ${toFrame}`,
      limitRemedy(doc, clip, edge, { min, max }),
    );
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
