/**
 * Clips that belong together. A group is whatever the artist wants to handle as one; a link ties picture and sound,
 * which besides are trimmed and split as one. Both are an id that their clips share.
 */
import { recordOf } from '../document/access';
import { type DocumentDiff, emptyDiff } from '../document/diff';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { addRightHalf, headOf, tailOf } from './clear-range';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import { assertSplits } from './split';
import { type ClipEdge, trimLimits } from './trim';
import { applyDiff, squashDiffs } from '../document/apply-diff';

type Tie = 'groupId' | 'linkId';

/** The clips and all that are grouped or linked with them, however far that leads. Other ids are kept as they are. */
export function withCompanions(doc: Document, ids: Iterable<RecordId>): RecordId[] {
  const found = new Set(ids);
  for (const id of found) {
    const record = doc.get(id);
    if (record?.kind !== 'clip') continue;
    for (const tie of [record.groupId, record.linkId])
      if (tie !== undefined) for (const clip of indexOf(doc).together(tie)) found.add(clip.id);
  }
  return [...found];
}

/** @throws AppError timeline/invalid-edit for fewer than two clips, timeline/locked-track */
export function groupClips(doc: Document, clipIds: readonly RecordId[], groupId: RecordId): DocumentDiff {
  return tie(doc, clipIds, 'groupId', groupId);
}

/** Picture and sound: at least one of each. @throws AppError timeline/invalid-edit, timeline/locked-track */
export function linkClips(doc: Document, clipIds: readonly RecordId[], linkId: RecordId): DocumentDiff {
  const sounds = new Set(clipIds.map((id) => recordOf(doc, 'clip', id).source.type === 'audio'));
  if (sounds.size < 2)
    throw invalidEdit(
      'clips',
      clipIds.length,
      'a link ties a picture to a sound',
      'Select at least one clip of each; clips of one kind can be grouped.',
    );
  return tie(doc, clipIds, 'linkId', linkId);
}

/** The groups of these clips are no more. */
export function ungroupClips(doc: Document, clipIds: readonly RecordId[]): DocumentDiff {
  return untie(doc, clipIds, 'groupId');
}

export function unlinkClips(doc: Document, clipIds: readonly RecordId[]): DocumentDiff {
  return untie(doc, clipIds, 'linkId');
}

function tie(doc: Document, clipIds: readonly RecordId[], key: Tie, id: RecordId): DocumentDiff {
  const clips = [...new Set(clipIds)].map((clipId) => recordOf(doc, 'clip', clipId));
  if (clips.length < 2)
    throw invalidEdit('clips', clips.length, 'one clip alone is no group', 'Select at least two clips.');
  for (const clip of clips) unlockedTrack(doc, clip.trackId);
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.set({ ...clip, [key]: id });
  });
}

function untie(doc: Document, clipIds: readonly RecordId[], key: Tie): DocumentDiff {
  const ties = new Set(clipIds.flatMap((id) => recordOf(doc, 'clip', id)[key] ?? []));
  const clips = [...ties].flatMap((id) => indexOf(doc).together(id)).filter((clip) => clip[key] !== undefined);
  for (const clip of clips) unlockedTrack(doc, clip.trackId);
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.set(without(clip, key));
  });
}

export function without(clip: ClipRecord, key: Tie): ClipRecord {
  const { [key]: _gone, ...rest } = clip;
  return rest;
}

/** The clips linked with one of those given that lie across the frame, and they themselves. */
function acrossWith(doc: Document, clipIds: readonly RecordId[], frame: number): ClipRecord[] {
  const ids = new Set(clipIds);
  for (const id of clipIds) {
    const { linkId } = recordOf(doc, 'clip', id);
    for (const clip of linkId === undefined ? [] : indexOf(doc).together(linkId))
      if (clip.start < frame && frame < endOf(clip)) ids.add(clip.id);
  }
  return [...ids].map((id) => recordOf(doc, 'clip', id));
}

/**
 * Splits clips at one frame, and what is linked with them there. The right halves are linked with each other and no
 * longer with the left ones; a group keeps both.
 * @throws AppError timeline/invalid-edit unless the frame lies inside each clip given, timeline/locked-track
 */
export function splitClips(
  doc: Document,
  clipIds: readonly RecordId[],
  atFrame: number,
  newId: () => RecordId,
): { readonly diff: DocumentDiff; readonly rightIds: readonly RecordId[] } {
  const clips = acrossWith(doc, clipIds, atFrame);
  for (const clip of clips) assertSplits(doc, clip, atFrame);
  const rightLinks = new Map<RecordId, RecordId>();
  const rightIds: RecordId[] = [];
  const diff = editDocument(doc, (draft) => {
    for (const clip of clips) {
      const id = newId();
      rightIds.push(id);
      draft.set(headOf(clip, atFrame));
      addRightHalf(draft, clip, { ...relinked(tailOf(clip, atFrame), rightLinks, newId), id });
    }
    // What is linked with them and begins later belongs to the right halves.
    for (const [before, linkId] of rightLinks)
      for (const clip of indexOf(draft.doc).together(before))
        if (clip.start >= atFrame && clip.linkId === before) draft.set({ ...clip, linkId });
  });
  return { diff, rightIds };
}

/** A copy or a half gets the link that its companions get; one that stays alone loses it when the edit is settled. */
export function relinked(clip: ClipRecord, links: Map<RecordId, RecordId>, newId: () => RecordId): ClipRecord {
  if (clip.linkId === undefined) return clip;
  const linkId = links.get(clip.linkId) ?? newId();
  links.set(clip.linkId, linkId);
  return { ...clip, linkId };
}

/** What a trim of this edge moves: the clip, and those linked with it whose edge lies on the same frame. */
export function trimmedTogether(
  doc: Document,
  clipId: RecordId,
  edge: ClipEdge,
  isMeant: (id: RecordId) => boolean = () => true,
): RecordId[] {
  const clip = recordOf(doc, 'clip', clipId);
  const edgeOf = (one: ClipRecord): number => (edge === 'start' ? one.start : endOf(one));
  const linked = clip.linkId === undefined ? [] : indexOf(doc).together(clip.linkId);
  const others = linked.filter((one) => one.id !== clipId && edgeOf(one) === edgeOf(clip) && isMeant(one.id));
  return [clipId, ...others.map(({ id }) => id)];
}

/** Where the edge of all of them may go. */
export function trimLimitsOfAll(
  doc: Document,
  clipIds: readonly RecordId[],
  edge: ClipEdge,
  options: { readonly ripple: boolean },
): { readonly min: number; readonly max: number } {
  const limits = clipIds.map((id) => trimLimits(doc, id, edge, options));
  return { min: Math.max(...limits.map(({ min }) => min)), max: Math.min(...limits.map(({ max }) => max)) };
}

/** The same edit of several things, as one; when it throws for one of them, none is changed. */
export function inTurn<T>(
  doc: Document,
  things: readonly T[],
  edit: (doc: Document, thing: T) => DocumentDiff,
): DocumentDiff {
  let current = doc;
  let whole = emptyDiff;
  for (const thing of things) {
    const diff = edit(current, thing);
    current = applyDiff(current, diff);
    whole = squashDiffs(whole, diff);
  }
  return whole;
}
