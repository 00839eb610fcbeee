/**
 * Going back to an earlier version of a project, as one edit on the document of now: it can be undone like any other, and
 * everything in between stays in the history.
 */
import { applyDiff, diffBetween } from './apply-diff';
import type { DocumentDiff } from './diff';
import { keepShown } from './keep-shown';
import type { Document } from './records';
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
  return diffBetween(present, applyDiff(past, keepShown(past, takesUntil(takes, until), takes)));
}
