/**
 * Making again what no longer fits: which parts of the film those are, what they cost together, and queueing them in
 * the order in which they grow from each other. Nothing here runs before the artist has seen the cost.
 */
import { recordsOf } from '@core/document/access';
import { branchOf } from '@core/document/branch';
import { activeTake } from '@core/document/film';
import type { SegmentRecord, ShotRecord } from '@core/document/records';
import { setSegment } from '@core/timeline/segments';
import { inSequence } from '../features/timeline/edit-sequence';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { estimateFor, outlookOf, queueSegment } from './generate';
import { segmentById } from './selection';
import { strings } from './strings';

export interface StaleWork {
  /** In the order they are made. */
  readonly segmentIds: readonly string[];
  readonly frames: number;
  /** Model windows by shot, for the estimate. */
  readonly windows: ReadonlyMap<ShotRecord, readonly number[]>;
  /** Why some of them cannot be made; each reason once. They are not in the list. */
  readonly refusals: readonly string[];
}

/**
 * Every stale part of the shots that clips show, and every part that grows from one of them: it would be stale next.
 * Parts that a job is making already are left to it.
 */
export function staleWork(app: AppState, session: ProjectSession): StaleWork {
  const segmentIds: string[] = [];
  const windows = new Map<ShotRecord, number[]>();
  const refusals = new Set<string>();
  let frames = 0;
  for (const shot of shotsInOrder(session)) {
    for (const segment of staleBranch(session, shot)) {
      if (app.jobs.runningFor(segment.id) !== null) continue;
      const outlook = outlookOf(app, session, segment, shot);
      if (outlook.reason !== null) {
        refusals.add(outlook.reason);
        break;
      }
      segmentIds.push(segment.id);
      frames += segment.frameCount;
      windows.set(shot, [...(windows.get(shot) ?? []), ...outlook.windows]);
    }
  }
  return { segmentIds, frames, windows, refusals: [...refusals] };
}

/** Seconds on this machine; null when one of the models cannot say. */
export async function costOf(app: AppState, work: StaleWork): Promise<number | null> {
  const costs = await Promise.all([...work.windows].map(([shot, windows]) => estimateFor(app, shot, windows)));
  return costs.reduce<number | null>((sum, cost) => (sum === null || cost === null ? null : sum + cost.seconds), 0);
}

/** Queues them; a part that grows from another of them waits for its take. */
export function generateStale(app: AppState, session: ProjectSession, segmentIds: readonly string[]): void {
  app.flushEdits();
  const segments = segmentIds.flatMap((id) => segmentById(session, id) ?? []);
  // A pinned take would hide the new one.
  const pinned = segments.filter((segment) => segment.activeTakeId !== null);
  if (pinned.length > 0) {
    const isDone = session.edit(strings.generateStale, (doc) =>
      inSequence(
        doc,
        pinned.map(
          ({ id }) =>
            (current) =>
              setSegment(current, id, { activeTakeId: null }),
        ),
      ),
    );
    if (!isDone) return;
  }
  const coming = new Set(segmentIds);
  const isComing = (id: string | null): boolean => id !== null && (coming.has(id) || app.jobs.runningFor(id) !== null);
  const waiting = segments.filter((segment) => isComing(segment.parentId));
  app.waitingSegments = new Set([...app.waitingSegments, ...waiting.map((segment) => segment.id)]);
  for (const segment of segments) if (!isComing(segment.parentId)) void queueSegment(app, session, segment.id);
}

function shotsInOrder(session: ProjectSession): readonly ShotRecord[] {
  const clips = recordsOf(session.doc, 'clip').sort((a, b) => a.start - b.start);
  const shots = clips.flatMap((clip) => {
    const shot = clip.source.type === 'shot' ? session.doc.get(clip.source.shotId) : undefined;
    return shot?.kind === 'shot' ? [shot] : [];
  });
  return [...new Set(shots)];
}

/** From the root on: stale segments, and made ones whose parent is among them. */
function staleBranch(session: ProjectSession, shot: ShotRecord): readonly SegmentRecord[] {
  const stale = new Set(
    session
      .shotFilm(shot.id)
      .spans.filter((span) => span.isStale)
      .map((span) => span.segmentId),
  );
  if (stale.size === 0 || shot.headSegmentId === null) return [];
  const found: SegmentRecord[] = [];
  for (const segment of branchOf(session.doc, shot.headSegmentId)) {
    const isNext = found.at(-1)?.id === segment.parentId && activeTake(segment, session.takes) !== null;
    if (stale.has(segment.id) || isNext) found.push(segment);
  }
  return found;
}
