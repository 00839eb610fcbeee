/**
 * LTX (tiny) in the running studio: a clip grows backwards into the motion of its first frames, and a shot passes through
 * a clip of another one: copied, chosen or dropped, held by a strength, undone, carried into the recipe and made again.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeFilm } from '../test/support/films';
import { seriousFindings } from './fixtures/serious-findings';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const SIDE = 64;

async function newProject(studio: StudioUnderTest, files: readonly string[] = []): Promise<StudioPage> {
  // As `onionskin models add` lists a package.
  const packages = [path.resolve('test/fixtures/ltx-tiny/plain')];
  writeFileSync(path.join(studio.library, 'models.json'), JSON.stringify({ schemaVersion: 1, packages }));
  await studio.reopen();
  const { page } = studio;
  await studio.chooseOpenFiles([...files]);
  await page.keyboard.press('Control+n');
  await page.getByTestId('new-project-name').fill('LTX');
  await page.getByTestId('new-project-model').selectOption('ltx-tiny-plain');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('studio')).toBeVisible();
  return new StudioPage(page);
}

test('a clip grows backwards into its first frames, and another shot passes through a part of it', async ({
  studio,
}) => {
  test.setTimeout(180_000);
  const film = await newProject(studio);
  const { page } = studio;
  await page.getByTestId('model-badge').click();
  await expect(page.getByTestId('model-dialog')).toContainText('grow backwards into the motion of several frames');
  await page.keyboard.press('Escape');
  await film.planQuickShot('the red ball', { frames: 17 });
  await film.generate();
  const [first] = (await film.project()).takes;

  await test.step('growing backwards says how many frames it runs into, and is given them', async () => {
    await film.select(film.clips.first());
    await page.keyboard.press('Shift+E');
    await page.getByTestId('extend-frames').fill('8');
    await page.getByTestId('extend-frames').press('Tab');
    await expect(page.getByTestId('extend-ahead')).toHaveText('Runs into the first 9 frames of the clip');
    await studio.screenshot('ltx-backward');
    await page.getByTestId('extend-queue').click();
    await film.waitForTakes(2);
    const grown = (await film.project()).takes.find(({ id }) => id !== first?.id);
    const recipe = await film.recipeOf(grown?.id ?? '');
    expect(recipe).toMatchObject({
      role: 'backward',
      windows: [{ start: 0, frames: 17, prefix: 0, later: null, also: [{ index: 8, frames: 9, hold: 1 }] }],
    });
    expect(recipe.known.map(({ index, frame }) => [index, frame])).toEqual(
      first?.frames.slice(0, 9).map((frame, i) => [8 + i, frame]),
    );
  });

  await film.select(film.clips.first());
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  const start = await film.playhead();
  await film.planQuickShot('the ball', { frames: 17 });
  await film.seekTo(start + 8);

  await test.step('the copied clip is pinned at the playhead; part, place and strength can be set and undone', async () => {
    await page.keyboard.press('Control+Alt+p');
    await expect(page.getByTestId('anchor-stretch')).toBeVisible();
    await expect(page.getByTestId('pinned-frames-8')).toHaveValue('25');
    await expect(page.getByTestId('clip-inspector')).toContainText(
      'The model sees 9 of the 25 frames of a pinned clip.',
    );
    await film.setNumber('pinned-frames-8', 9);
    await expect(page.getByTestId('clip-inspector')).not.toContainText('of the 25 frames');
    await film.setNumber('pinned-from-8', -4);
    await film.setNumber('anchor-strength-8', 60);
    await page.keyboard.press('Control+z');
    await expect(page.getByTestId('anchor-strength-8')).toHaveValue('100');
    await page.keyboard.press('Control+Shift+z');
    await expect(page.getByTestId('anchor-strength-8')).toHaveValue('60');
    await studio.screenshot('ltx-pinned');
    expect(await seriousFindings(page)).toEqual([]);
  });

  await test.step('the recipe has its frames, and made again gives the same bytes', async () => {
    const shown = (await film.project()).takes;
    await film.generate();
    const take = (await film.project()).takes.find(({ id }) => shown.every((other) => other.id !== id));
    const recipe = await film.recipeOf(take?.id ?? '');
    expect(recipe.windows).toMatchObject([{ frames: 17, also: [{ index: 8, frames: 9, hold: 0.6 }] }]);
    const grown = shown.find(({ id }) => id !== first?.id);
    const whole = [...(grown?.frames ?? []), ...(first?.frames ?? [])];
    expect(recipe.known.map(({ frame }) => frame)).toEqual(whole.slice(4, 13));

    await page.keyboard.press('Control+3');
    await page.getByTestId('history-row').first().click();
    await page.getByTestId('show-recipe').click();
    await page.getByTestId('rerender-start').click();
    const result = page.getByTestId('rerender-result');
    await expect(result).toHaveAttribute('data-identical', 'true', { timeout: 90_000 });
    await page.keyboard.press('Escape');
  });
  expect(studio.pageErrors).toEqual([]);
});

test('footage that is in the film is dropped into a shot as a clip; a clip is chosen in the inspector', async ({
  studio,
}) => {
  test.setTimeout(180_000);
  const source = path.join(studio.dir, 'street.mp4');
  await writeFilm(source, { rate: '24', frames: 20, width: SIDE, height: SIDE });
  const film = await newProject(studio, [source]);
  const { page } = studio;
  await page.keyboard.press('Control+i');
  const tile = page.locator('[data-media-id]');
  await expect(tile).toHaveCount(1);
  await film.planQuickShot('the red ball', { frames: 17 });
  const clip = film.clips.first();

  await test.step('before it is on a track the menu says so', async () => {
    await tile.dragTo(clip, { targetPosition: { x: 20, y: 30 } });
    await expect(page.getByTestId('drop-pin-film')).toContainText('place it on a track first');
    await studio.screenshot('ltx-drop-film');
    await page.getByTestId('drop-place').click();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('footage-dialog')).toBeHidden();
  });

  await page.keyboard.press('End');
  await page.getByTestId('place-footage').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('footage-place').click();
  await film.waitForTakes(1);

  await test.step('then it is pinned where it is dropped', async () => {
    await tile.dragTo(clip, { targetPosition: { x: 20, y: 30 } });
    await page.getByTestId('drop-pin-film').click();
    await expect.poll(async () => (await film.records('anchor')).length).toBe(1);
    const [anchor] = await film.records('anchor');
    expect(anchor?.clip).toMatchObject({ from: 0, frames: 21 });
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await film.records('anchor')).length).toBe(0);
  });

  await test.step('or chosen in the inspector, at the playhead', async () => {
    await page.keyboard.press('Home');
    await film.select(clip);
    await page.getByTestId('pin-clip').click();
    await page.getByTestId('pin-clip-picker').getByRole('button').first().click();
    await expect(page.getByTestId('pinned-frames-0')).toHaveValue('21');
    await studio.screenshot('ltx-pin-chosen');
    const [anchor] = await film.records('anchor');
    expect(anchor).toMatchObject({ frame: 0, clip: { from: 0, frames: 21 } });
  });
  const conformed = (await film.project()).takes[0];
  await film.generate();
  const take = (await film.project()).takes.find(({ id }) => id !== conformed?.id);
  const recipe = await film.recipeOf(take?.id ?? '');
  // As the first frames the model takes at most as many as leave one to be made.
  expect(recipe.windows).toMatchObject([{ prefix: 9, frames: 17 }]);
  expect(recipe.known.map(({ frame }) => frame)).toEqual(conformed?.frames.slice(0, 9));
  expect(studio.pageErrors).toEqual([]);
});

test('a model that is shown no clips says so, where a clip would be pinned', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Pocket');
  await page.getByTestId('model-badge').click();
  await expect(page.getByTestId('model-dialog')).toContainText('it grows backwards to one frame');
  await page.keyboard.press('Escape');
  await film.planQuickShot('a red ball');
  await film.select(film.clips.first());
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Escape');
  await page.keyboard.press('End');
  await film.planQuickShot('a blue ball');
  await page.keyboard.press('Control+Alt+p');
  await expect(film.toasts).toContainText('is shown no clips, only single images');
  await expect(film.toasts).toContainText('Pin an image instead');
  expect(await film.records('anchor')).toHaveLength(0);
  await expect(page.getByTestId('pin-clip')).toHaveCount(0);
  expect(studio.pageErrors).toEqual([]);
});
