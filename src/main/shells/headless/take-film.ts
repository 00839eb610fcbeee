/**
 * The film a take belongs to, put together from recipes alone: a take stores only the frames its own run made, and its
 * recipe names the prior (or later) frames it grew from. This is what `extend TAKE` goes on from when no document is open.
 */
import { invalidInput } from '@core/errors';
import type { TakeView } from '@contracts/job';
import type { Recipe } from '@contracts/recipe';

export interface StoredTake {
  readonly view: TakeView;
  readonly recipe: Recipe;
}

export interface TakeFilm {
  /** Frame hashes in the order of time. */
  readonly frames: readonly string[];
  /** The takes the film is made of, oldest first. */
  readonly takes: readonly StoredTake[];
}

/** A chain this long would take days to generate; a longer one is a loop in damaged data. */
const MAX_ANCESTORS = 10_000;

/** @throws AppError input/invalid when the chain of parents does not fit together */
export function filmOfTake(takeId: string, get: (takeId: string) => StoredTake): TakeFilm {
  const takes: StoredTake[] = [];
  for (let id: string | null = takeId; id !== null;) {
    if (takes.length >= MAX_ANCESTORS) throw unfit(takeId, 'its chain of parents has no end');
    const take = get(id);
    takes.unshift(take);
    id = take.view.parentTakeId;
  }
  let frames: readonly string[] = [];
  for (const take of takes) frames = grow(frames, take);
  return { frames, takes };
}

function grow(film: readonly string[], { view, recipe }: StoredTake): readonly string[] {
  if (view.parentTakeId === null) return view.frames;
  const known = new Map(recipe.known.map(({ index, frame }) => [index, frame]));
  // A stopped run keeps fewer frames; a backward run makes the last ones first.
  switch (recipe.role) {
    case 'first':
      return view.frames;
    case 'forward':
      return [...film.slice(0, afterPrior(film, known, view.id)), ...view.frames];
    case 'backward':
      return [...view.frames, ...film.slice(atFollowing(film, known.get(recipe.frameCount), 0, view.id))];
    case 'retake': {
      const from = known.has(-1) ? afterPrior(film, known, view.id) : 0;
      const following = known.get(recipe.frameCount);
      const to = following === undefined ? film.length : atFollowing(film, following, from, view.id);
      return [...film.slice(0, from), ...view.frames, ...film.slice(to)];
    }
    default:
      return recipe.role satisfies never;
  }
}

/** Index after the place where all known prior frames stand one after another; the last such place. */
function afterPrior(film: readonly string[], known: ReadonlyMap<number, string>, takeId: string): number {
  const prior: string[] = [];
  for (let index = -1; known.has(index); index--) prior.unshift(known.get(index) ?? '');
  if (prior.length === 0) throw unfit(takeId, 'its recipe names no prior frame');
  for (let end = film.length; end >= prior.length; end--)
    if (prior.every((hash, index) => film[end - prior.length + index] === hash)) return end;
  throw unfit(takeId, 'the frames it grew from are not in its parent');
}

function atFollowing(film: readonly string[], hash: string | undefined, from: number, takeId: string): number {
  const at = hash === undefined ? -1 : film.indexOf(hash, from);
  if (at < 0) throw unfit(takeId, 'the frames it grew towards are not in its parent');
  return at;
}

function unfit(takeId: string, why: string): Error {
  return invalidInput('TAKE', takeId, `cannot be put together: ${why}`, 'extend a film file instead');
}
