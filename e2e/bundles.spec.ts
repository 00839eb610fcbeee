/**
 * A project as one file: saved from the window, opened in it as a copy or merged into the film it is of, a file that is
 * none refused in words.
 */
import { cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
      // The project is here: what would be added is said, and a copy is asked for.
      await expect(page.getByTestId('bundle-adds-mine')).toHaveText('Adds nothing: all of it is here');
      await page.getByTestId('bundle-way-copy').check();
      await page.getByTestId('bundle-go-on').click();
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

test('a film that went on in two libraries is merged, and nothing of either is lost', async ({ studio }) => {
  const film = (): StudioPage => new StudioPage(studio.page);
  const markers = async (): Promise<unknown[]> =>
    (await film().project()).records.flatMap((record) => (record.kind === 'marker' ? [record.frame] : []));
  const marker = async (frame: number): Promise<void> => {
    await film().seekTo(frame);
    await studio.page.keyboard.press('m');
    await film().waitForSaved();
  };
  await film().newProject('Two desks');
  await film().planQuickShot('a red ball on a blue background');
  await film().generate();
  const elsewhere = path.join(studio.dir, 'elsewhere');
  const file = path.join(studio.dir, 'two desks.onionskin');
  await studio.app.close();
  cpSync(studio.library, elsewhere, { recursive: true });

  await test.step('at the other desk: a marker, a second take, a bundle', async () => {
    await studio.startAgain();
    await marker(3);
    await film().clips.first().click();
    await film().generate();
    await studio.chooseSaveFile(file);
    await command(film(), 'Save a bundle');
    await expect(film().toasts).toContainText('Saved two desks.onionskin');
    await studio.app.close();
    rmSync(studio.library, { recursive: true });
    renameSync(elsewhere, studio.library);
    await studio.startAgain();
  });

  await test.step('here: another marker; the bundle says what it would add', async () => {
    await marker(5);
    await studio.chooseOpenFiles([file]);
    await command(film(), 'Open a bundle');
    await expect(studio.page.getByTestId('bundle-known')).toContainText('“Two desks” is in this library already');
    await expect(studio.page.getByTestId('bundle-adds-mine')).toHaveText(/Adds 1 take, 9 frames, \d+ versions?/);
    await expect(studio.page.getByTestId('bundle-differences')).toContainText('2 other differences');
    await expect(studio.page.getByTestId('bundle-way-mine')).toBeFocused();
    await studio.screenshot('bundles-2-choice');
  });

  await test.step('merged, with the film of the bundle going on', async () => {
    await studio.page.keyboard.press('ArrowDown');
    await expect(studio.page.getByTestId('bundle-way-theirs')).toBeChecked();
    await studio.page.getByTestId('bundle-go-on').click();
    await expect(studio.page.getByTestId('bundle-opened')).toHaveText('Merged into “Two desks”');
    await studio.screenshot('bundles-3-merged');
    await studio.page.keyboard.press('Escape');
    expect(await markers()).toEqual([3]);
    expect((await film().project()).takes).toHaveLength(2);
  });

  await test.step('undo brings the film of here back; the other one is a version with a name', async () => {
    await studio.page.keyboard.press('Control+z');
    await film().waitForSaved();
    expect(await markers()).toEqual([5]);
    await studio.page.keyboard.press('Control+Shift+h');
    const named = studio.page.getByTestId('named-versions');
    await expect(named).toContainText('Before two desks.onionskin');
    await named.selectOption({ label: 'From two desks.onionskin' });
    await expect(studio.page.getByTestId('version-shown')).toBeVisible();
    await studio.screenshot('bundles-4-version');
    await studio.page.keyboard.press('Escape');
    expect(await markers()).toEqual([5]);
    expect(studio.pageErrors).toEqual([]);
  });
});
