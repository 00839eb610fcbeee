/** Takes that nothing needs are pruned with their bytes shown, come back from the trash, and are gone once reclaimed. */
import { expect, test } from './fixtures/studio';
import { seriousFindings } from './fixtures/serious-findings';
import { StudioPage } from './pages/studio-page';

test('takes are pruned into the trash, restored, pruned again and reclaimed', async ({ studio }) => {
  test.setTimeout(180_000);
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const { keyboard } = page;
  const prunable = page.getByTestId('prunable-take');
  const openFromPalette = async () => {
    await keyboard.press('Control+Shift+p');
    await keyboard.type('prune takes');
    await keyboard.press('Enter');
    await expect(page.getByTestId('prune-dialog')).toBeVisible();
  };
  const trashed = async () => (await film.project()).takes.filter(({ isTrashed }) => isTrashed).length;
  await film.newProject('Prune');

  await test.step('an empty film says that there is nothing', async () => {
    await openFromPalette();
    await expect(page.getByTestId('prune-dialog')).toContainText('This film has no takes yet');
    await keyboard.press('Escape');
  });

  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  for (let more = 0; more < 3; more++) {
    await keyboard.press('r');
    await film.waitForTakes(more + 2);
  }
  const [, , starred] = (await film.project()).takes.toSorted((a, b) => a.createdAt - b.createdAt);

  await test.step('a star keeps a take; the list shows frames and bytes of the others', async () => {
    await keyboard.press('Control+Digit2');
    const row = page.locator(`[data-take-id="${starred?.id ?? ''}"]`);
    await row.hover();
    await row.getByTestId('star-take').click();
    await page.getByTestId('prune-takes').click();
    await expect(prunable).toHaveCount(2);
    await expect(prunable.first()).toContainText(/9 frames.*[kM]B/);
    await expect(page.getByTestId('prune-dialog')).toContainText('2 takes of the film stay');
    await expect(page.getByTestId('prune-trash')).toHaveText(/Move 2 takes to the trash · .*B/);
    await studio.screenshot('prune-01-dialog');
    expect(await seriousFindings(page)).toEqual([]);
  });

  await test.step('one is left out; the other goes, and Undo in the message brings it back', async () => {
    await prunable.last().getByRole('checkbox').uncheck();
    await expect(page.getByTestId('prune-trash')).toHaveText(/Move 1 take to the trash/);
    await page.getByTestId('prune-trash').click();
    await expect(page.getByTestId('use-take')).toHaveCount(3);
    expect(await trashed()).toBe(1);
    await expect(film.clips.first()).toHaveAccessibleName(/take 3 of 3/);
    await film.toasts.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByTestId('use-take')).toHaveCount(4);
    expect(await trashed()).toBe(0);
  });

  await test.step('pruned, it is still in the trash after a restart, and can be restored there', async () => {
    await page.getByTestId('prune-takes').click();
    await page.getByTestId('prune-trash').click();
    await expect(page.getByTestId('use-take')).toHaveCount(2);
    await studio.reopen();
    const again = studio.page;
    await again.keyboard.press('Control+Digit2');
    await new StudioPage(again).clips.first().click();
    await expect(again.getByTestId('use-take')).toHaveCount(2);
    await again.getByTestId('prune-takes').click();
    await expect(again.getByTestId('takes-in-trash')).toContainText('2 takes in the trash');
    await studio.screenshot('prune-02-trash');
    await again.getByTestId('restore-takes').click();
    await expect(again.getByTestId('prunable-take')).toHaveCount(2);
    await again.getByTestId('prune-trash').click();
  });

  await test.step('reclaiming gives the bytes back, for good', async () => {
    const again = studio.page;
    await again.keyboard.press('Control+Shift+p');
    await again.keyboard.type('library');
    await again.keyboard.press('Enter');
    await again.getByTestId('reclaim-plan').click();
    const item = again.getByTestId('reclaim-list').getByRole('listitem').filter({ hasText: 'Pruned takes of “Prune”' });
    await expect(item).toContainText(/2 takes, \d+ frames of their own/);
    await item.getByRole('checkbox').check();
    await studio.screenshot('prune-03-reclaim');
    await again.getByTestId('reclaim').click();
    await again
      .getByTestId('confirm-reclaim')
      .getByRole('button', { name: /for good|Remove/ })
      .click();
    await expect(again.getByTestId('reclaim-list').filter({ hasText: 'Pruned takes' })).toHaveCount(0);
    await studio.reopen();
    expect((await new StudioPage(studio.page).project()).takes).toHaveLength(2);
  });
  expect(studio.pageErrors).toEqual([]);
});
