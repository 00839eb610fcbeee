/**
 * The history slider: looking at an earlier version changes nothing; restoring it is an edit that can be undone; names
 * stay with the project.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('an artist looks back, names a version, restores it and undoes that', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  const shown = page.getByTestId('version-shown');
  await film.newProject('Versions');
  await film.planQuickShot('a red ball');
  await film.generate();
  const [take] = (await film.project()).takes;
  await page.keyboard.press('Control+Shift+h');
  await expect(shown).toContainText('Now');

  await test.step('the version of now gets a name', async () => {
    await page.getByTestId('version-name').fill('one ball');
    await page.keyboard.press('Enter');
    await expect(film.toasts).toContainText('called “one ball”');
    await page.getByTestId('versions-close').click();
  });
  await page.keyboard.press('End');
  await film.planQuickShot('a blue box');
  await film.select(film.clips.first());
  await page.keyboard.press('r');
  await film.waitForTakes(2);
  const before = await film.project();
  const newest = before.takes.find(({ id }) => id !== take?.id);
  expect(newest).toBeDefined();

  await test.step('looking back shows the film as it was and leaves it as it is', async () => {
    await page.getByTestId('versions').click();
    await page.getByTestId('named-versions').selectOption({ label: 'one ball' });
    await expect(film.clips).toHaveCount(1);
    await expect(page.getByTestId('version-restore')).not.toHaveAttribute('aria-disabled', 'true');
    await studio.screenshot('versions-1-looking-back');
    await page.getByTestId('version-slider').focus();
    await page.keyboard.press('Home');
    await expect(film.clips).toHaveCount(0);
    // Editing is refused in words while one looks back.
    await page.keyboard.press('Control+z');
    await expect(film.toasts).toContainText('earlier version');
    await page.keyboard.press('Escape');
    await expect(film.clips).toHaveCount(2);
    const after = await film.project();
    expect(after.version).toBe(before.version);
    expect(after.records).toEqual(before.records);
  });

  await test.step('restoring is one edit, with the take that was shown then; undo takes it back', async () => {
    await page.keyboard.press('Control+Shift+h');
    await page.getByTestId('named-versions').selectOption({ label: 'one ball' });
    await expect(film.clips).toHaveCount(1);
    await page.getByTestId('version-restore').click();
    await expect(film.toasts).toContainText('“one ball” is restored');
    await expect(shown).toContainText('Now');
    const restored = await film.project();
    expect(restored.version).toBe(before.version + 1);
    expect(restored.history.undo.at(-1)?.label).toBe('Restore version');
    const segments = restored.records.flatMap((record) => (record.kind === 'segment' ? [record.activeTakeId] : []));
    // A newer take has come since; what was seen is what came back.
    expect(segments).toEqual([take?.id]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await expect(film.clips).toHaveCount(2);
  });

  await test.step('the name is there after a restart', async () => {
    await studio.reopen();
    await expect(studio.page.getByTestId('studio')).toBeVisible();
    await studio.page.getByTestId('versions').click();
    await expect(studio.page.getByTestId('named-versions')).toContainText('one ball');
  });
  expect(studio.pageErrors).toEqual([]);
});
