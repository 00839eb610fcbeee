/** What people type and do that nobody planned for. */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('prompts of any kind are kept to the letter; what the model will not read is shown struck through', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const count = page.getByTestId('token-count');
  await film.newProject('Words');
  const written = async (): Promise<string | undefined> => (await film.records('prompt-block'))[0]?.text;

  await film.planShot('');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('prompt-text')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Enter');
  await expect(film.toasts).toContainText('This shot has no prompt yet');
  expect((await film.project()).jobs).toEqual([]);
  await page.keyboard.press('Escape');
  await film.select(film.clips.first());

  const long = 'a red ball bounces over a wide green meadow '.repeat(120).slice(0, 5_000);
  await page.getByTestId('prompt-text').fill(long);
  await expect(count).toHaveText(/^\d+ \/ 32 tokens$/);
  await expect(count).toHaveClass(/over/);
  const rest = page.getByTestId('prompt-cut').locator('s');
  await expect(rest).toBeVisible();
  const cut = (await rest.textContent()) ?? '';
  expect(long.endsWith(cut.trimEnd()) || long.endsWith(cut)).toBe(true);
  expect(cut.length).toBeGreaterThan(4_000);
  await expect.poll(written).toBe(long);
  await studio.screenshot('strange-long-prompt');

  const rightToLeft = 'כדור אדום קופץ על אחו ירוק';
  await page.getByTestId('prompt-text').fill(rightToLeft);
  await expect.poll(written).toBe(rightToLeft);
  await expect(film.promptBlocks.first()).toContainText(rightToLeft);
  await studio.screenshot('strange-right-to-left');

  const emoji = '👩‍👩‍👧‍👦 flying a 🪁 over 🏔️ — “quoted” <b>not bold</b> & \\n';
  await page.getByTestId('prompt-text').fill(emoji);
  await expect.poll(written).toBe(emoji);
  await expect(film.promptBlocks.first()).toContainText(emoji);
  await page.getByTestId('prompt-text').press('Escape');
  await film.setNumber('steps', 1);
  await film.generate();
  expect((await film.project()).jobs[0]).toMatchObject({
    state: 'done',
    title: expect.stringContaining('👩‍👩‍👧‍👦') as unknown,
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a shot of one frame is made, shown and played', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await film.newProject('One frame');
  await film.planQuickShot('a white moon', { frames: 1 });
  await film.generate();
  expect((await film.project()).takes[0]?.frames).toHaveLength(1);
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 1 }]);
  await studio.page.keyboard.press('Home');
  await studio.page.keyboard.press('Space');
  await expect(studio.page.getByTestId('play')).toHaveAccessibleName(/Play/);
  await expect(film.frameNumber).toHaveText('f 0');
  await studio.screenshot('strange-one-frame');
  expect(studio.pageErrors).toEqual([]);
});

test('undoing the shot that is being made does no harm: its take comes back with it', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Undone');
  await film.planQuickShot('a purple umbrella in the rain', { steps: 24 });
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('run-notice')).toContainText(/step/);
  for (let undone = 0; undone < 4 && (await film.clips.count()) > 0; undone++) await page.keyboard.press('Control+z');
  await expect(film.clips).toHaveCount(0);
  await studio.screenshot('strange-undone-while-running');
  await film.waitForIdle();
  for (let redone = 0; redone < 4; redone++) await page.keyboard.press('Control+Shift+z');
  await expect(film.clips).toHaveCount(1);
  await expect(film.clips.first()).toHaveAccessibleName(/take 1 of 1/);
  expect(studio.pageErrors).toEqual([]);
});

test('a window of 900 × 600 still does everything', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('A rather long name for a film made in a small window');
  await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(900, 600));
  await expect.poll(() => page.evaluate<number>('window.innerWidth')).toBeLessThanOrEqual(1_000);
  await film.planQuickShot('a red ball');
  await page.getByTestId('generate').click();
  await film.waitForTakes(1);
  await studio.screenshot('strange-small-window');
  for (const testid of ['generate', 'play', 'timecode', 'onion', 'crisp', 'export', 'queue-toggle', 'retake', 'extend'])
    if ((await page.getByTestId(testid).count()) > 0)
      await expect(page.getByTestId(testid)).toBeInViewport({ ratio: 1 });
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
  expect(overflow).toBeLessThanOrEqual(0);
  await page.keyboard.press('Control+e');
  await expect(page.getByTestId('export-start')).toBeInViewport({ ratio: 1 });
  await studio.screenshot('strange-small-window-export');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+?');
  await expect(page.getByTestId('shortcuts-dialog')).toBeVisible();
  await studio.screenshot('strange-small-window-shortcuts');
  expect(studio.pageErrors).toEqual([]);
});
