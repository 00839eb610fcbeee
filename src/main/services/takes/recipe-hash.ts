/**
 * The name of a recipe: sha256 over its canonical JSON. Two recipes that decide the same pixels by the same words have
 * the same hash, in whatever order their fields were written.
 */
import { createHash } from 'node:crypto';
import { assert } from '@core/errors';
import { isFootage, type TakeRecipe } from '@contracts/recipe';

/** 64 lower-case hex digits, over what the recipe asks for: where its graphs then ran (docs/adr/0039) is not part of it. */
export function recipeHash(recipe: TakeRecipe): string {
  const asked = isFootage(recipe) ? recipe : { ...recipe, ranOn: undefined };
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}

/**
 * JSON with sorted keys and without spaces; fields that are undefined are left out, as JSON.stringify does.
 * @throws AssertionError on values JSON cannot hold (NaN, functions): JSON.stringify would change them in silence
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `canonical JSON cannot hold ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  assert(typeof value === 'object', `canonical JSON cannot hold a ${typeof value}`);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
