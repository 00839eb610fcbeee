/**
 * A model that reads no words (Stable Video Diffusion, tiny) in the running studio: what it can is listed, a shot grows
 * from a picture, and how much moves is set, undone and carried into the recipe.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StudioBridge } from '@contracts/ipc';
import type { Recipe } from '@contracts/recipe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

declare const window: { studio: StudioBridge };

test('a film from a picture alone, with as much motion as is asked for', async ({ studio }) => {
  // As `onionskin models add` lists a package.
  const packages = [path.resolve('test/fixtures/svd-tiny/package')];
  writeFileSync(path.join(studio.library, 'models.json'), JSON.stringify({ schemaVersion: 1, packages }));
  await studio.reopen();
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await studio.chooseOpenFiles([path.resolve('test/fixtures/pocket-reference/first-frame/000.png')]);

  await page.keyboard.press('Control+n');
  await page.getByTestId('new-project-name').fill('Motion');
  await page.getByTestId('new-project-model').selectOption('svd-tiny');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('studio')).toBeVisible();
  await page.getByTestId('model-badge').click();
  await expect(page.getByTestId('model-dialog')).toContainText('be told how much moves');
  await expect(page.getByTestId('model-dialog')).toContainText('read prompts: it was not trained with text');
  await studio.screenshot('motion-model');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+i');
  const tile = page.locator('[data-media-id]').first();
  await tile.hover();
  await tile.getByTestId('use-as-first-frame').click();
  await expect(page.getByTestId('first-frame').getByRole('img')).toBeVisible();
  await page.keyboard.type('a red ball');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('token-count')).toHaveText('this model reads no prompts');
  await expect(page.getByTestId('plan-notes')).toContainText('This model reads no prompts');

  await film.setNumber('steps', 3);
  await expect(page.getByTestId('motion')).toHaveValue('127');
  await film.setNumber('motion', 200);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('motion')).toHaveValue('127');
  await page.keyboard.press('Control+Shift+z');
  await film.setNumber('image-noise', 0.1);
  await studio.screenshot('motion-set');
  await film.generate();
  const [take] = (await film.project()).takes;
  const answer = await page.evaluate((takeId) => window.studio.invoke('takes.recipe', { takeId }), take?.id ?? '');
  const { recipe } = (answer as { value: { recipe: Recipe } }).value;
  expect(recipe).toMatchObject({ family: 'svd', motion: { bucket: 200, noise: 0.1 }, windows: [{ prompt: '' }] });
  expect(take?.frames).toHaveLength(8);
  expect(studio.pageErrors).toEqual([]);
});
