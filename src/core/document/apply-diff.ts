/**
 * Diffs as values: apply, reverse, squash, compare. `applyDiff(applyDiff(d, x), reverseDiff(x))` is `d` again.
 * A diff that does not fit the document it is applied to is a bug, and nothing is changed.
 */
import { assert } from '../errors';
import type { DocumentDiff } from './diff';
import type { Document, DocumentRecord, RecordId } from './records';
import { RecordMap } from './record-map';
import { recordsEqual } from './records-equal';

/** @throws AssertionError when an added id exists, or a removed or updated record is not the stored one. */
export function applyDiff(doc: Document, diff: DocumentDiff): Document {
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
  return RecordMap.from(doc).with(changes);
}

export function reverseDiff(diff: DocumentDiff): DocumentDiff {
  return {
    added: diff.removed,
    updated: diff.updated.map(({ from, to }) => ({ from: to, to: from })),
    removed: diff.added,
  };
}

/** One diff with the effect of `a` and then `b`; what cancels out is left out. */
export function squashDiffs(a: DocumentDiff, b: DocumentDiff): DocumentDiff {
  const before = new Map<RecordId, DocumentRecord | null>();
  const after = new Map<RecordId, DocumentRecord | null>();
  for (const diff of [a, b]) {
    // Removals first, as applyDiff does, so that an id removed and added in one diff reads as a change.
    for (const record of diff.removed) note(record.id, record, null);
    for (const { from, to } of diff.updated) note(to.id, from, to);
    for (const record of diff.added) note(record.id, null, record);
  }
  function note(id: RecordId, from: DocumentRecord | null, to: DocumentRecord | null): void {
    if (!before.has(id)) before.set(id, from);
    after.set(id, to);
  }
  return diffOf(
    [...before.keys()],
    (id) => before.get(id) ?? null,
    (id) => after.get(id) ?? null,
  );
}

export function isEmptyDiff(diff: DocumentDiff): boolean {
  return diff.added.length === 0 && diff.updated.length === 0 && diff.removed.length === 0;
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

/** @param ids records that may differ; all, unless given */
export function diffBetween(
  before: Document,
  after: Document,
  ids: Iterable<RecordId> = new Set([...before.keys(), ...after.keys()]),
): DocumentDiff {
  return diffOf(
    ids,
    (id) => before.get(id) ?? null,
    (id) => after.get(id) ?? null,
  );
}

type Lookup = (id: RecordId) => DocumentRecord | null;

function diffOf(ids: Iterable<RecordId>, before: Lookup, after: Lookup): DocumentDiff {
  const added: DocumentRecord[] = [];
  const updated: { from: DocumentRecord; to: DocumentRecord }[] = [];
  const removed: DocumentRecord[] = [];
  for (const id of ids) {
    const [from, to] = [before(id), after(id)];
    if (from && to && from.kind !== to.kind) {
      removed.push(from);
      added.push(to);
    } else if (from && to) {
      if (!recordsEqual(from, to)) updated.push({ from, to });
    } else if (to) added.push(to);
    else if (from) removed.push(from);
  }
  return { added, updated, removed };
}

function assertStored(stored: DocumentRecord | null, record: DocumentRecord, verb: string): void {
  assert(recordsEqual(stored, record), `${verb} ${record.kind} ${record.id} is not the stored record`);
}
