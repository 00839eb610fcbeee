/**
 * Dissolves over a cut. They show frames beyond both trims ("handles"): where a clip has none left, as a freshly
 * generated one, its end is ripple-trimmed to make them, and the film gets that much shorter.
 */
import { recordOf, recordsOf, transitionsOf } from '../document/access';
import { type DocumentDiff, emptyDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import { areTouching, handleAfter, handleBefore } from './settle-transitions';
import { inTurn, trimmedTogether } from './together';
import { type ClipEdge, trimClips } from './trim';

export interface NewDissolve {
  readonly id: RecordId;
  /** Length in project frames, ≥ 1, centred on the cut; an odd frame goes after it. */
  readonly frames: number;
  /** Where handles are missing. trim (default): make them by ripple trims. refuse: throw. */
  readonly handles?: 'trim' | 'refuse';
}

/** @throws AppError timeline/invalid-edit when the clips do not touch, have a transition, or are too short */
export function addDissolve(
  doc: Document,
  leftClipId: RecordId,
  rightClipId: RecordId,
  dissolve: NewDissolve,
): DocumentDiff {
  const [left, right] = [recordOf(doc, 'clip', leftClipId), recordOf(doc, 'clip', rightClipId)];
  unlockedTrack(doc, left.trackId);
  assertFreeCut(doc, left, right);
  const { id, frames } = dissolve;
  if (!Number.isSafeInteger(frames) || frames < 1)
    throw invalidEdit(
      'transition.frames',
      frames,
      `a dissolve cannot last ${frames} frames`,
      'Ask for at least one frame.',
    );
  const framesBefore = Math.floor(frames / 2);
  const framesAfter = frames - framesBefore;
  const trimLeft = Math.max(0, framesAfter - handleAfter(doc, left));
  const trimRight = Math.max(0, framesBefore - handleBefore(doc, right));
  if (dissolve.handles === 'refuse' && trimLeft + trimRight > 0)
    throw invalidEdit(
      'transition.frames',
      frames,
      'the clips have too few frames beyond the cut for this dissolve',
      `Trim "${left.name}" by ${trimLeft} and "${right.name}" by ${trimRight} frames, or extend them.`,
    );
  // What each clip keeps beyond the dissolves at its other edge.
  const freeLeft = left.duration - trimLeft - framesBefore - edgeFrames(doc, left.id, 'start');
  const freeRight = right.duration - trimRight - framesAfter - edgeFrames(doc, right.id, 'end');
  if (freeLeft < 0 || freeRight < 0 || left.duration <= trimLeft || right.duration <= trimRight)
    throw invalidEdit(
      'transition.frames',
      frames,
      `"${freeLeft < 0 ? left.name : right.name}" is too short for a dissolve of ${frames} frames`,
      'Make the dissolve shorter, or extend the clip.',
    );
  // Sound that is cut with the picture is trimmed with it, so that neither covers nor leaves the other.
  const edits = [
    (now: Document) => rippleTrim(now, left.id, 'end', 0 - trimLeft),
    (now: Document) => rippleTrim(now, right.id, 'start', trimRight),
    (now: Document) =>
      editDocument(now, (draft) =>
        draft.add({ kind: 'transition', id, leftClipId, rightClipId, type: 'dissolve', framesBefore, framesAfter }),
      ),
  ];
  return inTurn(doc, edits, (now, edit) => edit(now));
}

function rippleTrim(doc: Document, clipId: RecordId, edge: ClipEdge, byFrames: number): DocumentDiff {
  if (byFrames === 0) return emptyDiff;
  const clip = recordOf(doc, 'clip', clipId);
  const from = edge === 'start' ? clip.start : endOf(clip);
  return trimClips(doc, trimmedTogether(doc, clipId, edge), edge, from + byFrames, { ripple: true });
}

export function removeTransition(doc: Document, transitionId: RecordId): DocumentDiff {
  const { leftClipId } = recordOf(doc, 'transition', transitionId);
  unlockedTrack(doc, recordOf(doc, 'clip', leftClipId).trackId);
  return editDocument(doc, (draft) => draft.remove(transitionId));
}

function assertFreeCut(doc: Document, left: ClipRecord, right: ClipRecord): void {
  if (left.source.type === 'audio')
    throw invalidEdit('transition', left.name, `"${left.name}" is sound`, 'Set its fades in the inspector.');
  if (!areTouching(left, right))
    throw invalidEdit(
      'transition',
      `${left.name} / ${right.name}`,
      'a dissolve joins two clips that touch on one track',
      'Close the gap first, left clip before right.',
    );
  if (recordsOf(doc, 'transition').some((there) => there.leftClipId === left.id && there.rightClipId === right.id))
    throw invalidEdit(
      'transition',
      `${left.name} / ${right.name}`,
      'this cut has a transition already',
      'Remove it first.',
    );
}

/** Frames of the clip that the transition at one of its edges takes. */
function edgeFrames(doc: Document, clipId: RecordId, edge: 'start' | 'end'): number {
  const own = transitionsOf(doc, clipId).find(
    (transition) => (edge === 'start' ? transition.rightClipId : transition.leftClipId) === clipId,
  );
  if (!own) return 0;
  return edge === 'start' ? own.framesAfter : own.framesBefore;
}
