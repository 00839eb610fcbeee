/**
 * A change to a document. The same value is the undo entry, the change event and the journal row:
 * saving is not a separate act.
 */
import type { DocumentRecord } from './records';

export interface DocumentDiff {
  readonly added: readonly DocumentRecord[];
  readonly updated: readonly { readonly from: DocumentRecord; readonly to: DocumentRecord }[];
  readonly removed: readonly DocumentRecord[];
}

export const emptyDiff: DocumentDiff = { added: [], updated: [], removed: [] };
