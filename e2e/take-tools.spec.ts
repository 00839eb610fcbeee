/** What is done with takes and runs: redo from here while a job runs, a grid of settings, stars, notes and the filter. */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a grid of runs is queued with its cost, and its takes are starred, noted and filtered', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Grid');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.select(film.clips.first());

  await test.step('two guidances by two numbers of steps with one seed are four runs, and cost what four cost', async () => {
    await page.keyboard.press('Control+Shift+r');
    await page.getByTestId('grid').locator('summary').click();
    await page.getByTestId('seed-count').fill('1');
    await page.getByTestId('seed-count').press('Enter');
    await page.getByTestId('grid-guidance').fill('1, lots');
    await expect(page.getByRole('alert')).toContainText('Guidance cannot be “lots”');
    await page.getByTestId('grid-guidance').fill('2, 5');
    await page.getByTestId('grid-steps').fill('1 2');
    await expect(page.getByTestId('grid-size')).toHaveText('4 settings × 1 seed');
    await expect(page.getByTestId('seeds-cost')).toContainText('in all');
    await studio.screenshot('grid-01');
    await expect(page.getByTestId('queue-seeds')).toHaveText(/Queue 4 runs/);
    await page.getByTestId('queue-seeds').click();
    await film.waitForTakes(4);
    const { takes } = await film.project();
    expect(new Set(takes.map(({ seed }) => seed)).size).toBe(1);
    expect(new Set(takes.map(({ draftKey }) => draftKey)).size).toBe(4);
    expect((await film.records('shot'))[0]?.sampling.steps).toBe(2);
    await page.keyboard.press('Escape');
  });

  await test.step('takes get a star and a note, and the filter finds them; both stay', async () => {
    await page.keyboard.press('Control+2');
    const rows = page.locator('[data-testid="takes-panel"] [data-take-id]');
    await expect(rows).toHaveCount(4);
    await rows.nth(1).hover();
    await rows.nth(1).getByTestId('star-take').click();
    await rows.nth(2).hover();
    await rows.nth(2).getByTestId('note-take').click();
    await page.getByTestId('take-note').fill('best bounce');
    await page.keyboard.press('Escape');
    await page.getByTestId('starred-only').click();
    await expect(rows).toHaveCount(1);
    await expect(page.getByTestId('takes-hidden')).toHaveText('3 takes are hidden by the filter');
    await page.getByTestId('starred-only').click();
    await page.getByTestId('filter-takes').fill('bounce');
    await expect(rows).toHaveCount(1);
    await studio.screenshot('grid-02-takes');
    await page.getByTestId('filter-takes').fill('');
    expect(
      (await film.project()).takes.filter(({ isStarred, note }) => isStarred || note === 'best bounce'),
    ).toHaveLength(2);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a running part is redone from a frame that is already there', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Redo');
  await film.planQuickShot('a red ball bouncing on a blue background', { frames: 39, steps: 24 });
  await film.select(film.clips.first());
  await page.keyboard.press('Control+Enter');
  // The first windows are there while the others are still being made: long ones, so that a look at them comes in time.
  await film.seekTo(5);
  await expect(page.getByTestId('jobs-bar')).toContainText(/window [2-4]\//, { timeout: 60_000 });
  await page.keyboard.press('Shift+R');
  await expect.poll(async () => (await film.records('segment')).length, { timeout: 30_000 }).toBe(2);
  const redone = (await film.records('segment')).find(({ role }) => role === 'forward');
  expect(redone).toMatchObject({ from: 5, frameCount: 34 });
  const kept = (await film.project()).takes.find(({ segmentId }) => segmentId !== redone?.id);
  expect(kept?.frames.length).toBeGreaterThanOrEqual(5);
  expect(kept?.frames.length).toBeLessThan(39);
  expect((await film.records('segment')).find(({ id }) => id === kept?.segmentId)?.activeTakeId).toBe(kept?.id);
  await film.waitForTakes(2);
  await studio.screenshot('redo-01');
  expect(await film.clipRecords()).toEqual([expect.objectContaining({ start: 0, duration: 39 })]);
  expect(studio.pageErrors).toEqual([]);
});
