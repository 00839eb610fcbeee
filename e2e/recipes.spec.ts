/**
 * A take's recipe: shown, saved as JSON, and run again to see that it still gives the same frames.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a recipe is shown, saved, and rendered again to the same frames', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Recipe');
  await film.planQuickShot('a red ball on a blue background');
  await film.generate();
  await page.keyboard.press('Control+3');
  await page.getByTestId('history-row').first().click();
  await page.getByTestId('show-recipe').click();

  const file = path.join(studio.dir, 'recipe.json');
  await studio.chooseSaveFile(file);
  await page.getByTestId('recipe-save').click();
  await expect(film.toasts).toContainText('Saved recipe.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema: 1, steps: 2, frameCount: 9 });

  await page.getByTestId('rerender-start').click();
  const result = page.getByTestId('rerender-result');
  await expect(result).toHaveAttribute('data-identical', 'true', { timeout: 90_000 });
  await expect(result).toContainText('Identical: all 9 frames');
  await expect(result).toContainText('Every input is what it was');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('recipe-dialog')).toBeHidden();
  expect((await film.project()).takes).toHaveLength(1);
});
