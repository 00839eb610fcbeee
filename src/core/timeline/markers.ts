/**
 * Markers on the ruler.
 */
import { recordOf } from '../document/access';
import type { DocumentDiff } from '../document/diff';
import type { Document, MarkerRecord, RecordId } from '../document/records';
import { editDocument, invalidEdit } from './edit';

export function addMarker(
  doc: Document,
  marker: { readonly id: RecordId; readonly frame: number; readonly name: string },
): DocumentDiff {
  const { id, frame, name } = marker;
  assertFrame(frame);
  return editDocument(doc, (draft) => draft.add({ kind: 'marker', id, frame, name }));
}

export function setMarker(
  doc: Document,
  markerId: RecordId,
  patch: Partial<Pick<MarkerRecord, 'frame' | 'name' | 'color' | 'note'>>,
): DocumentDiff {
  const marker = recordOf(doc, 'marker', markerId);
  if (patch.frame !== undefined) assertFrame(patch.frame);
  return editDocument(doc, (draft) => draft.set({ ...marker, ...patch }));
}

export function removeMarker(doc: Document, markerId: RecordId): DocumentDiff {
  recordOf(doc, 'marker', markerId);
  return editDocument(doc, (draft) => draft.remove(markerId));
}

function assertFrame(frame: number): void {
  if (!Number.isSafeInteger(frame) || frame < 0)
    throw invalidEdit('marker.frame', frame, `a marker cannot be at frame ${frame}`, 'Choose a frame from 0 on.');
}
