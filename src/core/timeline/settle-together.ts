/**
 * After an edit: what is left of a group or a link alone is neither any more. Part of the edit's diff, so undo brings
 * it back.
 */
import { indexOf } from '../document/record-map';
import type { Document, RecordId } from '../document/records';
import type { Draft } from './edit';

/** @param before the document the edit began with */
export function settleTogether(draft: Draft, before: Document, touched: Iterable<RecordId>): void {
  const ids = new Set<RecordId>();
  for (const id of touched)
    for (const record of [before.get(id), draft.doc.get(id)])
      if (record?.kind === 'clip')
        for (const key of [record.groupId, record.linkId]) if (key !== undefined) ids.add(key);
  for (const id of ids) {
    const [only, ...others] = indexOf(draft.doc).together(id);
    if (only === undefined || others.length > 0) continue;
    const { groupId, linkId, ...clip } = only;
    draft.set({
      ...clip,
      ...(groupId !== undefined && groupId !== id && { groupId }),
      ...(linkId !== undefined && linkId !== id && { linkId }),
    });
  }
}
