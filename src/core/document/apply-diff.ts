/**
 * Diffs as values: apply, reverse, squash, compare. `applyDiff(applyDiff(d, x), reverseDiff(x))` is `d` again.
 * A diff that does not fit the document it is applied to is a bug, and nothing is changed.
 */
import { assert } from '../errors';
import { type DocumentDiff, idsIn } from './diff';
import type { Document, DocumentRecord, RecordId } from './records';
import { RecordMap } from './record-map';
import { recordsEqual } from './records-equal';
import { joinShifts, reverseShifts, shifted, type TrackShift } from './track-shift';

/** What the last edit of a document led to: its diff is as a rule applied to that very document, and costs nothing then. */
const made = new WeakMap<Document, { readonly diff: DocumentDiff; readonly after: Document }>();

/** @param after `applyDiff(before, diff)`, as the edit has it at hand */
export function rememberResult(before: Document, diff: DocumentDiff, after: Document): void {
  made.set(before, { diff, after });
}

/**
 * @throws AssertionError when an added id exists, a removed or updated record is not the stored one, or a shift would
 * change the order of clips
 */
export function applyDiff(doc: Document, diff: DocumentDiff): Document {
  const known = made.get(doc);
  if (known?.diff === diff) return known.after;
  const changes = new Map<RecordId, DocumentRecord | null>();
  const stored = (id: RecordId): DocumentRecord | null =>
    changes.get(id) ?? (changes.has(id) ? null : (doc.get(id) ?? null));
  for (const record of diff.removed) {
    assertStored(stored(record.id), record, 'removed');
    changes.set(record.id, null);
  }
  for (const { from, to } of diff.updated) {
    assertStored(stored(from.id), from, 'updated');
    assert(from.id === to.id && from.kind === to.kind, `update of ${from.kind} ${from.id} must keep its id and kind`);
    changes.set(to.id, to);
  }
  for (const record of diff.added) {
    assert(stored(record.id) === null, `added ${record.kind} ${record.id} exists already`);
    changes.set(record.id, record);
  }
  return RecordMap.from(doc).with(changes, diff.shifts);
}

export function reverseDiff(diff: DocumentDiff): DocumentDiff {
  return {
    added: diff.removed,
    updated: diff.updated.map(({ from, to }) => ({ from: to, to: from })),
    removed: diff.added,
    ...(diff.shifts && { shifts: reverseShifts(diff.shifts) }),
  };
}

/** One diff with the effect of `a` and then `b`; what cancels out is left out. */
export function squashDiffs(a: DocumentDiff, b: DocumentDiff): DocumentDiff {
  const before = new Map<RecordId, DocumentRecord | null>();
  const after = new Map<RecordId, DocumentRecord | null>();
  noteEach(a, (id, from, to) => {
    if (!before.has(id)) before.set(id, from);
    after.set(id, to);
  });
  // What `a` named and `b` does not is moved by the shifts of `b`, and the other way round.
  const [namedByA, namedByB] = [new Set(before.keys()), new Set(idsIn(b))];
  for (const [id, record] of after)
    if (record !== null && !namedByB.has(id)) after.set(id, shifted(record, b.shifts ?? []));
  const back = reverseShifts(a.shifts ?? []);
  noteEach(b, (id, from, to) => {
    if (!before.has(id)) before.set(id, from === null || namedByA.has(id) ? from : shifted(from, back));
    after.set(id, to);
  });
  return diffOf(
    [...before.keys()],
    (id) => before.get(id) ?? null,
    (id) => after.get(id) ?? null,
    joinShifts(a.shifts ?? [], b.shifts ?? []),
  );
}

/** Removals first, as applyDiff does, so that an id removed and added in one diff reads as a change. */
function noteEach(
  diff: DocumentDiff,
  note: (id: RecordId, from: DocumentRecord | null, to: DocumentRecord | null) => void,
): void {
  for (const record of diff.removed) note(record.id, record, null);
  for (const { from, to } of diff.updated) note(to.id, from, to);
  for (const record of diff.added) note(record.id, null, record);
}

export function isEmptyDiff(diff: DocumentDiff): boolean {
  const { added, updated, removed, shifts = [] } = diff;
  return [added, updated, removed, shifts].every((list) => list.length === 0);
}

/** @throws AssertionError when two records share an id. */
export function documentFromRecords(records: Iterable<DocumentRecord>): Document {
  const doc = new Map<RecordId, DocumentRecord>();
  for (const record of records) {
    assert(!doc.has(record.id), `two records have the id ${record.id}`);
    doc.set(record.id, record);
  }
  return RecordMap.over(doc);
}

/**
 * @param ids records that may differ; all, unless given
 * @param shifts what led the other clips from one to the other
 */
export function diffBetween(
  before: Document,
  after: Document,
  ids: Iterable<RecordId> = new Set([...before.keys(), ...after.keys()]),
  shifts: readonly TrackShift[] = [],
): DocumentDiff {
  return diffOf(
    ids,
    (id) => before.get(id) ?? null,
    (id) => after.get(id) ?? null,
    shifts,
  );
}

type Lookup = (id: RecordId) => DocumentRecord | null;

function diffOf(ids: Iterable<RecordId>, before: Lookup, after: Lookup, shifts: readonly TrackShift[]): DocumentDiff {
  const tracks = new Set(shifts.map(({ trackId }) => trackId));
  // A clip that stays while its track is shifted is named, or it would be shifted too.
  const mayBeLeftOut = (record: DocumentRecord): boolean => record.kind !== 'clip' || !tracks.has(record.trackId);
  const added: DocumentRecord[] = [];
  const updated: { from: DocumentRecord; to: DocumentRecord }[] = [];
  const removed: DocumentRecord[] = [];
  for (const id of ids) {
    const [from, to] = [before(id), after(id)];
    if (from && to && from.kind !== to.kind) {
      removed.push(from);
      added.push(to);
    } else if (from && to) {
      if (!mayBeLeftOut(from) || !recordsEqual(from, to)) updated.push({ from, to });
    } else if (to) added.push(to);
    else if (from) removed.push(from);
  }
  return { added, updated, removed, ...(shifts.length > 0 && { shifts }) };
}

function assertStored(stored: DocumentRecord | null, record: DocumentRecord, verb: string): void {
  assert(recordsEqual(stored, record), `${verb} ${record.kind} ${record.id} is not the stored record`);
}
