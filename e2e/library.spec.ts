/**
 * The start screen as a library: projects are found, duplicated, archived, thrown away and brought back.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('projects are searched, duplicated, archived, trashed and restored', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  const cards = page.getByTestId('open-project');
  const card = (name: string) => page.getByRole('listitem').filter({ hasText: name });

  await film.newProject('Night market');
  await film.planQuickShot('a red ball');
  await film.generate();
  const original = await film.project();
  await film.newProject('Harbour');
  await page.keyboard.press('Control+o');
  await expect(cards).toHaveCount(2);

  await test.step('each card says what its project takes on disk', async () => {
    await expect(card('Night market').getByTestId('project-facts')).toContainText(/\d+ kB/);
  });

  await test.step('a word of the name finds it; nothing found is said in words', async () => {
    await page.getByTestId('search-projects').fill('MARKET');
    await expect(cards).toHaveCount(1);
    await page.getByTestId('search-projects').fill('desert');
    await expect(page.getByTestId('no-projects')).toContainText('“desert”');
    await page.getByTestId('search-projects').press('Escape');
    await expect(cards).toHaveCount(2);
  });

  await test.step('a duplicate has the takes and the undo history, and is a project of its own', async () => {
    await card('Night market').getByTestId('duplicate-project').click();
    await expect(cards).toHaveCount(3);
    await studio.screenshot('library-1-shelf');
    await card('Night market copy').getByTestId('open-project').click();
    await expect(film.clips).toHaveCount(1);
    const copy = await film.project();
    expect(copy.id).not.toBe(original.id);
    expect(copy.takes.map((take) => take.frames)).toEqual(original.takes.map((take) => take.frames));
    await page.keyboard.press('Control+z');
    expect((await film.project()).version).toBe(copy.version + 1);
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+o');
  });

  await test.step('an archived project is out of the way and opens all the same', async () => {
    await card('Harbour').getByTestId('archive-project').click();
    await expect(cards).toHaveCount(2);
    await page.getByTestId('place-archive').click();
    await expect(cards).toHaveCount(1);
    await card('Harbour').getByTestId('unarchive-project').click();
    await expect(page.getByTestId('no-projects')).toBeVisible();
    await page.getByTestId('place-shelf').click();
    await expect(cards).toHaveCount(3);
  });

  await test.step('the trash keeps a project over a restart until it is restored', async () => {
    await card('Night market copy').getByTestId('trash-project').click();
    await expect(cards).toHaveCount(2);
    await studio.reopen();
    const again = studio.page;
    await expect(again.getByTestId('studio').or(again.getByTestId('start-screen'))).toBeVisible();
    if (await again.getByTestId('studio').isVisible()) await again.keyboard.press('Control+o');
    await again.getByTestId('place-trash').click();
    await expect(again.getByTestId('open-project')).toHaveCount(1);
    await expect(again.getByTestId('project-facts')).toContainText('put in the trash');
    await studio.screenshot('library-2-trash');
    await again.getByTestId('restore-project').click();
    await expect(again.getByTestId('no-projects')).toContainText('empty');
    await again.getByTestId('place-shelf').click();
    await expect(again.getByTestId('open-project')).toHaveCount(3);
  });
  expect(studio.pageErrors).toEqual([]);
});
