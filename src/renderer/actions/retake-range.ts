/**
 * Retaking the in–out range inside a clip. Because frames follow from those before them, the artist chooses: Bridge
 * makes the range again and lands on the frame that follows; Continue goes on freely, and what followed leaves the film.
 */
import { messageOf } from '../language/errors/in-words';
import { recordOf } from '@core/document/access';
import { applyDiff } from '@core/document/apply-diff';
import { shotFrameAt } from '@core/document/branch';
import type { DocumentDiff } from '@core/document/diff';
import type { ClipRecord, Document, ShotRecord } from '@core/document/records';
import { AppError } from '@core/errors';
import { planSegment } from '@core/prompt/plan';
import { extendForward } from '@core/timeline/grow-segment';
import { retakeRange } from '@core/timeline/segments';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { modelFor, queueSegment } from './generate';
import { clipUnderPlayhead, selectedClip } from './selection';
import { strings } from './strings';

/** A range of a shot's film that one clip shows, [from, to) in shot frames. */
export interface ShotRange {
  readonly clip: ClipRecord;
  readonly shot: ShotRecord;
  readonly from: number;
  readonly to: number;
}

export type RetakeKind = 'bridge' | 'continue';

export interface RetakeOutlook {
  readonly kind: RetakeKind;
  /** Frames of each model window it takes. */
  readonly windows: readonly number[];
  /** Why it cannot be done; null when it can. */
  readonly refusal: string | null;
  /** Frames after the range that are no longer part of the film. */
  readonly leavingFrames: number;
}

/** The in–out range, when it lies within one shot clip: the selected one, else the topmost under its first frame. */
export function markedRange(session: ProjectSession): ShotRange | null {
  const { inPoint, outPoint } = session.project;
  if (inPoint === null || outPoint === null || outPoint <= inPoint) return null;
  const holds = (clip: ClipRecord | null): clip is ClipRecord =>
    clip !== null && clip.start <= inPoint && outPoint <= clip.start + clip.duration;
  const clip = [selectedClip(session), clipUnderPlayhead(session, inPoint)].find(holds);
  if (clip?.source.type !== 'shot') return null;
  // Every shot frame that is on screen within the range.
  const from = shotFrameAt(session.doc, clip, inPoint);
  const to = shotFrameAt(session.doc, clip, outPoint - 1) + 1;
  return { clip, shot: recordOf(session.doc, 'shot', clip.source.shotId), from, to };
}

/** What either kind would be, planned on the document as it would then be. */
export function retakeOutlook(
  app: AppState,
  session: ProjectSession,
  range: ShotRange,
  kind: RetakeKind,
): RetakeOutlook {
  const { to } = session.shotFilm(range.shot.id);
  const leavingFrames = kind === 'continue' ? to - range.to : 0;
  try {
    const model = modelFor(app, range.shot.modelId);
    if (model.problem !== null) return { kind, windows: [], refusal: messageOf(model.problem), leavingFrames };
    const segmentId = 'retake-to-be';
    const doc = applyDiff(session.doc, retakeEdit(session.doc, range, kind, segmentId));
    const { draft } = planSegment({ doc, segmentId, takes: session.takes, limits: model.manifest, seed: 0 });
    return { kind, windows: draft.windows.map((window) => window.frames), refusal: null, leavingFrames };
  } catch (thrown) {
    if (thrown instanceof AppError) return { kind, windows: [], refusal: messageOf(thrown), leavingFrames };
    throw thrown;
  }
}

/** One edit, then the run. False when the document refused it. */
export function retakeMarked(app: AppState, session: ProjectSession, range: ShotRange, kind: RetakeKind): boolean {
  const segmentId = session.newId();
  const label = kind === 'bridge' ? strings.retakeRange : strings.continueRange;
  if (!session.edit(label, (doc) => retakeEdit(doc, range, kind, segmentId))) return false;
  session.select([range.clip.id]);
  void queueSegment(app, session, segmentId);
  return true;
}

function retakeEdit(
  doc: Document,
  { clip, shot, from, to }: ShotRange,
  kind: RetakeKind,
  segmentId: string,
): DocumentDiff {
  const frameCount = to - from;
  if (kind === 'bridge') return retakeRange(doc, shot.id, { segmentId, from, frameCount });
  return extendForward(doc, clip.id, { segmentId, blockId: null, text: null, frameCount, atFrame: from });
}
