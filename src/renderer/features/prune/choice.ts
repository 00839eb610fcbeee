/** A take goes only together with those that were made from it. */
import type { PrunableTake } from '@contracts/prune';

/** Adds a take with what was made from it, or leaves it in its place with what it was made from. */
export function toggled(
  takes: readonly PrunableTake[],
  chosen: ReadonlySet<string>,
  takeId: string,
): ReadonlySet<string> {
  const isAdding = !chosen.has(takeId);
  const next = new Set(chosen);
  const reached = new Set([takeId]);
  for (const id of reached) {
    if (isAdding) next.add(id);
    else next.delete(id);
    for (const take of takes) {
      if (isAdding && take.parentTakeId === id) reached.add(take.takeId);
      if (!isAdding && take.takeId === id && take.parentTakeId !== null) reached.add(take.parentTakeId);
    }
  }
  return next;
}

/** Those of the film's own parts, with what was made from them. */
export function chosenAtFirst(takes: readonly PrunableTake[]): ReadonlySet<string> {
  let chosen: ReadonlySet<string> = new Set();
  for (const { takeId, isOfFilm } of takes)
    if (isOfFilm && !chosen.has(takeId)) chosen = toggled(takes, chosen, takeId);
  return chosen;
}
