/**
 * A change to a document. The same value is the undo entry, the change event and the journal row:
 * saving is not a separate act.
 */
import type { DocumentRecord, RecordId } from './records';
import type { TrackShift } from './track-shift';

export interface DocumentDiff {
  readonly added: readonly DocumentRecord[];
  readonly updated: readonly { readonly from: DocumentRecord; readonly to: DocumentRecord }[];
  readonly removed: readonly DocumentRecord[];
  /** One after the other, for the clips that are not named above. Absent = none. */
  readonly shifts?: readonly TrackShift[] | undefined;
}

/** Ids of all records that the diff names; those that a shift moves are not among them. */
export function idsIn(diff: DocumentDiff): RecordId[] {
  return [...diff.removed, ...diff.updated.map(({ to }) => to), ...diff.added].map(({ id }) => id);
}

export const emptyDiff: DocumentDiff = { added: [], updated: [], removed: [] };
