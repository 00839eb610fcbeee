/**
 * What a new user meets: a sample project is open, and it plays.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test.use({ launch: { withSample: true, env: {} } });

test('a new library opens on the sample project, which plays to its end', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await expect(page.getByTestId('project-name')).toHaveValue('Welcome to Onionskin');
  await expect(film.clips).toHaveCount(4);
  const clips = await film.clipRecords();
  const end = Math.max(...clips.map(({ start, duration }) => start + duration));
  await page.keyboard.press('Shift+z');
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(film.frameNumber).toHaveText(`f ${end - 1}`, { timeout: 30_000 });
  await expect(page.getByTestId('play')).toHaveAccessibleName(/^Play/);

  // By now every clip's frames are drawn.
  await page.keyboard.press('Home');
  await studio.screenshot('sample');

  await test.step('it is put there once', async () => {
    await page.getByTestId('all-projects').click();
    await page.getByTestId('trash-project').first().click();
    await studio.reopen();
    await expect(studio.page.getByTestId('start-screen')).toBeVisible();
  });
  expect(studio.pageErrors).toEqual([]);
});

test('both takes of the sample are there to choose between', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { takes } = await film.project();
  const alternatives = takes.map(({ segmentId }) => takes.filter((take) => take.segmentId === segmentId).length);
  expect(Math.max(...alternatives)).toBe(2);
  await film.select(film.clips.first());
  await studio.page.getByTestId('tab-takes').click();
  await expect(studio.page.getByTestId('use-take')).not.toHaveCount(0);
  await studio.screenshot('takes-panel');
});
