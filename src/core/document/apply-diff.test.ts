import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDiff, diffBetween, documentFromRecords, isEmptyDiff, reverseDiff, squashDiffs } from './apply-diff';
import type { Document, MarkerRecord } from './records';
import { recordsEqual } from './records-equal';

const marker = (id: string, frame: number): MarkerRecord => ({ kind: 'marker', id, frame, name: '' });
const anyDocument: fc.Arbitrary<Document> = fc
  .uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), frame: fc.nat(2) }), { selector: ({ id }) => id })
  .map((list) => documentFromRecords(list.map(({ id, frame }) => marker(id, frame))));

test('the diff between two documents turns one into the other, and its reverse turns it back', () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, (before, after) => {
      const diff = diffBetween(before, after);
      expect(new Map(applyDiff(before, diff))).toEqual(new Map(after));
      expect(new Map(applyDiff(after, reverseDiff(diff)))).toEqual(new Map(before));
      expect(isEmptyDiff(diff)).toBe(recordsEqual([...before].sort(), [...after].sort()));
    }),
  );
});

test('two diffs squashed are the diff from the first document to the last', () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, anyDocument, (first, second, third) => {
      const squashed = squashDiffs(diffBetween(first, second), diffBetween(second, third));
      expect(new Map(applyDiff(first, squashed))).toEqual(new Map(third));
      const direct = diffBetween(first, third);
      expect([squashed.added.length, squashed.updated.length, squashed.removed.length]).toEqual([
        direct.added.length,
        direct.updated.length,
        direct.removed.length,
      ]);
    }),
  );
});

test('a diff that does not fit is refused and the document stays as it was', () => {
  const doc = documentFromRecords([marker('a', 1)]);
  const misfits = [
    { added: [marker('a', 2)], updated: [], removed: [] },
    { added: [], updated: [{ from: marker('a', 7), to: marker('a', 2) }], removed: [] },
    { added: [], updated: [{ from: marker('a', 1), to: marker('b', 1) }], removed: [] },
    { added: [], updated: [], removed: [marker('b', 1)] },
  ];
  for (const diff of misfits) expect(() => applyDiff(doc, diff)).toThrow();
  expect([...doc.values()]).toEqual([marker('a', 1)]);
});

test('two records of one id are not a document', () => {
  expect(() => documentFromRecords([marker('a', 1), marker('a', 2)])).toThrow('two records have the id a');
});

test('records are equal by content, whatever the order of their keys', () => {
  expect(recordsEqual(marker('a', 1), { name: '', frame: 1, id: 'a', kind: 'marker' })).toBe(true);
  expect(recordsEqual({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
  expect(recordsEqual({ a: null }, { a: {} })).toBe(false);
  expect(recordsEqual({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
