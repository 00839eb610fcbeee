/**
 * Images and clips pinned to frames of a shot.
 */
import { roundedValue } from '../curve/parameters';
import { anchorsOf, projectOf, recordOf } from '../document/access';
import { plannedRange, shotFrameAt, type FrameRange } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import { MAX_PINNED_FRAMES, type ClipRecord, type Document, type PinnedClip, type RecordId } from '../document/records';
import { floorToRate } from '../time/rate';
import { editDocument, invalidEdit } from './edit';

/** Pins an image to a shot frame; an anchor already on that frame is replaced. */
export function pinAnchor(
  doc: Document,
  anchor: { readonly id: RecordId; readonly shotId: RecordId; readonly frame: number; readonly mediaId: string },
): DocumentDiff {
  const { id, shotId, frame, mediaId } = anchor;
  recordOf(doc, 'shot', shotId);
  return editDocument(doc, (draft) => {
    for (const there of anchorsOf(doc, shotId)) if (there.frame === frame) draft.remove(there.id);
    draft.add({ kind: 'anchor', id, shotId, frame, mediaId });
  });
}

/** Pins a clip so that it begins at a shot frame; what is pinned to that frame is replaced. */
export function pinClip(
  doc: Document,
  anchor: { readonly id: RecordId; readonly shotId: RecordId; readonly frame: number; readonly clip: PinnedClip },
): DocumentDiff {
  const { id, shotId, frame, clip } = anchor;
  assertPinnable(doc, shotId, clip);
  return editDocument(doc, (draft) => {
    for (const there of anchorsOf(doc, shotId)) if (there.frame === frame) draft.remove(there.id);
    draft.add({ kind: 'anchor', id, shotId, frame, clip });
  });
}

/** Another part of the clip's shot, or more or fewer of its frames. */
export function setPinnedClip(
  doc: Document,
  anchorId: RecordId,
  patch: Partial<Pick<PinnedClip, 'from' | 'frames'>>,
): DocumentDiff {
  const anchor = recordOf(doc, 'anchor', anchorId);
  if (anchor.clip === undefined)
    throw invalidEdit('anchor', anchorId, 'an image is pinned there, not a clip', 'Choose a pinned clip.');
  const clip = { ...anchor.clip, ...patch };
  assertPinnable(doc, anchor.shotId, clip);
  return editDocument(doc, (draft) => draft.set({ ...anchor, clip }));
}

/** Frames of a shot from `from` on, counted at the rate of the shot they are pinned in. */
export function mostPinnedFrames(doc: Document, shotId: RecordId, { shotId: sourceId, from }: PinnedClip): number {
  const film = plannedRange(doc, sourceId);
  if (!film) return 0;
  const [source, rate] = [recordOf(doc, 'shot', sourceId).rate, recordOf(doc, 'shot', shotId).rate];
  // The last frame whose place in the clip is still on the film.
  let frames = floorToRate(film.to - from, source, rate) + 1;
  while (frames > 0 && from + floorToRate(frames - 1, rate, source) >= film.to) frames--;
  return Math.min(frames, MAX_PINNED_FRAMES);
}

/** @throws AppError timeline/invalid-edit for a part that the clip's shot does not have */
function assertPinnable(doc: Document, shotId: RecordId, clip: PinnedClip): void {
  recordOf(doc, 'shot', shotId);
  if (doc.get(clip.shotId)?.kind !== 'shot')
    throw invalidEdit('anchor.clip', clip.shotId, 'the clip to pin is not in this film', 'Choose a clip of this film.');
  if (clip.shotId === shotId)
    throw invalidEdit('anchor.clip', clip.shotId, 'a shot cannot pass through itself', 'Pin a clip of another shot.');
  const film = plannedRange(doc, clip.shotId);
  if (!Number.isSafeInteger(clip.from) || !film || clip.from < film.from || clip.from >= film.to)
    throw invalidEdit(
      'anchor.clip.from',
      clip.from,
      `the pinned clip has no frame ${clip.from}`,
      film ? `Choose a frame from ${film.from} to ${film.to - 1}.` : 'Plan its first frames first.',
    );
  const most = mostPinnedFrames(doc, shotId, clip);
  if (!Number.isSafeInteger(clip.frames) || clip.frames < 2 || clip.frames > most)
    throw invalidEdit(
      'anchor.clip.frames',
      clip.frames,
      `${clip.frames} frames of the clip cannot be pinned`,
      most < 2 ? 'Begin at an earlier frame of it.' : `Choose 2 to ${most}.`,
    );
}

/** @throws AppError timeline/invalid-edit outside the shot's film or where another image is pinned */
export function moveAnchor(doc: Document, anchorId: RecordId, toFrame: number): DocumentDiff {
  const anchor = recordOf(doc, 'anchor', anchorId);
  const film = plannedRange(doc, anchor.shotId);
  if (!Number.isSafeInteger(toFrame) || !film || toFrame < film.from || toFrame >= film.to)
    throw invalidEdit(
      'anchor.frame',
      toFrame,
      `an image cannot be pinned to frame ${toFrame}`,
      film ? `Choose a frame from ${film.from} to ${film.to - 1}.` : 'Plan the first frames first.',
    );
  if (anchorsOf(doc, anchor.shotId).some(({ id, frame }) => id !== anchorId && frame === toFrame))
    throw invalidEdit(
      'anchor.frame',
      toFrame,
      `another image is pinned to frame ${toFrame}`,
      'Remove that one first, or choose another frame.',
    );
  return editDocument(doc, (draft) => draft.set({ ...anchor, frame: toFrame }));
}

/** From 0 to 1; 1 is what a pinned image begins with. */
export function setAnchorStrength(doc: Document, anchorId: RecordId, strength: number): DocumentDiff {
  const { strength: _, ...anchor } = recordOf(doc, 'anchor', anchorId);
  if (!(strength >= 0 && strength <= 1))
    throw invalidEdit('anchor.strength', strength, `${strength} is not a strength`, 'Use 0 to 1.');
  const rounded = roundedValue(strength);
  return editDocument(doc, (draft) => draft.set({ ...anchor, ...(rounded !== 1 && { strength: rounded }) }));
}

export function removeAnchor(doc: Document, anchorId: RecordId): DocumentDiff {
  recordOf(doc, 'anchor', anchorId);
  return editDocument(doc, (draft) => draft.remove(anchorId));
}

/** The part of a clip's shot that it shows in a range of the film, to be pinned in another shot. */
export function partOfClip(
  doc: Document,
  clip: ClipRecord,
  pinnedIn: RecordId,
  range: FrameRange = { from: clip.start, to: clip.start + clip.duration },
): PinnedClip {
  if (clip.source.type !== 'shot')
    throw invalidEdit('clip', clip.name, `"${clip.name}" has no film to pin`, 'Choose a generated or imported clip.');
  const from = Math.max(range.from, clip.start);
  const to = Math.min(range.to, clip.start + clip.duration);
  const frames = floorToRate(to - from, projectOf(doc).rate, recordOf(doc, 'shot', pinnedIn).rate);
  const part = { shotId: clip.source.shotId, from: shotFrameAt(doc, clip, from), frames };
  return { ...part, frames: Math.min(frames, mostPinnedFrames(doc, pinnedIn, part)) };
}
