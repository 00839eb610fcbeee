/**
 * From a project and a range to an export job: the film is planned from the document as it is now, and the plan is
 * written beside the job, so later edits do not reach into it.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import { recordOf, recordsOf } from '@core/document/access';
import type { Document } from '@core/document/records';
import type { TakeIndex } from '@core/document/takes';
import { invalidInput } from '@core/errors';
import { clipAlone } from '@core/export/clip-alone';
import { planFilm, type FilmPlan } from '@core/export/plan';
import { planSound, SOUND_CHANNELS } from '@core/export/sound-plan';
import type { Smoothing } from '@core/interpolation/smoothing';
import type { ExportPreset } from '@contracts/job';
import { isFootage, type Recipe } from '@contracts/recipe';
import type { Clock } from '../../platform/clock';
import { writeFileAtomic } from '../../platform/fs-atomic';
import { assertFreeSpace } from '../library/free-space';
import type { ExportTask, TaskSound } from '../export/messages';
import { assertCanWrite } from '../export/out-path';
import { assertPresetHolds, HAS_SOUND } from '../export/presets';
import { assertHasPicture, filmFormatOf, framesToWrite } from '../export/write-film';
import type { TakeStore } from '../takes/take-store';
import { interchangeTask } from './interchange-task';
import type { JobQueue } from './job-queue';

export interface ExportRequest {
  readonly projectId: string;
  readonly preset: ExportPreset;
  /** Absolute. */
  readonly outPath: string;
  /** Project frames [from, to). */
  readonly from: number;
  readonly to: number;
  /** This clip alone, with the sound that is linked with it; then the range is the clip's. */
  readonly clipId?: string | null | undefined;
  readonly embedRecipe: boolean;
  /** The file plays at so many times the film's rate, with frames drawn in between. */
  readonly smoothing: Smoothing;
}

export interface RequestExportOptions {
  readonly queue: JobQueue;
  readonly takes: TakeStore;
  readonly framesDir: string;
  readonly jobsDir: string;
  readonly libraryDir: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly documentOf: (projectId: string) => { readonly version: number; readonly document: Document };
  readonly fittedFrame: (mediaId: string, width: number, height: number) => Promise<string>;
  /** The interpolator's graph and how many threads it gets. */
  readonly interpolator: { readonly graphFile: string; readonly threads: number };
  readonly soundFile: (mediaId: string) => Promise<{ readonly path: string; readonly channels: number }>;
}

/**
 * @returns the job's id
 * @throws AppError project/not-found, input/invalid, export/empty, export/missing-frames, export/write-failed, queue/full
 */
export async function requestExport(request: ExportRequest, options: RequestExportOptions): Promise<string> {
  const { queue, takes, clock, newId, jobsDir } = options;
  const { projectId, preset, outPath, embedRecipe, smoothing } = request;
  if (!isAbsolute(outPath))
    throw invalidInput('outPath', outPath, 'the file to write needs an absolute path', 'Choose it again.');
  const { version, document, from, to } = filmOf(request, options);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from)
    throw invalidInput(
      'range',
      `${from}-${to}`,
      `frames ${from} to ${to} are not a range`,
      'Set the in point before the out point.',
    );
  const index = takeIndexFrom(takes.list(projectId));
  const stills = await fitStills(document, options);
  const stillFrame = (mediaId: string) => stills.get(mediaId) ?? null;
  const plan = planFilm(document, index, { from, to, stills: stillFrame });
  assertHasPicture(plan);
  const smooth = smoothing === 1 ? null : { smoothing, ...options.interpolator };
  if (preset === 'timeline' && smooth !== null)
    throw invalidInput(
      'smoothing',
      smoothing,
      'a timeline for other programs has the frames of the film and no others',
      'Export it as it is, and draw frames in between there or in an export of the whole film.',
    );
  const film = filmFormatOf({ plan, smooth });
  assertPresetHolds(preset, film);
  await assertCanWrite(preset, outPath);
  await assertFreeSpace(options.libraryDir, 0);
  const sound = HAS_SOUND[preset] ? await soundIn(document, { from, to }, options) : null;
  const recipesOf = embedRecipe ? recipesOfFrames(document, index, takes) : null;
  const recipes = recipesOf?.(plan.frames.flatMap((layers) => layers.map(({ frame }) => frame))) ?? null;
  const interchange =
    preset !== 'timeline'
      ? null
      : interchangeTask({
          ...{ document, takes: index, from, to, stills: stillFrame },
          soundFiles: new Map(Object.entries(sound?.files ?? {})),
          recipesOf,
        });
  const frameCount = framesToWrite({ plan, smooth, interchange });
  // A PNG or a ProRes frame is never much larger than its pixels; visually lossless H.264 and a GIF stay under a quarter.
  const pixelBytes = frameCount * film.width * film.height * 3;
  const soundBytes = (sound?.plan.length ?? 0) * SOUND_CHANNELS * Float32Array.BYTES_PER_ELEMENT;
  const isLarge = preset === 'png-sequence' || preset === 'prores-mov' || preset === 'timeline';
  const filmBytes = isLarge ? pixelBytes : Math.ceil(pixelBytes / 4);
  await assertFreeSpace(dirname(outPath), filmBytes + soundBytes);
  const files = { framesDir: options.framesDir, outPath };
  const task: ExportTask = { ...taskPlan(plan), preset, ...files, recipes, sound, smooth, interchange };
  const id = newId();
  await writeFileAtomic(join(jobsDir, id, 'plan.json'), JSON.stringify(task));
  return queue.add({
    id,
    projectId,
    title: basename(outPath),
    frameCount,
    payload: { kind: 'export', preset, outPath, from, to, embedRecipe, smoothing, version },
    createdAt: clock.now(),
  });
}

/** What is exported: the whole document, or a clip of it alone. */
function filmOf(
  { projectId, clipId = null, from, to }: Pick<ExportRequest, 'projectId' | 'clipId' | 'from' | 'to'>,
  { documentOf }: Pick<RequestExportOptions, 'documentOf'>,
): { readonly version: number; readonly document: Document; readonly from: number; readonly to: number } {
  const { version, document } = documentOf(projectId);
  return clipId === null ? { version, document, from, to } : { version, ...clipAlone(document, clipId) };
}

/**
 * What a clip alone would be as a film. `key` is another one as soon as the film would be.
 * @throws AppError project/not-found, input/invalid, export/missing-frames
 */
export async function clipFilm(
  { projectId, clipId }: { readonly projectId: string; readonly clipId: string },
  options: RequestExportOptions,
): Promise<{ readonly key: string; readonly from: number; readonly to: number; readonly name: string }> {
  const { document, from, to } = filmOf({ projectId, clipId, from: 0, to: 0 }, options);
  const stills = await fitStills(document, options);
  const index = takeIndexFrom(options.takes.list(projectId));
  const plan = planFilm(document, index, { from, to, stills: (mediaId) => stills.get(mediaId) ?? null });
  assertHasPicture(plan);
  const { width, height, rate, frames } = plan;
  const sound = planSound(document, { from, to });
  const text = JSON.stringify([width, height, rate, frames, sound]);
  const key = createHash('sha256').update(text).digest('hex');
  return { key, from, to, name: recordOf(document, 'clip', clipId).name };
}

/** Null when nothing is heard in the range: a silent film has no empty audio track. */
async function soundIn(
  document: Document,
  range: { readonly from: number; readonly to: number },
  options: RequestExportOptions,
): Promise<TaskSound | null> {
  const plan = planSound(document, range);
  if (plan.clips.length === 0) return null;
  const ids = [...new Set(plan.clips.map(({ mediaId }) => mediaId))];
  const files: Record<string, { readonly path: string; readonly channels: number }> = {};
  for (const mediaId of ids) {
    const { path, channels } = await options.soundFile(mediaId);
    files[mediaId] = { path, channels };
  }
  return { plan, files };
}

/** The plan with lists its schema may own. */
function taskPlan(plan: FilmPlan): Pick<ExportTask, 'plan'> {
  return { plan: { ...plan, frames: plan.frames.map((layers) => [...layers]), missing: [...plan.missing] } };
}

async function fitStills(document: Document, options: RequestExportOptions): Promise<Map<string, string>> {
  const project = document.get('project');
  const fitted = new Map<string, string>();
  if (project?.kind !== 'project') return fitted;
  for (const clip of recordsOf(document, 'clip')) {
    if (clip.source.type !== 'still' || fitted.has(clip.source.mediaId)) continue;
    const { mediaId } = clip.source;
    fitted.set(mediaId, await options.fittedFrame(mediaId, project.width, project.height));
  }
  return fitted;
}

/** Recipes of the generated takes in use by any shot that have one of these frames, each once. */
function recipesOfFrames(
  document: Document,
  index: TakeIndex,
  takes: TakeStore,
): (frames: readonly string[]) => Recipe[] {
  const takeIds = new Set<string>();
  for (const shot of recordsOf(document, 'shot'))
    for (const { takeId } of resolveShot(document, shot.id, index).spans) if (takeId !== null) takeIds.add(takeId);
  const used = [...takeIds].map((takeId) => takes.get(takeId));
  return (frames) => {
    const shown = new Set(frames);
    return used
      .filter(({ view }) => view.frames.some((hash) => shown.has(hash)))
      .flatMap(({ recipe }) => (isFootage(recipe) ? [] : [recipe]));
  };
}
