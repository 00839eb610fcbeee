/**
 * Joining what is there: a gap between two clips is bridged from both its sides, and a clip is closed into a loop. Each
 * says before what it takes, and after how well its seams hold.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a gap is filled and a loop is closed, with their cost known before and their seams after', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { keyboard } = studio.page;
  const menu = studio.page.getByTestId('choice-menu');
  await film.newProject('Joins');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  await keyboard.press('End');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  await film.select(film.clips.nth(1));
  for (let i = 0; i < 5; i++) await keyboard.press('Alt+ArrowRight');
  const whole = async () => (await film.clipRecords()).map(({ start, duration }) => [start, duration]);
  expect(await whole()).toEqual([
    [0, 9],
    [14, 9],
  ]);

  await test.step('G in the gap says frames, size, seconds and cost; Escape changes nothing', async () => {
    await keyboard.press('Escape');
    await film.seekTo(11);
    await keyboard.press('g');
    await expect(menu).toContainText('Fill the gap from Shot 1 to Shot 2');
    const fill = studio.page.getByTestId('choice-fill-gap');
    await expect(fill).toContainText(/\+5 frames · 0\.6 s · \d+ × \d+ · about/);
    await studio.screenshot('joins-01-gap');
    await keyboard.press('Escape');
    await expect(menu).toBeHidden();
    expect(await whole()).toHaveLength(2);
  });

  await test.step('a click selects the gap, Shift+Delete closes it, and undo opens it again', async () => {
    const left = await film.clips.first().boundingBox();
    if (left === null) throw new Error('no clip');
    const gapX = left.x + left.width + 2.5 * (await film.pixelsPerFrame());
    await studio.page.mouse.click(gapX, left.y + left.height / 2);
    await keyboard.press('Shift+Delete');
    expect(await whole()).toEqual([
      [0, 9],
      [9, 9],
    ]);
    await keyboard.press('Control+z');
    await studio.page.mouse.click(gapX, left.y + left.height / 2);
    await keyboard.press('g');
    await expect(menu).toContainText('Fill the gap');
    await keyboard.press('Enter');
    await film.waitForTakes(3);
    expect(await whole()).toEqual([
      [0, 9],
      [9, 5],
      [14, 9],
    ]);
  });

  await test.step('the bridge was given both sides, and its seams are measured', async () => {
    const { takes } = await film.project();
    const bridge = (await film.records('segment')).find(({ joins }) => joins?.before !== undefined);
    expect(bridge?.joins).toMatchObject({ before: { frame: 8 }, after: { frame: 0 } });
    expect(takes.find(({ segmentId }) => segmentId === bridge?.id)?.frames).toHaveLength(5);
    for (const side of ['before', 'after'])
      await expect(studio.page.getByTestId(`join-seam-${side}`)).toContainText(/seam [\d.]+ · motion [\d.]+/);
    await studio.screenshot('joins-02-bridged');
  });

  await test.step('another take next door makes the bridge stale', async () => {
    await film.select(film.clips.first());
    await keyboard.press('r');
    await film.waitForTakes(4);
    await expect(film.clips.nth(1)).toHaveAttribute('aria-label', /stale: The frames it starts from have changed/);
    await keyboard.press('Alt+ArrowDown');
    await expect(film.clips.nth(1)).not.toHaveAttribute('aria-label', /stale/);
  });

  await test.step('Shift+G closes the last clip into a loop, which plays round', async () => {
    await film.select(film.clips.nth(2));
    await keyboard.press('Shift+G');
    await expect(menu).toContainText('Lead Shot 2 back to its first frame');
    await expect(studio.page.getByTestId('choice-close-loop-1')).toContainText(/frames · [\d.]+ s · about/);
    await studio.screenshot('joins-03-loop');
    await keyboard.press('Enter');
    await film.waitForTakes(5);
    const closing = (await film.records('segment')).find(({ role }) => role === 'forward');
    expect(closing?.joins?.after).toMatchObject({ shotId: closing?.shotId, frame: 0 });
    const [project] = await film.records('project');
    expect(project).toMatchObject({ inPoint: 14, outPoint: 23 + (closing?.frameCount ?? 0) });
    await film.seekTo(23);
    await expect(studio.page.getByTestId('join-seam-after')).toContainText(/seam [\d.]+/);
    await studio.screenshot('joins-04-looped');
    await keyboard.press('Space');
    await expect.poll(() => film.playhead()).toBeLessThan(20);
    await keyboard.press('k');
  });

  expect(studio.pageErrors).toEqual([]);
});
