/** Several edits as one: each is made on the document the one before left, and together they are one undo step. */
import { applyDiff, squashDiffs } from '@core/document/apply-diff';
import { emptyDiff, type DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';

export type Edit = (doc: Document) => DocumentDiff;

/** @throws whatever an edit throws; nothing is kept then. */
export function inSequence(doc: Document, edits: readonly Edit[]): DocumentDiff {
  let current = doc;
  let total: DocumentDiff = emptyDiff;
  for (const edit of edits) {
    const diff = edit(current);
    current = applyDiff(current, diff);
    total = squashDiffs(total, diff);
  }
  return total;
}
