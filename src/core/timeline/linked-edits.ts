/**
 * Slip, slide and roll of a picture together with the sound that is linked to it: as far as all of them have room, so that
 * they never part.
 */
import { clipsOfTrack, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { endOf } from './placement';
import { type FrameLimits, rollCut, rollLimits } from './roll';
import { slideLimits } from './slide';
import { slipClip, slipLimits } from './slip';
import { inTurn } from './together';

type IsMeant = (id: RecordId) => boolean;

/** The clip and those linked with it. */
export function linkedWith(doc: Document, clipId: RecordId, isMeant: IsMeant = () => true): RecordId[] {
  const { linkId } = recordOf(doc, 'clip', clipId);
  const linked =
    linkId === undefined
      ? []
      : indexOf(doc)
          .together(linkId)
          .map(({ id }) => id);
  return [clipId, ...linked.filter((id) => id !== clipId && isMeant(id))];
}

/** How far the content of all of them may move. */
export function slipLimitsOfAll(doc: Document, clipIds: readonly RecordId[]): FrameLimits {
  return common(clipIds.map((id) => slipLimits(doc, id)));
}

/** @throws AppError as slipClip; then none is slipped */
export function slipClips(doc: Document, clipIds: readonly RecordId[], byFrames: number): DocumentDiff {
  return inTurn(doc, clipIds, (now, id) => slipClip(now, id, byFrames));
}

/** How far all of them may slide from where they are. */
export function slideLimitsOfAll(doc: Document, clipIds: readonly RecordId[]): FrameLimits {
  const along = new Set(clipIds);
  return common(
    clipIds.map((id) => {
      const { start } = recordOf(doc, 'clip', id);
      const { min, max } = slideLimits(doc, id, along);
      return { min: min - start, max: max - start };
    }),
  );
}

export type Cut = readonly [left: RecordId, right: RecordId];

/** The cut, and those at the same frame between clips that are linked with the two on its sides. */
export function cutsTogether(doc: Document, [left, right]: Cut, isMeant: IsMeant = () => true): Cut[] {
  const { start } = recordOf(doc, 'clip', right);
  const before = new Set(linkedWith(doc, left, isMeant));
  const after = linkedWith(doc, right, isMeant).map((id) => recordOf(doc, 'clip', id));
  const others = after.flatMap((clip): Cut[] => {
    if (clip.id === right || clip.start !== start) return [];
    const beside = clipsOfTrack(doc, clip.trackId).find((one) => endOf(one) === start && before.has(one.id));
    return beside === undefined ? [] : [[beside.id, clip.id]];
  });
  return [[left, right], ...others];
}

export function rollLimitsOfAll(doc: Document, cuts: readonly Cut[]): FrameLimits {
  return common(cuts.map(([left, right]) => rollLimits(doc, left, right)));
}

/** @throws AppError as rollCut; then none rolls */
export function rollCuts(doc: Document, cuts: readonly Cut[], toFrame: number): DocumentDiff {
  return inTurn(doc, cuts, (now, [left, right]) => rollCut(now, left, right, toFrame));
}

/** The picture that these clips are, when the others are sounds linked with it; else the only one; null of several. */
export function pictureOf(clips: readonly ClipRecord[]): ClipRecord | null {
  if (clips.length <= 1) return clips[0] ?? null;
  const [picture, ...others] = clips.filter(({ source }) => source.type !== 'audio');
  const isAlone = others.length === 0 && picture?.linkId !== undefined;
  return isAlone && clips.every(({ linkId }) => linkId === picture.linkId) ? picture : null;
}

function common(limits: readonly FrameLimits[]): FrameLimits {
  return { min: Math.max(...limits.map(({ min }) => min)), max: Math.min(...limits.map(({ max }) => max)) };
}
