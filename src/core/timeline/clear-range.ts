/**
 * Emptying a range of a track, whatever lies in it: clips inside go, clips across an edge are trimmed to it, and one
 * that reaches over both edges becomes two. Overwriting, lifting and extracting are all this, with or without closing
 * the gap.
 */
import { clipsOfTrack, recordOf, transitionsOf } from '../document/access';
import type { FrameRange } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import { indexOf } from '../document/record-map';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { type Draft, editDocument, invalidEdit, unlockedTrack } from './edit';
import { clipAcross, endOf } from './placement';
import { rippleFilm } from './ripple';

/** @throws AppError timeline/locked-track */
export function clearRange(draft: Draft, trackId: RecordId, range: FrameRange, newId: () => RecordId): void {
  unlockedTrack(draft.doc, trackId);
  const links = new Set<RecordId>();
  for (const clip of clipsOfTrack(draft.doc, trackId)) {
    if (endOf(clip) <= range.from || clip.start >= range.to) continue;
    const right = endOf(clip) > range.to ? tailOf(clip, range.to) : null;
    if (clip.start < range.from) {
      draft.set(headOf(clip, range.from));
      if (right === null) continue;
      addRightHalf(draft, clip, { ...right, id: newId() });
      if (clip.linkId !== undefined) links.add(clip.linkId);
    } else if (right !== null) draft.set(right);
    else draft.remove(clip.id);
  }
  partLinks(draft, links, range.to, newId);
}

/**
 * Parts the clips that lie across `frame` on these tracks, and what is linked with them there, so that both sides can move
 * on their own.
 * @returns these tracks and those of what was linked
 */
export function partAt(
  draft: Draft,
  trackIds: Iterable<RecordId>,
  frame: number,
  newId: () => RecordId,
): Set<RecordId> {
  const parted = new Set(trackIds);
  const links = new Set<RecordId>();
  for (const trackId of parted) {
    const clip = clipAcross(draft.doc, trackId, frame);
    if (!clip) continue;
    draft.set(headOf(clip, frame));
    addRightHalf(draft, clip, { ...tailOf(clip, frame), id: newId() });
    if (clip.linkId === undefined) continue;
    links.add(clip.linkId);
    for (const linked of indexOf(draft.doc).together(clip.linkId))
      if (linked.start < frame && endOf(linked) > frame && !recordOf(draft.doc, 'track', linked.trackId).isLocked)
        parted.add(linked.trackId);
  }
  partLinks(draft, links, frame, newId);
  return parted;
}

/** What is left of the clip up to `frame`. A fade stays at the edge it belongs to; the cut itself is not faded. */
export function headOf(clip: ClipRecord, frame: number): ClipRecord {
  const source = clip.source.type === 'audio' ? { ...clip.source, fadeOut: 0 } : clip.source;
  return { ...clip, source, duration: frame - clip.start };
}

/** What is left of the clip from `frame` on. */
export function tailOf(clip: ClipRecord, frame: number): ClipRecord {
  const byFrames = frame - clip.start;
  const source = clip.source.type === 'audio' ? { ...clip.source, fadeIn: 0 } : clip.source;
  const sourceIn = source.type === 'still' ? 0 : clip.sourceIn + byFrames;
  return { ...clip, source, start: frame, duration: clip.duration - byFrames, sourceIn };
}

/** Picture and sound from the frame on are linked with each other, and no longer with what lies before it. */
function partLinks(draft: Draft, linkIds: Iterable<RecordId>, atFrame: number, newId: () => RecordId): void {
  for (const linkId of linkIds) {
    const clips = indexOf(draft.doc).together(linkId);
    const after = clips.filter(({ start }) => start >= atFrame);
    if (after.length < 2 || after.length === clips.length) continue;
    const id = newId();
    for (const clip of after) if (clip.linkId === linkId) draft.set({ ...clip, linkId: id });
  }
}

/** The dissolve at the clip's end is now the right half's. */
export function addRightHalf(draft: Draft, clip: ClipRecord, right: ClipRecord): void {
  draft.add(right);
  for (const transition of transitionsOf(draft.doc, clip.id))
    if (transition.leftClipId === clip.id) draft.set({ ...transition, leftClipId: right.id });
}

/**
 * Takes a range of the film off the given tracks. Without ripple (lift) it leaves a gap; with it (extract) what follows
 * moves left by the range's length.
 * @throws AppError timeline/invalid-edit for a range without frames, timeline/locked-track, timeline/overlap where another
 * track has no room to follow
 */
export function liftRange(
  doc: Document,
  range: FrameRange,
  options: { readonly trackIds: readonly RecordId[]; readonly ripple: boolean; readonly newId: () => RecordId },
): DocumentDiff {
  if (!Number.isSafeInteger(range.from) || !Number.isSafeInteger(range.to) || range.from < 0 || range.to <= range.from)
    throw invalidEdit(
      'range',
      `${range.from} to ${range.to}`,
      `frames ${range.from} to ${range.to} are not a range of the film`,
      'Set the in point before the out point.',
    );
  return editDocument(doc, (draft) => {
    for (const trackId of options.trackIds) {
      recordOf(doc, 'track', trackId);
      clearRange(draft, trackId, range, options.newId);
    }
    if (!options.ripple) return;
    rippleFilm(draft, {
      edited: new Map(options.trackIds.map((trackId) => [trackId, range.to])),
      fromFrame: range.to,
      byFrames: range.from - range.to,
    });
  });
}
