/**
 * Images pinned to frames of a shot.
 */
import { roundedValue } from '../curve/parameters';
import { anchorsOf, recordOf } from '../document/access';
import { plannedRange } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
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
