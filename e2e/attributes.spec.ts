/** Attributes pasted from clip to clip, words around a shot's prompts, match frame, markers and track heights. */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('attributes are pasted, words are said around every prompt, frames are matched', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const { keyboard } = page;
  await film.newProject('Attributes');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  await keyboard.press('End');
  await film.planShot('a green square');
  await film.select(film.clips.first());

  await test.step('head and tail stand around the prompt, in what is resolved and what is counted', async () => {
    const tokens = await page.getByTestId('token-count').textContent();
    await page.getByTestId('head').fill('film still of');
    await page.getByTestId('tail').fill('soft light');
    await keyboard.press('Escape');
    await expect(page.getByTestId('resolved-prompt')).toContainText(
      'film still of a red ball bouncing on a blue background soft',
    );
    await expect(page.getByTestId('token-count')).not.toHaveText(tokens ?? '');
    await expect(film.clips.first()).toHaveAttribute('aria-label', /stale: The prompt has changed/);
    await studio.screenshot('attributes-01-words');
  });

  await test.step('Ctrl+Alt+V offers what the copied clip has, with its values', async () => {
    await keyboard.press('Control+c');
    await film.select(film.clips.nth(1));
    await keyboard.press('Control+Alt+v');
    const dialog = page.getByTestId('paste-attributes-dialog');
    await expect(dialog).toContainText('From Shot 1 to 1 clip');
    await expect(dialog).toContainText('2 steps, guidance');
    await expect(page.getByTestId('attribute-sound')).toHaveCount(0);
    await page.getByTestId('attribute-prompts').uncheck();
    await studio.screenshot('attributes-02-dialog');
    await page.getByTestId('paste-attributes-apply').click();
    await expect(dialog).toBeHidden();
    const shots = await film.records('shot');
    expect(shots.map(({ head, sampling }) => [head, sampling.steps])).toEqual([
      ['film still of', 2],
      ['film still of', 2],
    ]);
    const seeds = (await film.records('segment')).map(({ seed }) => seed);
    expect(seeds).toContain((await film.project()).takes[0]?.seed);
    expect((await film.records('prompt-block')).map(({ text }) => text)).toContain('a green square');
    await keyboard.press('Control+z');
    expect((await film.records('shot')).filter(({ head }) => head !== undefined)).toHaveLength(1);
  });

  await test.step('F goes to the take a frame comes from, Shift+F to where else the film shows it', async () => {
    await film.seekTo(4);
    await keyboard.press('Escape');
    await keyboard.press('f');
    await expect(page.getByTestId('takes-panel')).toBeVisible();
    await expect(page.locator('[data-take-id] button').first()).toBeFocused();
    await expect(film.toasts).toContainText('Frame 4 of Shot 1, seed');
    await page
      .getByTestId('timeline')
      .focus()
      .catch(() => undefined);
    await film.select(film.clips.first());
    await keyboard.press('Control+c');
    await keyboard.press('End');
    await keyboard.press('Control+v');
    await film.seekTo(4);
    await keyboard.press('Escape');
    await keyboard.press('Shift+F');
    const copy = (await film.clipRecords()).at(-1);
    expect(await film.playhead()).toBe((copy?.start ?? 0) + 4);
  });

  await test.step('a marker has a name, a colour and a note; [ and ] go from one to the next', async () => {
    await keyboard.press('Escape');
    await film.seekTo(3);
    await keyboard.press('m');
    await film.seekTo(7);
    await keyboard.press('m');
    await keyboard.press('Home');
    await keyboard.press(']');
    expect(await film.playhead()).toBe(3);
    await expect(page.getByTestId('marker-inspector')).toBeVisible();
    await page.getByTestId('marker-name').fill('Beat');
    await page.getByTestId('marker-note').fill('the ball lands');
    await page.getByTestId('marker-inspector').getByTitle('Red').click();
    await keyboard.press('Escape');
    await studio.screenshot('attributes-03-marker');
    expect((await film.records('marker')).sort((a, b) => a.frame - b.frame)).toMatchObject([
      { frame: 3, name: 'Beat', color: 'red', note: 'the ball lands' },
      { frame: 7 },
    ]);
    await page.locator('body').press(']');
    await expect.poll(() => film.playhead()).toBe(7);
    await keyboard.press('[');
    await expect.poll(() => film.playhead()).toBe(3);
    await keyboard.press('[');
    await expect(film.toasts).toContainText('There is no marker before this');
  });

  await test.step('tracks are made taller, and stay so after opening again', async () => {
    await keyboard.press('Escape');
    const height = async () => (await page.locator('[data-track-id]').first().boundingBox())?.height ?? 0;
    const before = await height();
    await keyboard.press('Shift+Equal');
    await expect.poll(height).toBeGreaterThan(before);
    const after = await height();
    await film.waitForSaved();
    await studio.reopen();
    const box = await studio.page.locator('[data-track-id]').first().boundingBox();
    expect(Math.abs((box?.height ?? 0) - after)).toBeLessThan(2);
  });

  await test.step('one track has a height of its own: dragged, by wheel, by keys, undone, kept, reset', async () => {
    const { page: again } = studio;
    const anew = new StudioPage(again);
    const [upper, lower] = [again.locator('[data-track-id]').nth(0), again.locator('[data-track-id]').nth(1)];
    const heightOf = async (track: typeof upper) => (await track.boundingBox())?.height ?? 0;
    const bar = upper.getByTestId('track-height');
    const before = [await heightOf(upper), await heightOf(lower)];
    await anew.drag(bar, 0, -30);
    await expect.poll(() => heightOf(upper)).toBeLessThan((before[0] ?? 0) - 20);
    await studio.screenshot('track-heights');
    const dragged = await heightOf(upper);
    await bar.focus();
    await again.keyboard.press('ArrowDown');
    await again.keyboard.press('ArrowDown');
    await expect.poll(() => heightOf(upper)).toBeGreaterThan(dragged + 10);
    // Both steps are one undo entry, and the drag another.
    await again.keyboard.press('Control+z');
    await expect.poll(() => heightOf(upper)).toBeCloseTo(dragged, -1);
    await upper.hover();
    await again.keyboard.down('Shift');
    await again.mouse.wheel(0, -120);
    await again.keyboard.up('Shift');
    await expect.poll(() => heightOf(upper)).toBeGreaterThan(dragged + 3);
    const [kept] = (await anew.records('track')).flatMap(({ height }) => height ?? []);
    await studio.reopen();
    const reopened = studio.page.locator('[data-track-id]').first();
    await expect(reopened.getByTestId('track-height')).toBeVisible();
    expect((await new StudioPage(studio.page).records('track')).flatMap(({ height }) => height ?? [])).toEqual([kept]);
    await reopened.getByTestId('track-height').dblclick();
    await expect
      .poll(async () =>
        (await new StudioPage(studio.page).records('track')).every(({ height }) => height === undefined),
      )
      .toBe(true);
  });
  expect(studio.pageErrors).toEqual([]);
});
