import { expect, test } from 'vitest';
import type { Document, MarkerRecord } from '@core/document/records';
import { inSequence } from './edit-sequence';

const marker = (id: string, frame: number): MarkerRecord => ({ kind: 'marker', id, frame, name: id });

test('each edit sees what the one before it left, and together they are one change', () => {
  const doc: Document = new Map([['a', marker('a', 1)]]);
  const doubled = (current: Document) => {
    const from = current.get('a');
    if (from?.kind !== 'marker') throw new Error('a is a marker');
    return { added: [], updated: [{ from, to: { ...from, frame: from.frame * 2 } }], removed: [] };
  };
  expect(inSequence(doc, [doubled, doubled, doubled])).toEqual({
    added: [],
    updated: [{ from: marker('a', 1), to: marker('a', 8) }],
    removed: [],
  });
});

test('what is added and removed again leaves no trace', () => {
  const b = marker('b', 5);
  const diff = inSequence(new Map(), [
    () => ({ added: [b], updated: [], removed: [] }),
    () => ({ added: [], updated: [], removed: [b] }),
  ]);
  expect(diff).toEqual({ added: [], updated: [], removed: [] });
});

test('no edits are no change', () => {
  expect(inSequence(new Map(), [])).toEqual({ added: [], updated: [], removed: [] });
});
