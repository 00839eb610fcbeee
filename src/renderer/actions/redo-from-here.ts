/**
 * Redo from here: what is before the playhead stays, what follows is made anew. While the part is being made its run is
 * stopped first and the frames it has are kept as a take; the new part goes on from the last of them before the playhead.
 */
import type { Document } from '@core/document/records';
import type { DocumentDiff } from '@core/document/diff';
import type { TakeView } from '@core/document/takes';
import { extendForward } from '@core/timeline/grow-segment';
import { setSegment } from '@core/timeline/segments';
import { inSequence } from '../features/timeline/edit-sequence';
import type { AppState } from '../state/app.svelte';
import type { ProjectSession } from '../state/session.svelte';
import { queueSegment } from './generate';
import { cancelJob } from './jobs';
import { focusOf, segmentById, spanAt, type Focus } from './selection';
import { strings } from './strings';

/** Shift+R. */
export function redoFromHere(app: AppState): void {
  const session = app.session;
  app.flushEdits();
  const focus = session === null ? null : focusOf(session, app.transport.playhead);
  const span = focus === null ? null : spanAt(focus);
  const segment = session === null || span === null ? null : segmentById(session, span.segmentId);
  if (session === null || focus === null || segment === null)
    return app.toast('info', strings.selectAClip, strings.selectAClipRemedy);
  const { list } = app.jobs;
  const job = list.find((one) => one.segmentId === segment.id && one.state === 'running') ?? null;
  const made = job === null ? null : app.jobs.framesOf(job.id);
  const isMade = (frame: number): boolean =>
    made?.has(frame - segment.from) === true || (focus.film.frames[frame - focus.film.from] ?? null) !== null;
  if (focus.shotFrame <= focus.film.from || !isMade(focus.shotFrame - 1))
    return app.toast('info', strings.nothingToRedo, strings.nothingToRedoRemedy);
  if (job === null || made?.has(focus.shotFrame - 1 - segment.from) !== true)
    return void redo(app, session, focus, null);
  void app.attempt(async () => {
    const kept = app.nextTakeOf(segment.id);
    cancelJob(app, job);
    const take = await kept;
    if (take === null) return app.toast('info', strings.redoNothingKept);
    if (app.session === session) redo(app, session, focus, take);
  });
}

/** One edit: the kept take is used, and a new part grows from the frame, as long as what it takes the place of. */
function redo(app: AppState, session: ProjectSession, focus: Focus, kept: TakeView | null): void {
  const segmentId = session.newId();
  const { clip, shotFrame, film } = focus;
  const growth = { segmentId, blockId: null, text: null, frameCount: film.to - shotFrame, atFrame: shotFrame };
  const edits: ((doc: Document) => DocumentDiff)[] = [
    ...(kept === null ? [] : [(doc: Document) => setSegment(doc, kept.segmentId, { activeTakeId: kept.id })]),
    (doc) => extendForward(doc, clip.id, growth),
  ];
  if (!session.edit(strings.redoHere, (doc) => inSequence(doc, edits))) return;
  session.select([clip.id]);
  void queueSegment(app, session, segmentId);
}
