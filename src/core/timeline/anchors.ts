/**
 * Images pinned to frames of a shot.
 */
import { anchorsOf, recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument } from './edit';

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

export function removeAnchor(doc: Document, anchorId: RecordId): DocumentDiff {
  recordOf(doc, 'anchor', anchorId);
  return editDocument(doc, (draft) => draft.remove(anchorId));
}
