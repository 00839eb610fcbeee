/**
 * The same part with other seeds: one job per seed, queued in one go, with what all of them will take known before.
 */
import type { SamplingSettings, SegmentRecord, ShotRecord } from '@core/document/records';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { freshSeed, isWaitingForParent, outlookOf, queueSegment } from './generate';
import { focusOf, segmentById, spanAt } from './selection';
import { strings } from './strings';

export const MAX_SEEDS = 50;
/** Of a whole grid. */
export const MAX_RUNS = 200;

export interface SeedTarget {
  readonly shot: ShotRecord;
  readonly segment: SegmentRecord;
  /** Frames of each window of one run. */
  readonly windows: readonly number[];
  /** Why it cannot run now; null when it can. */
  readonly reason: string | null;
}

/** The part under the playhead of the selected clip; null when there is none. */
export function seedTarget(app: AppState, session: ProjectSession): SeedTarget | null {
  const focus = focusOf(session, app.transport.playhead);
  const span = focus === null ? null : spanAt(focus);
  const segment = span === null ? null : segmentById(session, span.segmentId);
  if (focus === null || segment === null) return null;
  if (segment.footage !== undefined) return { shot: focus.shot, segment, windows: [], reason: strings.footageSeeds };
  const { windows, reason } = outlookOf(app, session, segment, focus.shot);
  const waits = isWaitingForParent(app, session, segment) ? strings.partWaits : null;
  return { shot: focus.shot, segment, windows, reason: waits ?? reason };
}

/**
 * Queues `count` runs of a part with seeds that are all different, each with every one of `cells`. Answers how many
 * were queued.
 */
export async function queueSeeds(
  app: AppState,
  segmentId: string,
  count: number,
  cells: readonly (SamplingSettings | null)[] = [null],
): Promise<number> {
  const session = app.session;
  if (session === null) return 0;
  app.flushEdits();
  const seeds = new Set<number>();
  while (seeds.size < Math.min(count, MAX_SEEDS)) seeds.add(freshSeed());
  let queued = 0;
  for (const seed of seeds) {
    for (const sampling of cells) {
      if (!(await queueSegment(app, session, segmentId, { seed, ...(sampling && { sampling }) }))) return queued;
      queued += 1;
    }
  }
  return queued;
}
