/**
 * Edits on several things at once, for drags and keys: pure, each gives one diff from the document at its start.
 */
import { recordOf } from '@core/document/access';
import type { DocumentDiff } from '@core/document/diff';
import type { ClipRecord, Document, RecordId } from '@core/document/records';
import { removeAnchor } from '@core/timeline/anchors';
import { deleteClips } from '@core/timeline/delete-clips';
import { removeMarker } from '@core/timeline/markers';
import { moveClip } from '@core/timeline/move';
import { removePromptBlock } from '@core/timeline/prompt-blocks';
import { removeTransition } from '@core/timeline/transitions';
import { inSequence, type Edit } from './edit-sequence';

export interface ClipMove {
  readonly clipId: RecordId;
  readonly trackId: RecordId;
  readonly start: number;
}

/**
 * Moves clips together. The ones in front go first, so that clips that stay in the same order never meet on the way.
 * @throws AppError timeline/overlap, timeline/locked-track
 */
export function moveClips(doc: Document, moves: readonly ClipMove[]): DocumentDiff {
  const steps = moves.map((move) => ({ move, clip: recordOf(doc, 'clip', move.clipId) }));
  const isForward = steps.some(({ move, clip }) => move.start > clip.start);
  const ordered = steps.toSorted((a, b) => (isForward ? b.clip.start - a.clip.start : a.clip.start - b.clip.start));
  return inSequence(
    doc,
    ordered.map(
      ({ move }) =>
        (current) =>
          moveClip(current, move.clipId, { trackId: move.trackId, start: move.start }),
    ),
  );
}

/** Removes whatever of the ids can be removed on the timeline; clips last, as they take their transitions with them. */
export function deleteRecords(
  doc: Document,
  ids: Iterable<RecordId>,
  options: { readonly ripple: boolean },
): DocumentDiff {
  const clips: RecordId[] = [];
  const edits: Edit[] = [];
  for (const id of ids) {
    const record = doc.get(id);
    if (record?.kind === 'clip') clips.push(id);
    if (record?.kind === 'prompt-block') edits.push((current) => removePromptBlock(current, id));
    if (record?.kind === 'anchor') edits.push((current) => removeAnchor(current, id));
    if (record?.kind === 'transition') edits.push((current) => removeTransition(current, id));
    if (record?.kind === 'marker') edits.push((current) => removeMarker(current, id));
  }
  if (clips.length > 0) edits.push((current) => deleteClips(current, clips, options));
  return inSequence(doc, edits);
}

export interface Cut {
  readonly left: ClipRecord;
  readonly right: ClipRecord;
  readonly frame: number;
}

/** Cuts where two clips of one track touch, nearest to `frame` first. */
export function cutsNear(clipsByTrack: Iterable<readonly ClipRecord[]>, frame: number): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const clips of clipsByTrack)
    for (const [i, right] of clips.entries()) {
      const left = clips[i - 1];
      if (left !== undefined && left.start + left.duration === right.start)
        cuts.push({ left, right, frame: right.start });
    }
  return cuts.sort((a, b) => Math.abs(a.frame - frame) - Math.abs(b.frame - frame));
}
