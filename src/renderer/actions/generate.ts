/**
 * From the document to the queue: plans a segment with core/prompt/plan, asks main to run it, and grows or retakes
 * shots. A segment whose parent has no picture yet waits for it and is queued when the parent's take arrives.
 */
import { messageOf } from '../language/errors/in-words';
import { samplingFrom } from '@core/document/default-sampling';
import { recordsOf, videoTracksOf } from '@core/document/access';
import { applyDiff } from '@core/document/apply-diff';
import { AppError, invalidInput } from '@core/errors';
import { planSegment } from '@core/prompt/plan';
import type { PlanNote } from '@core/prompt/plan';
import { framesAhead, planWindows } from '@core/prompt/windows';
import { extendBackward, extendForward } from '@core/timeline/grow-segment';
import { insertShot } from '@core/timeline/insert-shot';
import { setSampling } from '@core/timeline/shot-settings';
import { setSegment } from '@core/timeline/segments';
import { addPromptBlock, splitBlock } from '@core/timeline/prompt-blocks';
import { ceilToRate } from '@core/time/rate';
import type { Rate } from '@core/time/rate';
import type { SamplingSettings, SegmentRecord, ShotRecord } from '@core/document/records';
import type { ApiInput, ApiOutput, ModelView } from '@contracts/ipc';
import type { AppState } from '../state/app.svelte';
import { appErrorFrom } from '../state/app-error-from';
import { conformSegment } from './footage';
import type { ProjectSession } from '../state/session.svelte';
import { clipUnderPlayhead, focusOf, focusOnClip, segmentById, spanAt, spanToGenerate } from './selection';
import { strings } from './strings';

const SEED_END = 0x1_0000_0000;

export interface Extension {
  readonly frames: number;
  readonly direction: 'forward' | 'backward';
  /** Branch off here instead of at the film's edge. */
  readonly atShotFrame?: number;
  /** What happens in the new frames; without it the prompt that is there goes on. */
  readonly text?: string;
}

export type Cost = ApiOutput<'generate.estimate'>;

export function freshSeed(): number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  return (seed ?? 0) % SEED_END;
}

/** The model a shot was made with. @throws AppError model/not-found */
export function modelFor(app: AppState, modelId: string): ModelView {
  const model = app.modelOf(modelId);
  if (model === null)
    throw new AppError('model/not-found', strings.modelMissing(modelId), { remedy: strings.modelMissingRemedy });
  return model;
}

/** Mod+Enter: whatever is selected, or under the playhead; an empty timeline gets its first shot. */
export function generateSelected(app: AppState): void {
  const session = app.session;
  if (session === null) return;
  app.flushEdits();
  const focus = focusOf(session, app.transport.playhead);
  if (focus === null) {
    if (session.selection.size === 0 && session.end === 0) newPromptBlock(app);
    else app.toast('info', strings.selectAClip, strings.selectAClipRemedy);
    return;
  }
  const span = spanToGenerate(focus);
  const isImported = span !== null && segmentById(session, span.segmentId)?.footage !== undefined;
  if (!isImported && (focus.block === null || focus.block.text.trim() === '')) {
    const hasImage = recordsOf(session.doc, 'anchor').some((anchor) => anchor.shotId === focus.shot.id);
    if (!hasImage) {
      if (focus.block !== null) app.editPrompt(focus.block.id);
      app.toast('info', strings.writePrompt, strings.writePromptRemedy);
      return;
    }
  }
  if (span === null) return;
  if (span.takeId === null || span.isStale) {
    showNewest(session, span.segmentId);
    void queueSegment(app, session, span.segmentId);
  } else retake(app, span.segmentId);
}

/** A new take of a segment with another seed; what was there stays. */
export function retake(app: AppState, segmentId: string): void {
  const session = app.session;
  app.flushEdits();
  const segment = session === null ? null : segmentById(session, segmentId);
  if (session === null || segment === null) return;
  showNewest(session, segmentId);
  const isUsed = (session.takes.get(segmentId) ?? []).some((take) => take.seed === segment.seed);
  if (isUsed) app.toast('info', strings.seedUsed(segment.seed ?? 0), strings.seedUsedRemedy);
  void queueSegment(app, session, segmentId, isUsed ? { seed: freshSeed() } : {});
}

/** A pinned older take would hide the new one. */
function showNewest(session: ProjectSession, segmentId: string): void {
  if (segmentById(session, segmentId)?.activeTakeId)
    session.edit(strings.retake, (doc) => setSegment(doc, segmentId, { activeTakeId: null }));
}

/** A new take of the part under the playhead. */
export function retakeSelected(app: AppState): void {
  const session = app.session;
  const focus = session === null ? null : focusOf(session, app.transport.playhead);
  if (focus === null) return app.toast('info', strings.selectAClip, strings.selectAClipRemedy);
  const span = spanAt(focus);
  if (session === null || span === null) return;
  if (segmentById(session, span.segmentId)?.footage !== undefined)
    return app.toast('info', strings.footageRetake, strings.footageRetakeRemedy);
  retake(app, span.segmentId);
}

/** Grows a clip and queues the new frames. False when the document refused it. */
export function extendClip(app: AppState, clipId: string, extension: Extension): boolean {
  const session = app.session;
  app.flushEdits();
  if (session === null) return false;
  const text = extension.text?.trim() ?? '';
  const growth = {
    segmentId: session.newId(),
    blockId: text === '' ? null : session.newId(),
    frameCount: extension.frames,
    text: text === '' ? null : text,
    ...(extension.atShotFrame !== undefined && { atFrame: extension.atShotFrame }),
  };
  const grow = extension.direction === 'forward' ? extendForward : extendBackward;
  if (!session.edit(strings.extend, (doc) => grow(doc, clipId, growth))) return false;
  session.select([clipId]);
  void queueSegment(app, session, growth.segmentId);
  return true;
}

/** P: a block at the playhead. On a shot it splits or adds to the lane; elsewhere it begins a new shot. */
export function newPromptBlock(app: AppState): void {
  const session = app.session;
  if (session === null) return;
  const { playhead } = app.transport;
  const clip = clipUnderPlayhead(session, playhead);
  const focus = clip === null ? null : focusOnClip(session, clip, playhead);
  if (focus === null) return beginShot(app, { start: playhead });
  const blockId = session.newId();
  const { shot, shotFrame, film } = focus;
  const blocks = recordsOf(session.doc, 'prompt-block').filter((block) => block.shotId === shot.id);
  const covering = blocks.find((block) => block.from <= shotFrame && shotFrame < block.to);
  if (covering?.from === shotFrame) return app.editPrompt(covering.id);
  const isDone = session.edit(strings.newBlock, (doc) => {
    if (covering !== undefined) return splitBlock(doc, covering.id, shotFrame, blockId);
    const next = blocks.filter((block) => block.from > shotFrame).map((block) => block.from);
    const to = Math.max(shotFrame + 1, Math.min(film.to, ...next));
    return addPromptBlock(doc, { id: blockId, shotId: shot.id, from: shotFrame, to, text: '' });
  });
  if (isDone) app.editPrompt(blockId);
}

export interface NewShotOptions {
  /** Project frame. */
  readonly start: number;
  readonly trackId?: string;
  /** Image for the first frame. */
  readonly firstMediaId?: string;
  readonly name?: string;
}

/** A planned shot of the model's native length with an empty prompt, ready to be written. */
export function beginShot(app: AppState, options: NewShotOptions): void {
  const session = app.session;
  if (session === null) return;
  try {
    const { manifest } = modelFor(app, session.project.modelId);
    const clipId = session.newId();
    const blockId = session.newId();
    const frameCount = manifest.nativeFrames;
    const durationFrames = ceilToRate(frameCount, manifest.nativeRate, session.project.rate);
    const place = freePlace(session, options, durationFrames);
    const shots = recordsOf(session.doc, 'shot').length;
    const isDone = session.edit(strings.newShot, (doc) =>
      insertShot(doc, {
        shotId: session.newId(),
        segmentId: session.newId(),
        clipId,
        blockId,
        text: '',
        ...place,
        name: options.name ?? strings.shotName(shots + 1),
        modelId: manifest.id,
        rate: manifest.nativeRate,
        width: session.project.width,
        height: session.project.height,
        sampling: samplingFrom(manifest.defaults),
        frameCount,
        ...(options.firstMediaId !== undefined && {
          anchors: [{ id: session.newId(), frame: 0, mediaId: options.firstMediaId }],
        }),
      }),
    );
    if (!isDone) return;
    const clip = session.doc.get(clipId);
    if (clip?.kind === 'clip') app.transport.seek(clip.start);
    app.editPrompt(blockId);
  } catch (thrown) {
    app.showError(appErrorFrom(thrown));
  }
}

/** The wanted place when it is free; else after the last clip of that track, so that nothing is covered or moved. */
export function freePlace(
  session: ProjectSession,
  options: Pick<NewShotOptions, 'start' | 'trackId'>,
  durationFrames: number,
): { trackId: string; start: number; mode: 'place' } {
  const open = videoTracksOf(session.doc).filter((track) => !track.isLocked);
  const track = open.find((one) => one.id === options.trackId) ?? open[0];
  if (track === undefined) throw invalidInput('track', 'all', strings.allTracksLocked, strings.allTracksLockedRemedy);
  const clips = recordsOf(session.doc, 'clip').filter((clip) => clip.trackId === track.id);
  const start = Math.max(0, options.start);
  const isTaken = clips.some((clip) => clip.start < start + durationFrames && start < clip.start + clip.duration);
  const end = clips.reduce((last, clip) => Math.max(last, clip.start + clip.duration), 0);
  return { trackId: track.id, start: isTaken ? end : start, mode: 'place' };
}

/** Plans and queues one segment. Waits for its parent when that has no picture yet. False when it was refused. */
export async function queueSegment(
  app: AppState,
  session: ProjectSession,
  segmentId: string,
  options: { readonly seed?: number; readonly sampling?: SamplingSettings } = {},
): Promise<boolean> {
  const segment = segmentById(session, segmentId);
  const shot = segment === null ? undefined : session.doc.get(segment.shotId);
  if (segment === null || shot?.kind !== 'shot') return false;
  if (segment.footage !== undefined) return conformSegment(app, session, segment, shot);
  if (isWaitingForParent(app, session, segment)) {
    app.waitingSegments = new Set(app.waitingSegments).add(segmentId);
    return true;
  }
  const queued = await app.attempt(async () => {
    const { manifest } = modelFor(app, shot.modelId);
    const seed = options.seed ?? segment.seed ?? freshSeed();
    // A run of a grid has settings of its own; the shot keeps what it has.
    const doc =
      options.sampling === undefined
        ? session.doc
        : applyDiff(session.doc, setSampling(session.doc, shot.id, options.sampling));
    const plan = planSegment({ doc, segmentId, takes: session.takes, limits: manifest, seed });
    // The job names records that main must already have.
    await session.commits.settled();
    if (session.commits.failure !== null) throw session.commits.failure;
    const { draft, parentTakeId } = plan;
    const input: ApiInput<'jobs.generate'> = { projectId: session.id, shotId: shot.id, segmentId, parentTakeId, draft };
    return app.client.invoke('jobs.generate', input);
  });
  return queued !== null;
}

/** True while the part it grows from is being made or waits itself. */
export function isWaitingForParent(app: AppState, session: ProjectSession, segment: SegmentRecord): boolean {
  if (segment.parentId === null || (session.takes.get(segment.parentId)?.length ?? 0) > 0) return false;
  return app.jobs.runningFor(segment.parentId) !== null || app.waitingSegments.has(segment.parentId);
}

/** A take has arrived: queues the segments that waited for it. */
export function queueWaiting(app: AppState, session: ProjectSession, parentSegmentId: string): void {
  for (const segmentId of app.waitingSegments) {
    if (segmentById(session, segmentId)?.parentId !== parentSegmentId) continue;
    const rest = new Set(app.waitingSegments);
    rest.delete(segmentId);
    app.waitingSegments = rest;
    void queueSegment(app, session, segmentId);
  }
}

export interface GrowthShape {
  readonly frames: number;
  readonly direction: 'forward' | 'backward';
  /** Frames that exist on the side it grows from. */
  readonly priorCount: number;
}

/** Frames of each model window that growing or making a shot takes, and where the plan differs from the wish. */
export function windowsFor(
  model: ModelView,
  shot: ShotRecord,
  shape: GrowthShape,
): {
  windows: number[];
  notes: PlanNote[];
  /** Frames of what is there that the new ones run into; 0 growing forward. */
  ahead: number;
} {
  const plan = planWindows({
    limits: model.manifest,
    frameCount: shape.frames,
    direction: shape.direction,
    priorCount: shape.direction === 'forward' ? shape.priorCount : 0,
    hasFollowing: shape.direction === 'backward' && shape.priorCount > 0,
    followingCount: shape.priorCount,
    anchors: [],
    contextFrames: shot.sampling.contextFrames,
    framesPerWindow: shot.sampling.framesPerWindow,
  });
  const [first] = plan.windows;
  const ahead = shape.direction === 'backward' && first !== undefined ? framesAhead(first) : 0;
  return { windows: plan.windows.map((window) => window.frames), notes: plan.notes, ahead };
}

/** Changes exactly when a shot's settings change what a run of it costs. */
export function settingsKeyOf({ modelId, sampling }: Pick<ShotRecord, 'modelId' | 'sampling'>): string {
  const { steps, guidance, guidanceRule, stepReuse } = sampling;
  return JSON.stringify([modelId, steps, guidance, guidanceRule ?? null, stepReuse ?? null]);
}

/** What a run will cost on this machine; null when the model cannot say. */
export async function estimateFor(
  app: AppState,
  shot: Pick<ShotRecord, 'modelId' | 'width' | 'height' | 'sampling'>,
  windows: readonly number[],
  source?: SegmentRecord['source'],
): Promise<Cost | null> {
  if (windows.length === 0) return null;
  const { modelId, width, height } = shot;
  const { steps, guidance, guidanceRule, stepReuse } = shot.sampling;
  const sampled = { steps, guidance, guidanceRule, stepReuse };
  const input = { modelId, width, height, windows: [...windows], ...sampled, ...(source && { source }) };
  try {
    return await app.client.invoke('generate.estimate', input);
  } catch (thrown) {
    // An estimate is a courtesy: without one the button still works and shows no cost.
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

export interface SegmentOutlook {
  readonly windows: readonly number[];
  readonly notes: readonly PlanNote[];
  /** Why it cannot run now; null when it can. */
  readonly reason: string | null;
}

/** What a run of the segment would be, before anything is queued. */
export function outlookOf(
  app: AppState,
  session: ProjectSession,
  segment: SegmentRecord,
  shot: ShotRecord,
): SegmentOutlook {
  // Filled from its file: no model runs.
  if (segment.footage !== undefined) return { windows: [], notes: [], reason: null };
  try {
    const model = modelFor(app, shot.modelId);
    if (model.problem !== null) return { windows: [], notes: [], reason: messageOf(model.problem) };
    const seed = segment.seed ?? 0;
    const { draft, notes } = planSegment({
      doc: session.doc,
      segmentId: segment.id,
      takes: session.takes,
      limits: model.manifest,
      seed,
    });
    return { windows: draft.windows.map((window) => window.frames), notes, reason: null };
  } catch (thrown) {
    if (thrown instanceof AppError) return { windows: [], notes: [], reason: messageOf(thrown) };
    throw thrown;
  }
}

export function secondsOf(frames: number, rate: Rate): number {
  return (frames * rate.den) / rate.num;
}
