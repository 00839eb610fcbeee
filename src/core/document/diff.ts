/**
 * A change to a document. The same value is the undo entry, the change event and the journal row:
 * saving is not a separate act.
 */
import type { DocumentRecord, RecordId } from './records';

export interface DocumentDiff {
  readonly added: readonly DocumentRecord[];
  readonly updated: readonly { readonly from: DocumentRecord; readonly to: DocumentRecord }[];
  readonly removed: readonly DocumentRecord[];
}

/** Ids of all records that the diff says something of. */
export function idsIn(diff: DocumentDiff): RecordId[] {
  return [...diff.removed, ...diff.updated.map(({ to }) => to), ...diff.added].map(({ id }) => id);
}

export const emptyDiff: DocumentDiff = { added: [], updated: [], removed: [] };
