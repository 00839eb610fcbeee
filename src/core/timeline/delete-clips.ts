/**
 * Deleting clips, with or without closing the gaps. The shot behind a clip stays in the document with its segments and
 * prompts: nothing that was generated is lost.
 */
import { endOf, recordOf } from '../document/access';
import type { FrameRange } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { editDocument, unlockedTrack } from './edit';
import { rippleFilm, roomBefore } from './ripple';

/**
 * ripple: later clips of the film move left by what was deleted before them, as far as the tracks it was deleted from all
 * have room: of a pair that does not end at one frame the shorter part decides, so that what follows stays in step.
 * @throws AppError timeline/locked-track, timeline/overlap where another track has no room to follow
 */
export function deleteClips(
  doc: Document,
  clipIds: readonly RecordId[],
  options: { readonly ripple: boolean },
): DocumentDiff {
  const clips = [...new Set(clipIds)].map((id) => recordOf(doc, 'clip', id));
  for (const clip of clips) unlockedTrack(doc, clip.trackId);
  return editDocument(doc, (draft) => {
    for (const clip of clips) draft.remove(clip.id);
    if (!options.ripple) return;
    // Last first: what is closed then does not move those before it.
    for (const hole of holesLeftBy(clips).reverse()) {
      const room = [...hole.edited].map(([trackId, from]) => roomBefore(draft.doc, trackId, from));
      const byFrames = 0 - Math.min(hole.to - hole.from, ...room);
      rippleFilm(draft, { edited: hole.edited, fromFrame: hole.to, byFrames });
    }
  });
}

interface Hole extends FrameRange {
  /** By track, the end of the last clip that went. */
  readonly edited: ReadonlyMap<RecordId, number>;
}

/** Clips that touch or overlap in time leave one hole, on whatever tracks. Earliest first. */
function holesLeftBy(clips: readonly ClipRecord[]): Hole[] {
  const holes: { from: number; to: number; edited: Map<RecordId, number> }[] = [];
  for (const clip of clips.toSorted((a, b) => a.start - b.start)) {
    const last = holes.at(-1);
    if (last === undefined || clip.start > last.to)
      holes.push({ from: clip.start, to: endOf(clip), edited: new Map([[clip.trackId, endOf(clip)]]) });
    else {
      last.to = Math.max(last.to, endOf(clip));
      last.edited.set(clip.trackId, endOf(clip));
    }
  }
  return holes;
}
