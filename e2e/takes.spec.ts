/**
 * Takes and growth, with the real model at few steps: retakes, seeds, extensions on both sides, branches, cancelling,
 * the queue. What is shown is checked by the frame hashes the library holds.
 */
import type { TakeView } from '@core/document/takes';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

function takeRow(film: StudioPage, take: TakeView | undefined): Locator {
  return film.page.locator(`[data-take-id="${take?.id ?? ''}"]`);
}

test('a retake has another seed; keys and the takes panel choose between takes, and undo chooses back', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { keyboard } = studio.page;
  await film.newProject('Takes');
  await keyboard.press('Control+2');
  await expect(studio.page.getByTestId('takes-panel')).toContainText('No clip selected');
  await film.planQuickShot('a red ball on a meadow');
  await expect(studio.page.getByTestId('estimate')).toHaveText(/about .* s/);
  await film.generate();
  await keyboard.press('r');
  await film.waitForTakes(2);

  const [first, second] = (await film.project()).takes.toSorted((a, b) => a.createdAt - b.createdAt);
  expect(first?.seed).not.toBe(second?.seed);
  expect(first?.frames).not.toEqual(second?.frames);
  await expect(takeRow(film, second)).toHaveAttribute('data-active', 'true');
  await expect(film.clips.first()).toHaveAccessibleName(/take 2 of 2/);
  await studio.screenshot('takes-panel');

  await keyboard.press('Alt+ArrowDown');
  await expect(takeRow(film, first)).toHaveAttribute('data-active', 'true');
  await expect(film.clips.first()).toHaveAccessibleName(/take 1 of 2/);
  expect(await film.records('segment')).toMatchObject([{ activeTakeId: first?.id }]);
  await keyboard.press('Alt+ArrowUp');
  await expect(takeRow(film, second)).toHaveAttribute('data-active', 'true');
  await keyboard.press('Control+z');
  await expect(takeRow(film, first)).toHaveAttribute('data-active', 'true');
  await takeRow(film, second).getByTestId('use-take').click();
  await expect(takeRow(film, second)).toHaveAttribute('data-active', 'true');
  await keyboard.press('Control+z');
  await expect(takeRow(film, first)).toHaveAttribute('data-active', 'true');
  await keyboard.press('Control+Shift+z');
  await expect(takeRow(film, second)).toHaveAttribute('data-active', 'true');
  expect(studio.pageErrors).toEqual([]);
});

test('a locked seed makes the same frames again, in another shot as well', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await film.newProject('Seeds');
  for (let shot = 1; shot <= 2; shot++) {
    await studio.page.keyboard.press('End');
    await film.planQuickShot('a yellow star at night');
    await studio.page.getByTestId('seed-roll').click();
    await film.setNumber('seed', 4711);
    await film.generate();
  }
  const { takes } = await film.project();
  expect(takes.map((take) => take.seed)).toEqual([4711, 4711]);
  expect(takes[0]?.frames).toHaveLength(9);
  expect(takes[0]?.frames).toEqual(takes[1]?.frames);

  await test.step('a retake with the lock on says that it rolls a fresh one', async () => {
    await studio.page.keyboard.press('r');
    await expect(film.toasts).toContainText('Seed 4711 is locked and has been used here');
    await film.waitForTakes(3);
    expect((await film.project()).takes.map((take) => take.seed).filter((seed) => seed !== 4711)).toHaveLength(1);
  });
});

test('a clip grows by its handle, at its start, and frame by frame; what was there stays', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Growth');
  await film.planQuickShot('a blue fish swimming left');
  await film.generate();
  const [original] = (await film.project()).takes;

  await test.step('dragging the handle out asks for whole windows and tells the cost', async () => {
    const frame = await film.pixelsPerFrame();
    const handle = film.clips.first().getByTestId('extend-end');
    await film.clips.first().hover();
    await film.drag(handle, 6 * frame);
    await expect(page.getByTestId('extend-popover')).toBeVisible();
    await expect(page.getByTestId('extend-frames')).toHaveValue('5');
    await expect(page.getByTestId('extend-estimate')).toContainText(/about .* s/);
    await studio.screenshot('takes-extend-by-handle');
    await page.getByTestId('extend-prompt').fill('the fish turns around');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('extend-popover')).toBeHidden();
    await film.waitForTakes(2);
    expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 14, sourceIn: 0 }]);
    await expect(film.promptBlocks).toHaveCount(2);
  });

  await test.step('Shift+E grows the start', async () => {
    await film.select(film.clips.first());
    await page.keyboard.press('Shift+E');
    await expect(page.getByTestId('extend-popover')).toContainText('Extend from the start');
    // Beside the end that grows, with what would be there hatched, and the viewer free.
    await expect(page.getByTestId('timeline')).toHaveAttribute('data-ghost', /^\+5 frames · 0\.6 s · about /);
    const [form, clip, viewer] = await Promise.all(
      [page.getByTestId('extend-popover'), film.clips.first(), page.getByTestId('viewer-canvas')].map((one) =>
        one.boundingBox(),
      ),
    );
    expect((form?.y ?? 0) + (form?.height ?? 0)).toBeLessThan(clip?.y ?? 0);
    expect(form?.y).toBeGreaterThan((viewer?.y ?? 0) + (viewer?.height ?? 0) / 2);
    await studio.screenshot('takes-extend-by-key');
    await page.getByTestId('extend-frames').fill('3');
    await page.keyboard.press('Enter');
    await film.waitForTakes(3);
    expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 17, sourceIn: -3 }]);
    // Frames are counted as the viewer and the ruler count them, not from the shot’s own first.
    await film.promptBlocks.first().click();
    await expect(page.getByTestId('inspector')).toContainText('frames 0–11');
    await page.keyboard.press('Control+Digit2');
    await expect(page.getByTestId('takes-panel').locator('h3')).toContainText(['Lead-in', 'Start', 'Extension']);
  });

  await test.step('one frame at a time, from one prior frame', async () => {
    await film.setNumber('context', 1);
    for (let grown = 1; grown <= 2; grown++) {
      await page.keyboard.press('e');
      await page.getByTestId('extend-frames').fill('1');
      await page.keyboard.press('Enter');
      await film.waitForTakes(3 + grown);
    }
    expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 19, sourceIn: -3 }]);
  });

  const { takes } = await film.project();
  expect(takes.map((take) => take.frames.length).sort()).toEqual([1, 1, 3, 5, 9]);
  expect(takes.find((take) => take.id === original?.id)).toEqual(original);
  await studio.screenshot('takes-grown');
  expect(studio.pageErrors).toEqual([]);
});

test('growing from an earlier frame leaves the old end as another branch', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Branches');
  await film.planQuickShot('a red car on a street');
  await film.generate();
  await page.keyboard.press('e');
  await page.getByTestId('extend-frames').press('Enter');
  await film.waitForTakes(2);
  const before = await film.records('shot');

  await film.seekTo(4);
  await page.keyboard.press('e');
  await page.getByText('Branch at the playhead, after frame 4').click();
  await studio.screenshot('takes-branch');
  await page.getByTestId('extend-frames').focus();
  await page.keyboard.press('Enter');
  await film.waitForTakes(3);
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 10 }]);
  expect((await film.records('shot'))[0]?.headSegmentId).not.toBe(before[0]?.headSegmentId);

  await page.keyboard.press('Control+2');
  await expect(page.getByTestId('takes-panel')).toContainText('Other branches');
  await studio.screenshot('takes-branches-panel');
  await page.keyboard.press('Control+z');
  expect(await film.records('shot')).toEqual(before);
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 14 }]);
  await page.keyboard.press('Control+Shift+z');

  await test.step('using the old branch’s take makes it the film again', async () => {
    const old = (await film.project()).takes.find((take) => take.segmentId === before[0]?.headSegmentId);
    await takeRow(film, old).getByTestId('use-take').click();
    await expect.poll(async () => (await film.records('shot'))[0]?.headSegmentId).toBe(before[0]?.headSegmentId);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a running job stops by key and by button, and the studio goes on', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Stopping');
  await film.planQuickShot('a green leaf falling', { steps: 200 });
  const states = async (): Promise<(string | null)[]> => (await film.project()).jobs.map((job) => job.state);

  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('run-notice')).toContainText(/step \d+ \/ 200/);
  await page.keyboard.press('Control+Period');
  await film.waitForIdle();
  expect(await states()).toEqual(['cancelled']);
  await expect(page.getByTestId('planned-notice')).toContainText('Planned, not made yet');

  await page.getByTestId('generate').click();
  await expect(page.getByTestId('run-notice')).toContainText(/step \d+ \/ 200/);
  await page.getByTestId('stop').click();
  await film.waitForIdle();
  expect(await states()).toEqual(['cancelled', 'cancelled']);
  await page.keyboard.press('Control+j');
  await expect(page.locator('[data-job-id][data-state="cancelled"]')).toHaveCount(2);
  await studio.screenshot('takes-queue-stopped');

  await film.setNumber('steps', 2);
  await film.generate();
  expect((await film.project()).takes).toHaveLength(1);
  expect(studio.pageErrors).toEqual([]);
});

test('a running job is stopped and what it made discarded: it waits in the trash', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Discarding');
  await film.planQuickShot('a green leaf falling', { frames: 40, steps: 40 });
  await page.keyboard.press('Control+Enter');
  // The first window is there, so that something is made that can be discarded.
  await expect(page.getByTestId('run-notice')).toContainText(/window 2 \/ /, { timeout: 60_000 });
  await expect(page.getByTestId('discard')).toBeVisible();
  await page.keyboard.press('Control+Alt+Period');
  await film.waitForIdle();
  const { takes, jobs } = await film.project();
  expect(jobs.map(({ state }) => state)).toEqual(['cancelled']);
  expect(takes).toMatchObject([{ isTrashed: true }]);
  expect(takes[0]?.frames.length).toBeGreaterThan(0);
  await expect(film.clips.first()).toHaveAccessibleName(/planned/);
  expect(studio.pageErrors).toEqual([]);
});

test('jobs run in the order they were asked for; a waiting one can be taken back', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Queue');
  await page.keyboard.press('Control+j');
  await expect(page.getByTestId('queue-panel')).toContainText('Nothing queued yet');
  for (const prompt of ['a red ball', 'a blue ball', 'a green ball']) {
    await page.keyboard.press('End');
    await film.planQuickShot(prompt, { steps: 24 });
    await page.keyboard.press('Control+Enter');
  }
  await expect(page.getByTestId('queue-count')).toHaveText('2 waiting');
  await expect(page.locator('[data-job-id][data-state="queued"]')).toHaveCount(2);
  await studio.screenshot('takes-queue-busy');
  const last = page.locator('[data-job-id]').filter({ hasText: 'a green ball' });
  await last.getByTestId('cancel-job').click();
  await expect(last).toHaveAttribute('data-state', 'cancelled');

  await film.waitForTakes(2);
  const { jobs } = await film.project();
  const done = jobs.filter((job) => job.state === 'done').toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0));
  expect(done.map((job) => job.title)).toEqual(['a red ball', 'a blue ball']);
  expect(done[1]?.startedAt).toBeGreaterThanOrEqual(done[0]?.finishedAt ?? Infinity);
  expect(studio.pageErrors).toEqual([]);
});
