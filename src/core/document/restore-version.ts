/**
 * Going back to an earlier version of a project, as one edit on the document of now: it can be undone like any other, and
 * everything in between stays in the history.
 */
import { applyDiff, diffBetween } from './apply-diff';
import type { DocumentDiff } from './diff';
import type { Document, SegmentRecord } from './records';
import { activeTake } from './film';
import type { TakeIndex } from './takes';

/** The takes there were at a time, newest first as in the whole index. */
export function takesUntil(takes: TakeIndex, until: number | null): TakeIndex {
  if (until === null) return takes;
  return new Map([...takes].map(([segmentId, own]) => [segmentId, own.filter((take) => take.createdAt <= until)]));
}

/**
 * What is shown is what comes back: a segment that showed its newest take, which another has followed since, names it.
 * @param until when the earlier version ended; null = it is that of now
 */
export function restoreVersion(
  present: Document,
  past: Document,
  takes: TakeIndex,
  until: number | null,
): DocumentDiff {
  const then = takesUntil(takes, until);
  const updated: { from: SegmentRecord; to: SegmentRecord }[] = [];
  for (const record of past.values()) {
    if (record.kind !== 'segment' || record.activeTakeId !== null) continue;
    const shown = activeTake(record, then);
    if (shown !== null && shown.id !== activeTake(record, takes)?.id)
      updated.push({ from: record, to: { ...record, activeTakeId: shown.id } });
  }
  return diffBetween(present, applyDiff(past, { added: [], updated, removed: [] }));
}
