/**
 * A take's recipe: shown, saved as JSON, and run again to see that it still gives the same frames.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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

test('a recipe comes back from a file dropped on the window: JSON, film or frame', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Dropped');
  await film.planQuickShot('a green star at night');
  await film.generate();
  const middle = await film.middleOf(page.getByTestId('viewer-canvas'));
  const dialog = page.getByTestId('recipe-file-dialog');

  const exported = async (preset: string, name: string): Promise<string> => {
    const file = path.join(studio.dir, name);
    await studio.chooseSaveFile(file);
    await page.keyboard.press('Control+e');
    await page.getByTestId(`preset-${preset}`).click();
    await expect(page.getByTestId('embed-recipe')).toBeChecked();
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
    return file;
  };

  await test.step('an exported film, dropped on the viewer, is known as what this library made', async () => {
    await studio.dropFiles([await exported('h264-mp4', 'night.mp4')], middle);
    await expect(dialog).toContainText('Recipe in night.mp4');
    await expect(dialog).toContainText('a green star at night');
    await expect(dialog.getByTestId('recipe-known')).toBeVisible();
    await studio.screenshot('recipes-1-dropped');
    await page.getByTestId('rerender-start').click();
    await expect(page.getByTestId('rerender-result')).toHaveAttribute('data-identical', 'true', { timeout: 90_000 });
    await page.keyboard.press('Escape');
  });

  await test.step('a frame of a PNG sequence, dropped on the media, is imported and offers its recipe', async () => {
    const folder = await exported('png-sequence', 'frames');
    await page.keyboard.press('Control+1');
    await studio.dropFiles([path.join(folder, '000003.png')], await film.middleOf(page.getByTestId('media-panel')));
    await expect(film.toasts).toContainText('000003.png carries its recipe');
    await film.toasts.getByRole('button', { name: 'Show recipe' }).click();
    await expect(dialog).toContainText('a green star at night');
    await page.keyboard.press('Escape');
    expect((await film.project()).media).toHaveLength(1);
  });

  await test.step('a recipe of elsewhere, as JSON, becomes a planned shot', async () => {
    const file = path.join(studio.dir, 'from a friend.json');
    await studio.chooseSaveFile(file);
    await page.keyboard.press('Control+3');
    await page.getByTestId('history-row').first().click();
    await page.getByTestId('show-recipe').click();
    await page.getByTestId('recipe-save').click();
    await expect(film.toasts).toContainText('Saved from a friend.json');
    await page.keyboard.press('Escape');
    const recipe = JSON.parse(readFileSync(file, 'utf8')) as { seed: number };
    writeFileSync(file, JSON.stringify({ ...recipe, seed: recipe.seed + 1 }));
    await page.keyboard.press('Control+1');
    await studio.dropFiles([file], await film.middleOf(page.getByTestId('media-panel')));
    await expect(dialog.getByTestId('recipe-unknown')).toBeVisible();
    const before = await film.clips.count();
    await dialog.getByTestId('recipe-plan').click();
    await expect(film.clips).toHaveCount(before + 1);
    await expect(dialog).toBeHidden();
    await film.generate();
  });

  await test.step('what carries no recipe is refused in words', async () => {
    const file = path.join(studio.dir, 'package.json');
    writeFileSync(file, '{"name": "onionskin"}');
    await studio.dropFiles([file], middle);
    await expect(film.toasts).toContainText('package.json is not a recipe');
    await expect(dialog).toBeHidden();
  });
});

test('a take whose model changed since is not identical, and the inputs that differ are named', async ({ studio }) => {
  // A package of its own: the pocket model under another name, which is then given another schedule.
  const packageDir = path.join(studio.dir, 'pocket-b');
  cpSync(path.resolve('resources/models/pocket'), packageDir, { recursive: true });
  const manifestFile = path.join(packageDir, 'onionskin.json');
  const schedulerFile = 'scheduler/scheduler_config.json';
  const setManifest = (change: { id?: string; name?: string; version: string }): void => {
    const bytes = readFileSync(path.join(packageDir, schedulerFile));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { files: { path: string }[] };
    const files = manifest.files.map((file) =>
      file.path === schedulerFile ? { ...file, sha256, bytes: bytes.length } : file,
    );
    writeFileSync(manifestFile, JSON.stringify({ ...manifest, ...change, files }));
  };
  setManifest({ id: 'pocket-b', name: 'Pocket B', version: '1.0.0' });
  writeFileSync(path.join(studio.library, 'models.json'), JSON.stringify({ schemaVersion: 1, packages: [packageDir] }));
  await studio.reopen();

  const film = new StudioPage(studio.page);
  await studio.page.keyboard.press('Control+n');
  await studio.page.getByTestId('new-project-name').fill('Another schedule');
  await studio.page.getByTestId('new-project-model').selectOption('pocket-b');
  await studio.page.keyboard.press('Enter');
  await expect(studio.page.getByTestId('studio')).toBeVisible();
  await film.planQuickShot('a red ball on a blue background', { steps: 4 });
  await film.generate();
  await studio.app.close();

  const scheduler = JSON.parse(readFileSync(path.join(packageDir, schedulerFile), 'utf8')) as object;
  writeFileSync(path.join(packageDir, schedulerFile), JSON.stringify({ ...scheduler, shift: 6 }));
  setManifest({ version: '2.0.0' });
  await studio.startAgain();
  const { page } = studio;
  await page.keyboard.press('Control+3');
  await page.getByTestId('history-row').first().click();
  await page.getByTestId('show-recipe').click();
  await page.getByTestId('rerender-start').click();
  const result = page.getByTestId('rerender-result');
  await expect(result).toHaveAttribute('data-identical', 'false', { timeout: 90_000 });
  await expect(result).toContainText(/Not identical: 9 of 9 frames differ; the furthest has a PSNR of \d+\.\d dB/);
  await expect(result).toContainText('model.version');
  await expect(result).toContainText('1.0.0');
  await expect(result).toContainText('2.0.0');
  await expect(result).toContainText(`model.files.${schedulerFile}`);
  await expect(result).toContainText('"shift":6');
  await expect(result.locator('li')).toHaveCount(3);
  await result.scrollIntoViewIfNeeded();
  await studio.screenshot('recipes-2-differs');
});
