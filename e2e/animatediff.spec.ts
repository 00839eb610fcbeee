/**
 * Models of the AnimateDiff family (tiny) in the running studio: a clip is drawn over with other words, a part becomes a
 * loop, and SparseCtrl is told of any number of pinned pictures. Each is set, undone and carried into the recipe.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

async function startWith(studio: StudioUnderTest, fixture: string, modelId: string): Promise<StudioPage> {
  // As `onionskin models add` lists a package.
  const packages = [path.resolve('test/fixtures', fixture)];
  writeFileSync(path.join(studio.library, 'models.json'), JSON.stringify({ schemaVersion: 1, packages }));
  await studio.reopen();
  const { page } = studio;
  await page.keyboard.press('Control+n');
  await page.getByTestId('new-project-name').fill('Film');
  await page.getByTestId('new-project-model').selectOption(modelId);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('studio')).toBeVisible();
  await expect(page.getByTestId('new-project-dialog')).toBeHidden();
  return new StudioPage(page);
}

test('a clip is drawn over with other words, and a part becomes a loop', async ({ studio }) => {
  const film = await startWith(studio, 'animatediff-tiny/package', 'animatediff-tiny');
  const { page } = studio;
  await film.planQuickShot('the red ball', { frames: 6 });
  const loop = page.getByTestId('loop-part');
  await loop.check();
  await page.keyboard.press('Control+z');
  await expect(loop).not.toBeChecked();
  await page.keyboard.press('Control+Shift+z');
  await expect(loop).toBeChecked();
  await film.generate();
  const [below] = (await film.project()).takes;
  expect((await film.recipeOf(below?.id ?? '')).windows).toMatchObject([{ start: 0, frames: 6, loop: true }]);

  await page.keyboard.press('Alt+g');
  const prompt = page.getByTestId('prompt-text');
  await expect(prompt).toBeFocused();
  await expect(prompt).toHaveValue('the red ball');
  await prompt.fill('an ink ball');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('source-shot')).toHaveText('Shot 1');
  await expect(page.getByTestId('strength')).toHaveValue('60');
  await film.setNumber('strength', 50);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('strength')).toHaveValue('60');
  await page.keyboard.press('Control+Shift+z');
  await film.setNumber('steps', 4);
  await studio.screenshot('animatediff-redraw');
  await film.generate();
  const above = (await film.project()).takes.find(({ id }) => id !== below?.id);
  expect(await film.recipeOf(above?.id ?? '')).toMatchObject({
    source: { strength: 0.5, from: 0, frames: below?.frames },
    steps: 4,
    windows: [{ prompt: 'an ink ball' }],
  });
  const [lower, upper] = await film.clipRecords();
  expect([upper?.start, upper?.duration]).toEqual([lower?.start, lower?.duration]);
  expect(upper?.trackId).not.toBe(lower?.trackId);
  await studio.screenshot('animatediff-redrawn');
  expect(studio.pageErrors).toEqual([]);
});

test('a model with SparseCtrl is told of several pinned pictures at once', async ({ studio }) => {
  const film = await startWith(studio, 'sparsectrl-tiny/photographs', 'sparsectrl-tiny-photographs');
  const { page } = studio;
  const pictures = ['first-frame/000.png', 'first-frame/008.png', 'last-frame/000.png'];
  await studio.chooseOpenFiles(pictures.map((name) => path.resolve('test/fixtures/pocket-reference', name)));
  await page.keyboard.press('Control+i');
  const tiles = page.locator('[data-media-id]');
  await expect(tiles).toHaveCount(3);
  await film.planQuickShot('the red ball', { frames: 8 });
  await tiles.nth(0).dragTo(page.getByTestId('first-frame'));
  await tiles.nth(1).dragTo(page.getByTestId('last-frame'));
  const clip = film.clips.first();
  const box = await clip.boundingBox();
  await tiles.nth(2).dragTo(clip, { targetPosition: { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 } });
  await page.getByTestId('drop-pin').click();
  await expect.poll(async () => (await film.records('anchor')).length).toBe(3);
  const middle = (await film.records('anchor')).map(({ frame }) => frame).find((frame) => frame > 0 && frame < 7);
  await film.select(clip);
  await film.setNumber(`anchor-strength-${String(middle)}`, 40);
  await expect(page.getByTestId('one-strength')).toContainText('one strength for all images of a window');
  await expect(page.getByTestId('clip-inspector')).toContainText('80 %, the mean of theirs');
  await studio.screenshot('animatediff-one-strength');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('clip-inspector')).not.toContainText('80 %, the mean of theirs');
  await film.generate();
  const [take] = (await film.project()).takes;
  const recipe = await film.recipeOf(take?.id ?? '');
  expect(recipe.windows).toMatchObject([{ prefix: 1, later: middle, also: [{ index: 7, frames: 1, hold: 1 }] }]);
  expect(recipe.known.map(({ index }) => index)).toEqual([0, middle, 7]);
  await studio.screenshot('animatediff-sparse');
  expect(studio.pageErrors).toEqual([]);
});
