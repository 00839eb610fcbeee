/** Asking for a run: completes the recipe, says what it will cost and queues it. */
import type { Recipe } from '@contracts/recipe';
import { createGate } from '../platform/in-order';
import { requestGeneration, type GenerationRequest } from '../services/queue/request-generation';
import type { Services } from './services';

/** @returns the job's id */
export type Generate = (input: GenerationRequest, on: Pick<Recipe, 'provider' | 'threads'>) => Promise<string>;

export function createGenerate(services: Services): Generate {
  const { appVersion, paths, clock, newId, queue, takes, frames, projects, calibration, models, engine } = services;
  const { fittedFrame, wholeFrame } = services;
  // Completing a recipe takes longer the first time (the engine starts, the model is hashed): without the gate a later
  // request could overtake it in the queue.
  const inOrder = createGate();
  return (input, on) =>
    inOrder(() =>
      requestGeneration(input, {
        queue,
        takes,
        frames,
        libraryDir: paths.dir,
        clock,
        newId,
        assertProject: (projectId) => projects.assertExists(projectId),
        estimate: (recipe) =>
          calibration.estimate(models.get(recipe.model.id).manifest, {
            ...recipe,
            windows: recipe.windows.map((window) => window.frames),
          }),
        completeRecipe: async (draft) =>
          models.completeRecipe(draft, {
            resolveMedia: fittedFrame,
            resolveReference: wholeFrame,
            provider: on.provider,
            threads: on.threads,
            versions: { app: appVersion, onnxruntime: (await engine.runtime()).onnxruntime },
          }),
      }),
    );
}
