/**
 * A project as one file: saved from the window, opened in it as a copy, a file that is none refused in words.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

/** Runs a command by its name, with the keyboard alone. */
async function command(film: StudioPage, name: string): Promise<void> {
  await film.page.keyboard.press('Control+Shift+p');
  await expect(film.page.getByTestId('palette')).toBeVisible();
  await film.page.keyboard.type(name);
  await film.page.keyboard.press('Enter');
}

test.describe('bundles', () => {
  test.use({ launch: { withSample: true, env: {} } });

  test('a film is saved as one file and opened again as a copy', async ({ studio }) => {
    const { page } = studio;
    const film = new StudioPage(page);
    await expect(film.clips.first()).toBeVisible();
    const before = await film.project();
    const file = path.join(studio.dir, 'film.onionskin');

    await test.step('saving writes the file, whole', async () => {
      await studio.chooseSaveFile(file);
      await command(film, 'Save a bundle');
      await expect(film.toasts).toContainText('Saved film.onionskin');
      await expect(page.getByTestId('bundle-dialog')).toBeHidden();
      expect(existsSync(file)).toBe(true);
      expect(readdirSync(studio.dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });

    await test.step('a file that is no bundle is refused, and nothing is added', async () => {
      const bad = path.join(studio.dir, 'bad.onionskin');
      writeFileSync(bad, 'no bundle');
      await studio.chooseOpenFiles([bad]);
      await command(film, 'Open a bundle');
      await expect(film.toasts.getByRole('alert').or(film.toasts.getByRole('status')).last()).toContainText(/bundle/i);
      await expect(page.getByTestId('bundle-dialog')).toBeHidden();
    });

    await test.step('opening it from the start screen adds a second project with the same takes', async () => {
      await page.keyboard.press('Control+o');
      await expect(page.getByTestId('open-project')).toHaveCount(1);
      await studio.chooseOpenFiles([file]);
      await page.getByTestId('open-bundle').click();
      await expect(page.getByTestId('bundle-opened')).toContainText('is in the library');
      await studio.screenshot('bundles-1-opened');
      await page.getByTestId('bundle-open-project').click();
      await expect(page.getByTestId('studio')).toBeVisible();
      const copy = await film.project();
      expect(copy.id).not.toBe(before.id);
      expect(copy.version).toBe(before.version);
      expect(copy.takes.map((take) => take.frames)).toEqual(before.takes.map((take) => take.frames));
      expect(copy.takes.map((take) => take.recipeHash)).toEqual(before.takes.map((take) => take.recipeHash));
      await expect(film.clips).toHaveCount(before.records.filter((record) => record.kind === 'clip').length);
    });
  });
});
