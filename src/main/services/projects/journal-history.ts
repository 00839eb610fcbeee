/**
 * The undo history after a restart: the journal, folded. edit pushes and clears redo; undo and redo move the last entry
 * across; session changes are recorded but never undone. Works on version numbers, so that a long journal is folded
 * without reading its diffs.
 */
import type { CommitSource } from './project-rows';

/** Versions of the edits that can be undone and redone; the last of each list is next. */
export interface HistoryVersions {
  readonly undo: readonly number[];
  readonly redo: readonly number[];
}

export const HISTORY_MAX = 200;

export const noHistory: HistoryVersions = { undo: [], redo: [] };

/** The history after one more change; null when there is nothing to undo or redo. */
export function historyAfter(history: HistoryVersions, version: number, source: CommitSource): HistoryVersions | null {
  const { undo, redo } = history;
  switch (source) {
    case 'edit':
      return { undo: [...undo, version].slice(-HISTORY_MAX), redo: [] };
    case 'undo': {
      const last = undo.at(-1);
      return last === undefined ? null : { undo: undo.slice(0, -1), redo: [...redo, last].slice(-HISTORY_MAX) };
    }
    case 'redo': {
      const last = redo.at(-1);
      return last === undefined ? null : { undo: [...undo, last].slice(-HISTORY_MAX), redo: redo.slice(0, -1) };
    }
    case 'session':
      return history;
    default:
      return source satisfies never;
  }
}

/** Folds a whole journal. A step that could not have been taken is passed over: commit() lets none in. */
export function foldJournal(steps: Iterable<{ version: number; source: CommitSource }>): HistoryVersions {
  let history = noHistory;
  for (const { version, source } of steps) history = historyAfter(history, version, source) ?? history;
  return history;
}
