import { expect, test } from 'vitest';
import { emptyDiff } from './diff';
import {
  amendEdit,
  emptyHistory,
  type HistoryEntry,
  MAX_HISTORY_ENTRIES,
  recordEdit,
  takeRedo,
  takeUndo,
} from './history';

const entry = (label: string): HistoryEntry => ({
  label,
  diff: { ...emptyDiff, added: [{ kind: 'marker', id: label, frame: 0, name: label }] },
});

test('undo hands out the reversed diff and keeps the entry for redo', () => {
  const step = takeUndo(recordEdit(emptyHistory, entry('a')));
  expect(step).toEqual({
    history: { undo: [], redo: [entry('a')] },
    entry: entry('a'),
    diff: { ...emptyDiff, removed: entry('a').diff.added },
  });
  expect(takeRedo(step!.history)).toEqual({
    history: { undo: [entry('a')], redo: [] },
    entry: entry('a'),
    diff: entry('a').diff,
  });
});

test('a new edit clears what could be redone', () => {
  const { history } = takeUndo(recordEdit(emptyHistory, entry('a')))!;
  expect(recordEdit(history, entry('b'))).toEqual({ undo: [entry('b')], redo: [] });
});

test('the oldest of more than 200 edits is forgotten', () => {
  let history = emptyHistory;
  for (let i = 0; i <= MAX_HISTORY_ENTRIES; i++) history = recordEdit(history, entry(`${i}`));
  expect([history.undo.length, history.undo[0]?.label]).toEqual([200, '1']);
});

test('there is nothing to undo or redo in an empty history', () => {
  expect([takeUndo(emptyHistory), takeRedo(emptyHistory)]).toEqual([null, null]);
});

test('what joins the last entry is undone with it', () => {
  const [typed, typedOn] = ['a', 'a boat'].map((name) => ({ kind: 'marker', id: 'm', frame: 0, name }) as const);
  if (!typed || !typedOn) throw new Error('two markers');
  const first = { label: 'Name', diff: { ...emptyDiff, added: [typed] } };
  const history = recordEdit(recordEdit(emptyHistory, entry('before')), first);
  const joined = amendEdit(history, { ...emptyDiff, updated: [{ from: typed, to: typedOn }] });
  expect(joined).toEqual({
    undo: [entry('before'), { label: 'Name', diff: { ...emptyDiff, added: [typedOn] } }],
    redo: [],
  });
});

test('nothing joins an entry that is not there or has been undone', () => {
  const { history } = takeUndo(recordEdit(recordEdit(emptyHistory, entry('a')), entry('b')))!;
  expect([amendEdit(emptyHistory, entry('c').diff), amendEdit(history, entry('c').diff)]).toEqual([null, null]);
});
