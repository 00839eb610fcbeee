/**
 * What a clip shows, described for drawing and for screen readers: its spans and their state, its takes, and the frame
 * behind each project frame. Derived from the document, takes and jobs; holds nothing.
 */
import { inWords } from '../../language/core-sentences';
import { recordOf } from '@core/document/access';
import type { ShotFilm } from '@core/document/film';
import type { ClipRecord, ShotRecord } from '@core/document/records';
import type { JobView } from '@contracts/job';
import { timecodeAt } from '../../ui/timecode.svelte';
import { offeredTakes } from '../../actions/takes';
import type { Jobs } from '../../state/jobs.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { rangeInClip, shotFrameAt, type FrameRange } from './shot-mapping';
import { strings } from './strings';

/** running and queued win over what was there before; stale is playable, planned is not. */
export type SpanState = 'ready' | 'stale' | 'planned' | 'queued' | 'running';

export interface SpanView extends FrameRange {
  readonly segmentId: string;
  readonly state: SpanState;
  /** Shot frame of the segment's first frame: previews and new frames are counted from it. */
  readonly segmentFrom: number;
  readonly job: JobView | null;
  readonly staleReason: string | null;
}

export interface ClipView {
  readonly clip: ClipRecord;
  readonly shot: ShotRecord | null;
  readonly film: ShotFilm | null;
  /** In project frames, in painting order: later ones lie over earlier ones. */
  readonly spans: readonly SpanView[];
  /** Of the segment the clip ends in; index counts from 1. */
  readonly take: { readonly index: number; readonly count: number } | null;
}

export function describeClip(session: ProjectSession, jobs: Jobs, clip: ClipRecord): ClipView {
  if (clip.source.type !== 'shot') return { clip, shot: null, film: null, spans: [], take: null };
  const shot = recordOf(session.doc, 'shot', clip.source.shotId);
  const film = session.shotFilm(shot.id);
  const rate = session.project.rate;
  const spans: SpanView[] = [];
  for (const span of film.spans) {
    // A span may begin inside its segment; frames of takes and previews are counted from the segment's own start.
    const segmentFrom = recordOf(session.doc, 'segment', span.segmentId).from;
    const job = jobs.runningFor(span.segmentId);
    const jobState = job?.state === 'running' || job?.state === 'queued' ? job.state : null;
    for (const { isMade, ...run } of madeRuns(film, span)) {
      const shown = rangeInClip(clip, run, shot.rate, rate);
      if (shown === null) continue;
      spans.push({
        ...shown,
        segmentId: span.segmentId,
        segmentFrom,
        state: jobState ?? (isMade ? (span.isStale ? 'stale' : 'ready') : 'planned'),
        job: jobState === null ? null : job,
        staleReason: span.staleReason,
      });
    }
  }
  return { clip, shot, film, spans, take: takeOf(session, film) };
}

/** Runs of frames that exist and runs that do not, within a span: a stopped job keeps what it had. */
function madeRuns(film: ShotFilm, span: FrameRange): (FrameRange & { isMade: boolean })[] {
  const runs: { from: number; to: number; isMade: boolean }[] = [];
  for (let frame = span.from; frame < span.to; frame++) {
    const isMade = (film.frames[frame - film.from] ?? null) !== null;
    const last = runs.at(-1);
    if (last?.isMade === isMade) last.to = frame + 1;
    else runs.push({ from: frame, to: frame + 1, isMade });
  }
  return runs;
}

function takeOf(session: ProjectSession, film: ShotFilm): ClipView['take'] {
  const last = film.spans.at(-1);
  if (last === undefined) return null;
  const takes = offeredTakes(session, last.segmentId, last.takeId);
  if (takes.length === 0) return null;
  // The list is newest first; people count from the oldest.
  const position = takes.findIndex((take) => take.id === last.takeId);
  return { index: takes.length - Math.max(0, position), count: takes.length };
}

/** The stored frame shown at a project frame inside the clip; null while there is none. */
export function frameHashAt(view: ClipView, session: ProjectSession, projectFrame: number): string | null {
  if (view.film === null || view.shot === null) return null;
  const shotFrame = shotFrameAt(view.clip, projectFrame, view.shot.rate, session.project.rate);
  return view.film.frames[shotFrame - view.film.from] ?? null;
}

/** The span on top at a project frame. */
export function spanAt(view: ClipView, projectFrame: number): SpanView | null {
  return view.spans.findLast((span) => span.from <= projectFrame && projectFrame < span.to) ?? null;
}

/** The worst news about a clip, for its label: running, queued, planned, stale, or ready. */
export function clipState(view: ClipView): SpanState {
  const order: readonly SpanState[] = ['running', 'queued', 'planned', 'stale'];
  return order.find((state) => view.spans.some((span) => span.state === state)) ?? 'ready';
}

/** "Clip deer, track V1, starts 00:00:03:00, 48 frames, take 2 of 5, stale" */
export function clipLabel(view: ClipView, session: ProjectSession, trackName: string): string {
  const { clip, take } = view;
  const state = clipState(view);
  return [
    strings.clipNamed(clip.name),
    ...(clip.source.type === 'audio' ? [strings.clipSound] : []),
    strings.onTrack(trackName),
    strings.startsAt(timecodeAt(clip.start, session.project.rate)),
    strings.frames(clip.duration),
    ...(clip.source.type === 'audio' && clip.source.gainDb !== 0 ? [strings.clipGain(clip.source.gainDb)] : []),
    ...(clip.speed === undefined ? [] : [strings.atSpeed(clip.speed)]),
    ...(clip.groupId === undefined ? [] : [strings.inGroup]),
    ...(clip.linkId === undefined ? [] : [strings.linked]),
    ...(take === null ? [] : [strings.takeOf(take.index, take.count)]),
    ...(state === 'ready' || state === 'stale' ? [] : [strings.spanStates[state]]),
    ...staleReasons(view).map(strings.staleBecause),
  ].join(', ');
}

/** Why parts of the clip no longer fit; each reason once. */
export function staleReasons(view: ClipView): readonly string[] {
  const stale = view.spans.filter((span) => span.state === 'stale');
  return [...new Set(stale.flatMap((span) => (span.staleReason === null ? [] : [inWords(span.staleReason)])))];
}
