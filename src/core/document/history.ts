/**
 * Undo and redo as an immutable pair of stacks, last entry last. The same structure is kept in the library's journal,
 * so undo survives a restart.
 */
import { reverseDiff, squashDiffs } from './apply-diff';
import type { DocumentDiff } from './diff';

export interface HistoryEntry {
  readonly label: string;
  readonly diff: DocumentDiff;
}

export interface History {
  readonly undo: readonly HistoryEntry[];
  readonly redo: readonly HistoryEntry[];
}

export interface HistoryStep {
  readonly history: History;
  readonly entry: HistoryEntry;
  /** What to apply to the document: the entry's diff, reversed when undoing. */
  readonly diff: DocumentDiff;
}

export const emptyHistory: History = { undo: [], redo: [] };
export const MAX_HISTORY_ENTRIES = 200;

/** A new edit clears what could be redone; the oldest entry goes beyond 200. */
export function recordEdit(history: History, entry: HistoryEntry): History {
  return { undo: [...history.undo, entry].slice(-MAX_HISTORY_ENTRIES), redo: [] };
}

/**
 * Joins a change to the last entry, as when typing goes on: one undo takes both back. null when there is no entry it
 * could belong to, or the last one has been undone.
 */
export function amendEdit(history: History, diff: DocumentDiff): History | null {
  const last = history.undo.at(-1);
  if (!last || history.redo.length > 0) return null;
  const joined = { label: last.label, diff: squashDiffs(last.diff, diff) };
  return { undo: [...history.undo.slice(0, -1), joined], redo: [] };
}

/** null when there is nothing to undo. */
export function takeUndo(history: History): HistoryStep | null {
  const entry = history.undo.at(-1);
  if (!entry) return null;
  const next = { undo: history.undo.slice(0, -1), redo: [...history.redo, entry] };
  return { history: next, entry, diff: reverseDiff(entry.diff) };
}

/** null when there is nothing to redo. */
export function takeRedo(history: History): HistoryStep | null {
  const entry = history.redo.at(-1);
  if (!entry) return null;
  const next = { undo: [...history.undo, entry], redo: history.redo.slice(0, -1) };
  return { history: next, entry, diff: entry.diff };
}
