/**
 * From what the artist asks for to a job: images become stored frames of the right size, the recipe is completed, and
 * what can be refused is refused now, with a sentence, not hours later in the queue.
 */
import { AppError } from '@core/errors';
import { draftKey } from '@core/prompt/draft-key';
import type { Estimate } from '@contracts/job';
import { RecipeDraft, type Recipe } from '@contracts/recipe';
import type { Clock } from '../../platform/clock';
import type { FrameStore } from '../media/frame-store';
import { assertFreeSpace } from '../library/free-space';
import type { TakeStore } from '../takes/take-store';
import type { JobQueue } from './job-queue';

export interface GenerationRequest {
  readonly projectId: string | null;
  readonly shotId: string;
  readonly segmentId: string;
  readonly parentTakeId: string | null;
  readonly draft: RecipeDraft;
}

export interface RequestGenerationOptions {
  readonly queue: JobQueue;
  readonly takes: TakeStore;
  readonly frames: FrameStore;
  readonly libraryDir: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly assertProject: (projectId: string) => void;
  /** What it will cost; kept with the job, to be held against what it takes. */
  readonly estimate: (recipe: Recipe) => Estimate;
  /** Adds all that is not the artist's to choose; turns images into stored frames. */
  readonly completeRecipe: (draft: RecipeDraft) => Promise<Recipe>;
}

/**
 * @returns the job's id
 * @throws AppError input/invalid, input/not-found, project/not-found, media/*, model/*, library/disk-full, queue/full
 */
export async function requestGeneration(
  request: GenerationRequest,
  options: RequestGenerationOptions,
): Promise<string> {
  const { queue, takes, clock, newId } = options;
  const draft = RecipeDraft.parse(request.draft);
  if (request.projectId !== null) options.assertProject(request.projectId);
  if (request.parentTakeId !== null) takes.get(request.parentTakeId);
  await assertStored(draft, options.frames);
  const recipe = await options.completeRecipe(draft);
  // A PNG is never much larger than its pixels.
  await assertFreeSpace(options.libraryDir, recipe.frameCount * recipe.width * recipe.height * 3);
  return queue.add({
    id: newId(),
    projectId: request.projectId,
    title: titleOf(recipe),
    frameCount: recipe.frameCount,
    payload: {
      kind: 'generate',
      shotId: request.shotId,
      segmentId: request.segmentId,
      parentTakeId: request.parentTakeId,
      recipe,
      draftKey: draftKey(draft),
      estimate: options.estimate(recipe),
    },
    createdAt: clock.now(),
  });
}

async function assertStored(draft: RecipeDraft, frames: FrameStore): Promise<void> {
  const hashes = draft.known.flatMap((known) => ('frame' in known ? [known.frame] : []));
  for (const hash of new Set([...hashes, ...(draft.source?.frames ?? [])])) {
    if (await frames.has(hash)) continue;
    throw new AppError('input/not-found', 'A frame this run starts from is not in the library.', {
      field: 'known',
      value: hash,
      remedy: 'Choose another take of the segment before, or generate it again.',
    });
  }
}

const TITLE_MAX = 200;

/** The prompts in order, each once, on one line. */
function titleOf(recipe: Recipe): string {
  const prompts = recipe.windows
    .map((window) => window.prompt.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  const title = [...new Set(prompts)].join(' → ');
  return title === '' ? '(no prompt)' : title.slice(0, TITLE_MAX);
}
