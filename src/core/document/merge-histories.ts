/**
 * Two histories of one project, which went on apart on two machines, as one: what the other side did is laid into this
 * side's journal, change by change, so that every version of theirs can be looked at and gone back to. The document
 * ends as it began; which of the two films goes on is a choice of its own, and one edit (ADR 0031).
 */
import { applyDiff, diffBetween, documentFromRecords, isEmptyDiff } from './apply-diff';
import { emptyDiff, type DocumentDiff } from './diff';
import type { Document } from './records';

export interface MergeStep<Row> {
  readonly diff: DocumentDiff;
  /** The change of theirs that it is; null = it only leads to another document. */
  readonly row: Row | null;
}

export interface MergedHistory<Row> {
  /**
   * All that is new of theirs: the first step is this side's film as it is seen, the last one theirs. Empty when nothing
   * is new.
   */
  readonly steps: readonly MergeStep<Row>[];
  /** From the last step to this side's document. */
  readonly back: DocumentDiff;
  /** Their film as they see it. */
  readonly theirs: Document;
}

export interface Sides<Row> {
  readonly mine: Document;
  /** Their whole journal. */
  readonly theirRows: Iterable<Row>;
  /** Is this change of theirs not in this side's journal yet? */
  readonly isNew: (row: Row) => boolean;
  /** A document that goes on looking as it does when the other side's takes come (keep-shown.ts). */
  readonly kept: { readonly mine: (document: Document) => Document; readonly theirs: (document: Document) => Document };
}

/** @throws AssertionError when a change of theirs does not fit the ones before it */
export function mergeHistories<Row extends { readonly diff: DocumentDiff }>(sides: Sides<Row>): MergedHistory<Row> {
  const { mine, theirRows, isNew, kept } = sides;
  const steps: MergeStep<Row>[] = [];
  let here = mine;
  const goTo = (document: Document): void => {
    const diff = document === here ? emptyDiff : diffBetween(here, document);
    if (!isEmptyDiff(diff)) steps.push({ diff, row: null });
    here = document;
  };
  let theirs = documentFromRecords([]);
  for (const row of theirRows) {
    const before = theirs;
    theirs = applyDiff(before, row.diff);
    if (!isNew(row)) continue;
    if (steps.length === 0) {
      here = kept.mine(mine);
      steps.push({ diff: diffBetween(mine, here), row: null });
    }
    goTo(before);
    steps.push({ diff: row.diff, row });
    here = theirs;
  }
  theirs = kept.theirs(theirs);
  if (steps.length > 0) goTo(theirs);
  return { steps, back: steps.length > 0 ? diffBetween(here, mine) : emptyDiff, theirs };
}
