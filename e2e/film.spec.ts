/**
 * The whole path, by mouse and keyboard only: from an empty library to an exported film, closed and opened in between.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { probe } from './fixtures/probe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('an artist makes a film from nothing and exports it', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await studio.screenshot('01-start');

  await film.newProject('Two shots');
  await studio.screenshot('02-empty-project');
  await film.planShot('a red ball bouncing on a blue background');
  await expect(film.clips).toHaveCount(1);
  await expect(studio.page.getByTestId('estimate')).toBeVisible();
  await studio.screenshot('03-planned-shot');

  await test.step('a running job shows its steps on the clip, in the viewer and at the foot', async () => {
    await studio.page.keyboard.press('Control+Enter');
    await expect(studio.page.getByTestId('run-notice')).toContainText(/step \d+ \/ 12/);
    await expect(studio.page.getByTestId('job-facts')).toContainText(/left/);
    await studio.screenshot('04-denoising');
    await film.waitForTakes(1);
  });
  expect((await film.project()).takes[0]?.frames).toHaveLength(9);

  await test.step('E extends the clip; the earlier frames stay what they are', async () => {
    await film.select(film.clips.first());
    await studio.page.keyboard.press('e');
    await expect(studio.page.getByTestId('extend-popover')).toBeVisible();
    await studio.page.getByTestId('extend-frames').fill('5');
    await studio.page.getByTestId('extend-frames').press('Tab');
    await studio.screenshot('05-extend');
    await studio.page.getByTestId('extend-queue').click();
    await film.waitForTakes(2);
    expect(await film.clipRecords()).toEqual([expect.objectContaining({ start: 0, duration: 14 })]);
  });

  await test.step('a second shot follows, joined by a dissolve', async () => {
    await studio.page.keyboard.press('End');
    await film.planShot('a yellow boat moving right on the sea');
    await film.generate();
    await expect(film.clips).toHaveCount(2);
    await studio.page.keyboard.press('Control+a');
    await studio.page.keyboard.press('ArrowUp');
    await studio.page.keyboard.press('Control+d');
    await expect(studio.page.locator('[data-transition-id]')).toHaveCount(1);
    await studio.page.keyboard.press('Shift+z');
    await studio.screenshot('06-dissolve');
  });

  // Where one looks is kept a moment after it comes to rest.
  const playhead = Number((await film.frameNumber.textContent())?.replace('f ', ''));
  await expect.poll(async () => (await film.project()).view?.playhead).toBe(playhead);
  const before = await film.project();

  await test.step('closed and opened again, all is as it was', async () => {
    await studio.reopen();
    const reopened = new StudioPage(studio.page);
    await expect(reopened.clips).toHaveCount(2);
    const after = await reopened.project();
    const { jobs: _jobsBefore, view: _viewBefore, ...held } = before;
    const { jobs: _jobsAfter, view: _viewAfter, ...found } = after;
    expect(found).toEqual(held);
    await expect(reopened.frameNumber).toHaveText(`f ${playhead}`);
    await studio.page.keyboard.press('Control+z');
    await expect(studio.page.locator('[data-transition-id]')).toHaveCount(0);
    await studio.page.keyboard.press('Control+Shift+z');
    await expect(studio.page.locator('[data-transition-id]')).toHaveCount(1);
    await studio.screenshot('07-reopened');
  });

  await test.step('the exported file has the timeline’s frames, rate and size', async () => {
    const file = path.join(studio.dir, 'film.mp4');
    await studio.chooseSaveFile(file);
    await studio.page.keyboard.press('Control+e');
    const frames = Number(await studio.page.getByTestId('export-frames').textContent());
    await studio.screenshot('08-export');
    await studio.page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const { streams } = probe(file);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      width: 128,
      height: 128,
      r_frame_rate: '8/1',
      nb_read_frames: String(frames),
      pix_fmt: 'yuv420p',
      color_space: 'bt709',
    });
    const clips = await new StudioPage(studio.page).clipRecords();
    expect(frames).toBe(Math.max(...clips.map(({ start, duration }) => start + duration)));
    // The recipes, as plain text in a box of their own (services/export/mp4-recipe.ts).
    expect(readFileSync(file).includes('a yellow boat moving right on the sea')).toBe(true);
  });

  expect(studio.pageErrors).toEqual([]);
});
