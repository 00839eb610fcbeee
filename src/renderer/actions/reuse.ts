/**
 * A recipe from the history as a new planned shot: the same prompts, settings and, unless another is wanted, the same
 * seed. A shot begins anew: frames the recipe was given (an image, the end of another part) are not part of it. Travel
 * zones cannot be read back from windows' weights: each window comes with its prompt of most weight, and that is said.
 */
import { samplingFrom } from '@core/document/default-sampling';
import { recordsOf } from '@core/document/access';
import { applyDiff, squashDiffs } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { insertShot } from '@core/timeline/insert-shot';
import { addPromptBlock } from '@core/timeline/prompt-blocks';
import { ceilToRate } from '@core/time/rate';
import type { Recipe } from '@contracts/recipe';
import type { AppState } from '../state/app.svelte';
import { freePlace, modelFor } from './generate';
import { strings } from './strings';

export interface PromptSpan {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly text: string;
}

/** The prompts of a recipe over its new frames 0 … frameCount−1; windows with the same text are one. */
export function promptSpans(recipe: Pick<Recipe, 'windows' | 'frameCount'>): PromptSpan[] {
  const spans: PromptSpan[] = [];
  const windows = [...recipe.windows].sort((a, b) => a.keepFrom - b.keepFrom);
  for (const { keepFrom, keepTo, prompt } of windows) {
    const from = Math.max(spans.at(-1)?.to ?? 0, keepFrom);
    const to = Math.min(recipe.frameCount, keepTo);
    if (from >= to) continue;
    const last = spans.at(-1);
    if (last?.text === prompt && last.to === from) spans[spans.length - 1] = { ...last, to };
    else spans.push({ from, to, text: prompt });
  }
  return spans;
}

/** A take's recipe, planned. False when it was refused. */
export async function useRecipe(app: AppState, takeId: string, how: { readonly withSeed: boolean }): Promise<boolean> {
  const answer = await app.attempt(() => app.client.invoke('takes.recipe', { takeId }));
  return answer !== null && planRecipe(app, answer.recipe, how);
}

/** Plans the shot at the playhead and selects it. False when it was refused. */
export async function planRecipe(
  app: AppState,
  recipe: Recipe,
  { withSeed }: { readonly withSeed: boolean },
): Promise<boolean> {
  const session = app.session;
  if (session === null) return false;
  app.flushEdits();
  const isDone = await app.attempt(() => {
    const { manifest } = modelFor(app, recipe.model.id);
    const { width, height, rate, frameCount, steps, guidance, secondGuidance, guidanceRule, stepReuse, motion } =
      recipe;
    const rules = {
      ...(secondGuidance !== undefined && { secondGuidance }),
      ...(guidanceRule && { guidanceRule }),
      ...(stepReuse && { stepReuse }),
      ...(motion && { motion }),
    };
    const durationFrames = ceilToRate(frameCount, rate, session.project.rate);
    const place = freePlace(session, { start: app.transport.playhead }, durationFrames);
    const [shotId, clipId] = [session.newId(), session.newId()];
    const blocks = promptSpans(recipe).map((span) => ({ id: session.newId(), shotId, ...span }));
    const shot = {
      shotId,
      segmentId: session.newId(),
      clipId,
      blockId: null,
      text: null,
      ...place,
      name: strings.shotName(recordsOf(session.doc, 'shot').length + 1),
      modelId: manifest.id,
      rate,
      width,
      height,
      // Rules that the recipe does not have are not those of the model either.
      sampling: {
        ...samplingFrom({ ...manifest.defaults, guidanceRule: undefined }),
        steps,
        guidance,
        ...rules,
        negative: recipe.windows[0]?.negative ?? '',
      },
      frameCount,
      seed: withSeed ? recipe.seed : null,
    };
    const made = session.edit(withSeed ? strings.useAgain : strings.vary, (doc) => {
      const steps: ((doc: Document) => DocumentDiff)[] = [
        (now) => insertShot(now, shot),
        ...blocks.map((block) => (now: Document) => addPromptBlock(now, block)),
      ];
      return inOrder(doc, steps);
    });
    if (!made) return Promise.resolve(false);
    session.select([clipId]);
    app.transport.seek(place.start);
    if (recipe.windows.some((window) => window.travel !== undefined))
      app.toast('info', strings.withoutTravel, strings.withoutTravelRemedy);
    if (hasCurves(recipe)) app.toast('info', strings.withoutCurves, strings.withoutCurvesRemedy);
    if (recipe.known.length > 0) app.toast('info', strings.withoutFrames, strings.withoutFramesRemedy);
    return Promise.resolve(true);
  });
  return isDone ?? false;
}

/** Windows hold what the curves came to, not the keys. */
function hasCurves({ windows, camera }: Recipe): boolean {
  const isCurved = ({ guidance, promptStrength, hold }: Recipe['windows'][number]): boolean =>
    [guidance, promptStrength, hold].some((values) => values !== undefined);
  return camera !== undefined || windows.some(isCurved);
}

/** Several edits, each on the document the one before left, as one. */
function inOrder(doc: Document, steps: readonly ((doc: Document) => DocumentDiff)[]): DocumentDiff {
  let now = doc;
  let all: DocumentDiff = { added: [], updated: [], removed: [] };
  for (const step of steps) {
    const diff = step(now);
    now = applyDiff(now, diff);
    all = squashDiffs(all, diff);
  }
  return all;
}

/** A take's whole recipe, readable, on the clipboard. */
export async function copyTakeRecipe(app: AppState, takeId: string): Promise<void> {
  const answer = await app.attempt(() => app.client.invoke('takes.recipe', { takeId }));
  if (answer !== null) await copyRecipe(app, answer.recipe);
}

export async function copyRecipe(app: AppState, recipe: Recipe): Promise<void> {
  await app.attempt(async () => {
    await navigator.clipboard.writeText(JSON.stringify(recipe, null, 2));
    app.toast('success', strings.recipeCopied, strings.recipeCopiedRemedy);
  });
}

/** The same in a file; main asks for its name. */
export async function saveRecipe(app: AppState, takeId: string): Promise<void> {
  const answer = await app.attempt(() => app.client.invoke('takes.saveRecipe', { takeId }));
  const name = answer?.name ?? null;
  if (name !== null) app.toast('success', strings.recipeSaved(name), strings.recipeCopiedRemedy);
}
