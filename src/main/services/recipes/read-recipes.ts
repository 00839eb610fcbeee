/**
 * The recipes in a file somebody brings: one that was saved as JSON, or a film, a GIF or a picture that was exported with
 * its recipes. Told by content, not by name; nothing in it is trusted.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '@core/errors';
import { Recipe } from '@contracts/recipe';
import { errnoOf } from '../../platform/fs-atomic';
import { readGifRecipe } from '../export/gif-recipe';
import { readRecipeBox } from '../export/mp4-recipe';
import { readRecipeChunk } from '../export/png-recipe';

/** What is read as a whole: pictures, GIFs and JSON. Films are walked box by box. */
const WHOLE_BYTES_MAX = 512 * 2 ** 20;
const RECIPES_MAX = 1_000;
/** Beside the frames of a PNG sequence that Onionskin wrote before frames carried their recipes. */
const SEQUENCE_RECIPES = 'recipe.json';

const Recipes = z.array(Recipe).min(1).max(RECIPES_MAX);

/**
 * @returns at least one
 * @throws AppError media/not-found, media/unsupported (no recipe in it), media/unreadable (damaged)
 */
export async function readRecipes(path: string): Promise<readonly Recipe[]> {
  const name = basename(path);
  const text = await recipeTextOf(path, name);
  if (text === null)
    throw new AppError('media/unsupported', `${name} carries no recipe.`, {
      field: 'file',
      value: name,
      remedy:
        'Choose a recipe saved as JSON, or an MP4, MOV, GIF or PNG exported with “Write the recipe into the file” on.',
    });
  return parse(text, name);
}

async function recipeTextOf(path: string, name: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    const head = await firstBytes(path, 12);
    if (head.toString('latin1', 4, 8) === 'ftyp') return await readRecipeBox(path);
    if (size > WHOLE_BYTES_MAX) return null;
    const bytes = await readFile(path);
    const inPicture = readRecipeChunk(bytes, name) ?? readGifRecipe(bytes);
    if (inPicture !== null) return inPicture;
    if (/^\d{6,}\.png$/.test(name))
      return await readFile(join(dirname(path), SEQUENCE_RECIPES), 'utf8').catch(() => null);
    return /^\s*[[{]/.test(bytes.toString('utf8', 0, 100)) ? bytes.toString('utf8') : null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const isMissing = errnoOf(error) === 'ENOENT';
    throw new AppError(
      isMissing ? 'media/not-found' : 'media/unreadable',
      isMissing ? `${name} is not there.` : `${name} cannot be opened (${errnoOf(error) ?? String(error)}).`,
      { field: 'file', value: name, remedy: 'Check the path and that you may read the file.' },
      error,
    );
  }
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    const { bytesRead } = await file.read(bytes, 0, count, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function parse(text: string, name: string): readonly Recipe[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw notARecipe(name, 'it is no whole JSON', error);
  }
  const recipes = Recipes.safeParse(Array.isArray(json) ? json : [json]);
  if (recipes.success) return recipes.data;
  const [issue] = recipes.error.issues;
  throw notARecipe(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`, recipes.error);
}

function notARecipe(name: string, why: string, cause: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `${name} is not a recipe that this version reads (${why}).`,
    { field: 'file', value: name, remedy: 'Use the file as it was saved; a newer Onionskin may have written it.' },
    cause,
  );
}
