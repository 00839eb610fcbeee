import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { aRecipe } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { encodeRgbPng } from '../../platform/png';
import { recipeChunk, withChunk } from '../export/png-recipe';

import { readRecipes } from './read-recipes';

const picture = encodeRgbPng(new Uint8Array(16 * 16 * 3), 16, 16);

function aFile(name: string, content: string | Uint8Array): string {
  const file = path.join(tempDir(), name);
  writeFileSync(file, content);
  return file;
}

test('a saved recipe, and a list of them as beside a PNG sequence', async () => {
  const [one, other] = [aRecipe({ seed: 1 }), aRecipe({ seed: 2 })];
  expect(await readRecipes(aFile('recipe.json', JSON.stringify(one, null, 2)))).toEqual([one]);
  expect(await readRecipes(aFile('recipe.json', `\n${JSON.stringify([one, other])}`))).toEqual([one, other]);
});

test('a frame of a sequence from before frames carried recipes has them beside it', async () => {
  const frame = aFile('000012.png', picture);
  await expect(readRecipes(frame)).rejects.toMatchObject({ code: 'media/unsupported' });
  writeFileSync(path.join(path.dirname(frame), 'recipe.json'), JSON.stringify([aRecipe()]));
  expect(await readRecipes(frame)).toEqual([aRecipe()]);
});

test.each([
  ['picture.png', picture, 'media/unsupported', 'carries no recipe'],
  ['empty.json', '', 'media/unsupported', 'carries no recipe'],
  ['notes.txt', 'a red ball', 'media/unsupported', 'carries no recipe'],
  ['cut.json', JSON.stringify(aRecipe()).slice(0, 200), 'media/unreadable', 'no whole JSON'],
  ['newer.json', JSON.stringify({ ...aRecipe(), schema: 2 }), 'media/unreadable', 'schema'],
  ['other.json', '{"name": "package"}', 'media/unreadable', 'not a recipe'],
  ['none.json', '[]', 'media/unreadable', 'not a recipe'],
  ['film.gif', 'GIF89a', 'media/unsupported', 'carries no recipe'],
  ['film.mp4', Buffer.from('00000010667479706d70343200000000', 'hex'), 'media/unsupported', 'carries no recipe'],
] as const)('%s is refused in words', async (name, content, code, words) => {
  const reading = readRecipes(aFile(name, content));
  await expect(reading).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
    detail: { value: name },
  });
});

test('a file that is gone, and one that is a folder', async () => {
  await expect(readRecipes(path.join(tempDir(), 'gone.json'))).rejects.toMatchObject({ code: 'media/not-found' });
  await expect(readRecipes(tempDir())).rejects.toMatchObject({ code: 'media/unreadable' });
});

test('a damaged chunk says so; a picture cut before it carries nothing', async () => {
  const file = aFile('frame.png', withChunk(picture, recipeChunk(JSON.stringify(aRecipe()))));
  expect(await readRecipes(file)).toEqual([aRecipe()]);
  const bytes = readFileSync(file);
  const flipped = Buffer.from(bytes);
  flipped[bytes.length - 40]! ^= 1;
  writeFileSync(file, flipped);
  await expect(readRecipes(file)).rejects.toMatchObject({ code: 'media/unreadable' });
  for (const length of [bytes.length - 60, picture.length - 12, 20]) {
    writeFileSync(file, bytes.subarray(0, length));
    await expect(readRecipes(file)).rejects.toMatchObject({ code: expect.stringMatching(/^media\/un/) });
  }
});
