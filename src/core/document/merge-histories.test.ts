import { expect, test } from 'vitest';
import { addMarker, setMarker } from '../timeline/markers';
import { after, anEmptyFilm } from '../timeline/test-films';
import { applyDiff, diffBetween, documentFromRecords } from './apply-diff';
import type { DocumentDiff } from './diff';
import { mergeHistories } from './merge-histories';
import type { Document } from './records';

const kept = { mine: (document: Document) => document, theirs: (document: Document) => document };
const beginning = { diff: diffBetween(documentFromRecords([]), anEmptyFilm()), isNew: false };
const isNew = (row: { readonly isNew: boolean }) => row.isNew;
const marker = (document: Document, id: string): DocumentDiff => addMarker(document, { id, frame: 1, name: id });

test('leads over every new change of the other side and back to where it began', () => {
  const theirs1 = after(anEmptyFilm(), (doc) => marker(doc, 'there'));
  const rows = [
    beginning,
    { diff: marker(anEmptyFilm(), 'there'), isNew: true },
    { diff: setMarker(theirs1, 'there', { frame: 9 }), isNew: true },
  ];
  const mine = after(anEmptyFilm(), (doc) => marker(doc, 'here'));
  const { steps, back, theirs } = mergeHistories({ mine, theirRows: rows, isNew, kept });
  // This side as it is seen, then to where theirs began to differ, then what they did.
  expect(steps.map(({ row }) => row)).toEqual([null, null, rows[1], rows[2]]);
  const film = steps.reduce<Document>((document, { diff }) => applyDiff(document, diff), mine);
  expect([...film.values()]).toEqual(expect.arrayContaining([...theirs.values()]));
  expect(new Map(applyDiff(film, back))).toEqual(new Map(mine));
});

test('what is known here already is passed over in one step', () => {
  const first = marker(anEmptyFilm(), 'known');
  const rows = [
    beginning,
    { diff: first, isNew: false },
    { diff: marker(applyDiff(anEmptyFilm(), first), 'new'), isNew: true },
  ];
  const { steps } = mergeHistories({ mine: anEmptyFilm(), theirRows: rows, isNew, kept });
  expect(steps.map(({ row }) => row)).toEqual([null, null, rows[2]]);
});

test('nothing new is no step at all', () => {
  const mine = after(anEmptyFilm(), (doc) => marker(doc, 'here'));
  const { steps, back } = mergeHistories({ mine, theirRows: [beginning], isNew, kept });
  expect([steps, back]).toEqual([[], { added: [], updated: [], removed: [] }]);
});
