/**
 * `onionskin extend`: goes on from a take of the library, or from the last frames of any film file, at either end.
 * --from names the frame at which the new frames take over: they begin there (forward), or end right before it (backward).
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { laterClipsOf } from '@core/diffusion/later-clips';
import { AppError, invalidInput } from '@core/errors';
import { planDirect, type KnownImage } from '@core/prompt/plan';
import type { Rate } from '@core/time/rate';
import type { ModelManifest } from '@contracts/model-manifest';
import type { Recipe } from '@contracts/recipe';
import { libraryPaths } from '@main/platform/paths';
import { FrameStore } from '@main/services/media/frame-store';
import { chooseModel, notePromptLength, type CommandContext } from './context';
import { readFilm, sizeOfFilm } from './film-source';
import { parseDevice } from './devices';
import { reportDone, summaryOf, type SamplingOptions } from './generate';
import {
  parseGuidance,
  parseInteger,
  parseNewFrames,
  parsePrompt,
  parseRules,
  parseSeed,
  parseSize,
  parseSteps,
  sizeProblem,
  type Size,
} from './options';
import { runTake } from './run-take';
import { filmOfTake } from './take-film';
import { parseOut, writeOut } from './write-out';

export interface ExtendOptions extends SamplingOptions {
  readonly from?: string;
  readonly backward?: boolean;
}

/** What is extended, whether it came from the library or from a file. */
interface Source {
  readonly frames: readonly string[];
  readonly size: Size;
  readonly rate: Rate;
  readonly manifest: ModelManifest;
  readonly recipes: readonly Recipe[];
  readonly parent: { readonly takeId: string; readonly shotId: string; readonly projectId: string | null } | null;
  /** How the model is given one of the frames. */
  known(hash: string): Promise<KnownImage>;
}

export async function extend(context: CommandContext, sourceName: string, options: ExtendOptions): Promise<void> {
  const { studio, reporter, signal } = context;
  const frameCount = parseNewFrames(options.frames);
  const seed = parseSeed(options.seed);
  const out = await parseOut(options.out);
  const source = await openSource(context, sourceName, options);
  const { manifest, size, rate } = source;
  const prompt = parsePrompt(options.prompt, manifest);
  const steps = parseSteps(options.steps, manifest);
  const guidance = parseGuidance(options.guidance, manifest);
  const rules = parseRules(options, manifest);
  const device = parseDevice(options.device);
  notePromptLength(context, manifest.id, prompt);

  const isBackward = options.backward === true;
  const kept = keptFrames(source.frames, options.from, isBackward);
  // No more frames beside the new ones are given than any window could look at.
  const ahead = laterClipsOf(manifest) === null ? 1 : Math.max(1, manifest.defaults.extensionPrefix);
  const visible = isBackward ? kept.slice(0, ahead) : kept.slice(-Math.max(1, manifest.conditioning.firstFrames.max));
  const known: KnownImage[] = [];
  for (const hash of visible) known.push(await source.known(hash));
  const { draft, notes } = planDirect({
    ...{ modelId: manifest.id, limits: manifest, rate, ...size, frameCount, prompt, seed, steps, guidance, ...rules },
    ...(options.negative !== undefined && { negative: options.negative }),
    ...(isBackward ? { direction: 'backward' as const, following: known } : { prior: known }),
  });
  for (const note of notes) reporter.note(note.text);
  const take = await runTake(
    studio,
    {
      projectId: source.parent?.projectId ?? null,
      shotId: source.parent?.shotId ?? randomUUID(),
      segmentId: randomUUID(),
      parentTakeId: source.parent?.takeId ?? null,
      draft,
      device,
    },
    { reporter, signal },
  );
  const frames = isBackward ? [...take.view.frames, ...kept] : [...kept, ...take.view.frames];
  await writeOut({ frames, ...size, rate, recipes: [...source.recipes, take.recipe] }, out, {
    ...context,
    libraryDir: studio.libraryDir,
  });
  const what = `${out.path}: ${frames.length} frames, ${take.view.frames.length} of them new`;
  reporter.line(summaryOf(take, what));
  reportDone(context, take);
}

/** The part of the old film that stays. @throws AppError input/invalid for --from outside the film */
export function keptFrames(
  frames: readonly string[],
  from: string | undefined,
  isBackward: boolean,
): readonly string[] {
  const last = frames.length;
  if (isBackward) return frames.slice(from === undefined ? 0 : parseInteger('--from', from, 0, last - 1));
  return frames.slice(0, from === undefined ? last : parseInteger('--from', from, 1, last));
}

async function openSource(context: CommandContext, name: string, options: ExtendOptions): Promise<Source> {
  const isFile = (await stat(name).catch(() => null)) !== null;
  return isFile ? fileSource(context, name, options) : takeSource(context, name, options);
}

function takeSource({ studio }: CommandContext, takeId: string, options: ExtendOptions): Source {
  const get = (id: string) => studio.takes.get(id);
  let stored;
  try {
    stored = get(takeId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'internal/bug') throw error;
    throw new AppError(
      'input/not-found',
      'is neither a file nor a take of the library',
      {
        field: 'FILE|TAKE',
        value: takeId,
        remedy: 'name a film, a folder of PNGs or the take id that generate printed',
      },
      error,
    );
  }
  const { recipe, view, projectId } = stored;
  const size = { width: recipe.width, height: recipe.height };
  if (options.size !== undefined && options.size !== `${size.width}x${size.height}`)
    throw invalidInput(
      '--size',
      options.size,
      'a take keeps its size',
      `leave --size out: it is ${size.width}x${size.height}`,
    );
  const manifest = chooseModel(studio, options.model ?? recipe.model.id);
  const problem = sizeProblem(size, manifest);
  if (problem !== null) throw problem;
  const film = filmOfTake(takeId, get);
  return {
    ...{ frames: film.frames, size, rate: recipe.rate, manifest },
    recipes: film.takes.map((take) => take.recipe),
    parent: { takeId, shotId: view.shotId, projectId },
    known: (frame) => Promise.resolve({ frame }),
  };
}

async function fileSource(context: CommandContext, path: string, options: ExtendOptions): Promise<Source> {
  const { studio, reporter, signal } = context;
  const manifest = chooseModel(studio, options.model);
  const original = await sizeOfFilm(path, signal);
  const size = options.size === undefined ? original : parseSize(options.size, manifest);
  const problem = sizeProblem(size, manifest);
  if (problem !== null)
    throw invalidInput(
      'FILE',
      path,
      `is ${original.width}x${original.height}, and ${problem.message}`,
      `add --size ${manifest.nativeSize.join('x')} to scale it to cover that size and crop the rest`,
    );
  if (size.width !== original.width || size.height !== original.height)
    reporter.note(
      `${path} is ${original.width}x${original.height}: scaled to cover ${size.width}x${size.height}, cropped at the centre`,
    );
  const store = new FrameStore(libraryPaths(studio.libraryDir).frames);
  const { frames } = await readFilm(path, size, { store, signal });
  return {
    ...{ frames, size, rate: manifest.nativeRate, manifest, recipes: [], parent: null },
    // As media, the frames the recipe names stay in the library for as long as the take does.
    known: async (hash) => ({ mediaId: (await studio.media.importFile(null, store.pathOf(hash), signal)).id }),
  };
}
