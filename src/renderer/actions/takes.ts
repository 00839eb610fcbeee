/**
 * Choosing between takes. Using one is an edit and can be undone; nothing is ever thrown away.
 */
import { recordOf, segmentsOf } from '@core/document/access';
import { applyDiff, squashDiffs } from '@core/document/apply-diff';
import { branchOf } from '@core/document/branch';
import { activeTake } from '@core/document/film';
import type { DocumentDiff } from '@core/document/diff';
import type { Document, SegmentRecord } from '@core/document/records';
import type { TakeView } from '@core/document/takes';
import { setSegment, switchBranch } from '@core/timeline/segments';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { focusOf, segmentById, spanAt } from './selection';
import { strings } from './strings';

/** Shows this take; when it lies on another branch, that branch becomes the film. */
export function applyTake(session: ProjectSession, take: TakeView): void {
  if (session.doc.get(take.shotId)?.kind !== 'shot') return;
  session.edit(strings.useTake, (doc) => useTakeDiff(doc, take));
}

/** The edit that puts a take in use. @throws AppError when its shot or segment is no longer in the document */
export function useTakeDiff(doc: Document, take: TakeView): DocumentDiff {
  const shot = recordOf(doc, 'shot', take.shotId);
  const head = shot.headSegmentId;
  const isOnBranch = head !== null && branchOf(doc, head).some((one) => one.id === take.segmentId);
  const pinned = setSegment(doc, take.segmentId, { activeTakeId: take.id });
  if (isOnBranch) return pinned;
  return squashDiffs(pinned, switchBranch(applyDiff(doc, pinned), shot.id, leafUnder(doc, take)));
}

/** The end of the branch through a take's segment: its newest child, and so on. */
function leafUnder(doc: Document, take: TakeView): string {
  const all = segmentsOf(doc, take.shotId);
  let leaf = take.segmentId;
  for (let left = all.length; left > 0; left -= 1) {
    const child = all.findLast((one) => one.parentId === leaf);
    if (child === undefined) break;
    leaf = child.id;
  }
  return leaf;
}

/** Alt+↑ / Alt+↓: through the takes of the part under the playhead, newest first. */
export function stepTake(app: AppState, delta: -1 | 1): void {
  const session = app.session;
  const focus = session === null ? null : focusOf(session, app.transport.playhead);
  const span = focus === null ? null : spanAt(focus);
  if (session === null || span === null) return;
  const takes = offeredTakes(session, span.segmentId, span.takeId);
  const at = takes.findIndex((take) => take.id === span.takeId);
  const next = takes[at + delta];
  if (at >= 0 && next !== undefined) applyTake(session, next);
}

/** A segment's takes, newest first, without those in the trash; the one in use is there whatever it is. */
export function offeredTakes(session: ProjectSession, segmentId: string, usedId: string | null): readonly TakeView[] {
  return (session.takes.get(segmentId) ?? []).filter(({ id, isTrashed }) => isTrashed !== true || id === usedId);
}

export interface TakeGroup {
  readonly segment: SegmentRecord;
  readonly takes: readonly TakeView[];
  readonly activeTakeId: string | null;
  /** Why the take in use no longer fits; null when it does. */
  readonly staleReason: string | null;
}

/** Segments of a shot: those of the film as they follow each other in it, then those of other branches that have takes. */
export function takeGroups(session: ProjectSession, shotId: string): { film: TakeGroup[]; other: TakeGroup[] } {
  const { spans } = session.shotFilm(shotId);
  const stale = new Map(spans.map((span) => [span.segmentId, span.staleReason]));
  const shot = session.doc.get(shotId);
  const head = shot?.kind === 'shot' ? shot.headSegmentId : null;
  const branch = head === null ? [] : branchOf(session.doc, head);
  const onBranch = new Set(branch.map((one) => one.id));
  const groupOf = (segment: SegmentRecord): TakeGroup => {
    const activeTakeId = activeTake(segment, session.takes)?.id ?? null;
    const takes = offeredTakes(session, segment.id, activeTakeId);
    return { segment, takes, activeTakeId, staleReason: stale.get(segment.id) ?? null };
  };
  const other = segmentsOf(session.doc, shotId).filter((one) => !onBranch.has(one.id));
  const inFilm = branch.toSorted((a, b) => a.from - b.from);
  return { film: inFilm.map(groupOf), other: other.map(groupOf).filter((group) => group.takes.length > 0) };
}

export function activeTakeOf(session: ProjectSession, segmentId: string): TakeView | null {
  const segment = segmentById(session, segmentId);
  return segment === null ? null : activeTake(segment, session.takes);
}
