/**
 * Roll: the cut between two touching clips moves, one gives what the other takes, and nothing else of the film moves.
 */
import { recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import { areTouching } from './settle-transitions';

/** Project frames. */
export interface FrameLimits {
  readonly min: number;
  readonly max: number;
}

/** Where the cut may go, both ends included: each clip keeps a frame and shows no more than its source has. */
export function rollLimits(doc: Document, leftClipId: RecordId, rightClipId: RecordId): FrameLimits {
  const [left, right] = touchingClips(doc, leftClipId, rightClipId);
  const [ahead, behind] = [sourceRangeOf(doc, left), sourceRangeOf(doc, right)];
  return {
    min: Math.max(left.start + 1, behind ? right.start - (right.sourceIn - behind.from) : -Infinity),
    max: Math.min(endOf(right) - 1, ahead ? left.start + ahead.to - left.sourceIn : Infinity),
  };
}

/** @throws AppError timeline/invalid-edit beyond the limits or when the clips do not touch, timeline/locked-track */
export function rollCut(doc: Document, leftClipId: RecordId, rightClipId: RecordId, toFrame: number): DocumentDiff {
  const [left, right] = touchingClips(doc, leftClipId, rightClipId);
  unlockedTrack(doc, left.trackId);
  const { min, max } = rollLimits(doc, leftClipId, rightClipId);
  if (!Number.isSafeInteger(toFrame) || toFrame < min || toFrame > max)
    throw invalidEdit(
      'cut',
      toFrame,
      `the cut between "${left.name}" and "${right.name}" cannot be at frame ${toFrame}`,
      `Choose a frame from ${min} to ${max}.`,
    );
  const byFrames = toFrame - right.start;
  return editDocument(doc, (draft) => {
    draft.set({ ...left, duration: left.duration + byFrames });
    const sourceIn = right.source.type === 'still' ? right.sourceIn : right.sourceIn + byFrames;
    draft.set({ ...right, start: toFrame, duration: right.duration - byFrames, sourceIn });
  });
}

function touchingClips(doc: Document, leftClipId: RecordId, rightClipId: RecordId): [ClipRecord, ClipRecord] {
  const [left, right] = [recordOf(doc, 'clip', leftClipId), recordOf(doc, 'clip', rightClipId)];
  if (!areTouching(left, right))
    throw invalidEdit(
      'cut',
      `${left.name} / ${right.name}`,
      'a cut rolls between two clips that touch on one track',
      'Close the gap first, or trim one clip.',
    );
  return [left, right];
}
