/** Sizes of window and interface, motion, drop-frame timecode: chosen in the settings, kept, and nothing hangs out. */
import { cutOff } from './fixtures/cut-off';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('the interface fits a small window, scales, stills its motion and keeps its layout', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Comfort');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.select(film.clips.first());
  const resize = (width: number, height: number) =>
    studio.app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      { width, height },
    );

  await test.step('at 900 × 600 every part is there and nothing hangs out', async () => {
    await resize(900, 600);
    await expect.poll(() => page.evaluate<number>('window.innerWidth')).toBe(900);
    for (const part of ['inspector', 'timeline', 'jobs-bar', 'play'])
      await expect(page.getByTestId(part)).toBeInViewport();
    await studio.screenshot('comfort-01-900x600');
    expect(await cutOff(page)).toEqual([]);
  });

  await test.step('the interface is made larger and smaller, and stays so', async () => {
    await resize(1400, 900);
    await page.keyboard.press('Control+,');
    await page.getByTestId('setting-scale').selectOption('1.25');
    const zoom = () =>
      studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor());
    await expect.poll(zoom).toBeCloseTo(1.25, 2);
    await page.keyboard.press('Escape');
    await studio.screenshot('comfort-02-scale-125');
    expect(await cutOff(page)).toEqual([]);
    await studio.reopen();
    await expect.poll(zoom).toBeCloseTo(1.25, 2);
    await studio.page.keyboard.press('Control+,');
    await studio.page.getByTestId('setting-scale').selectOption('1');
    await expect.poll(zoom).toBeCloseTo(1, 2);
    await studio.page.keyboard.press('Escape');
  });

  await test.step('less motion: nothing animates', async () => {
    await studio.page.keyboard.press('Control+,');
    await studio.page.getByTestId('setting-motion').check();
    await studio.page.keyboard.press('Escape');
    await expect(studio.page.locator('html')).toHaveAttribute('data-less-motion', '');
    const duration = await studio.page.evaluate<string>(`(() => {
      const probe = document.body.appendChild(document.createElement('div'));
      probe.style.animation = 'turn 5s infinite';
      return getComputedStyle(probe).animationDuration;
    })()`);
    expect(parseFloat(duration)).toBeLessThan(0.001);
    await studio.page.emulateMedia({ reducedMotion: 'reduce' });
    await studio.reopen();
    await expect(studio.page.locator('html')).toHaveAttribute('data-less-motion', '');
  });

  await test.step('a panel that was made wider is as wide after opening again', async () => {
    const wide = async () => (await studio.page.getByTestId('inspector').boundingBox())?.width ?? 0;
    const before = await wide();
    const divider = studio.page.getByRole('separator', { name: 'Resize the inspector' });
    await divider.focus();
    for (let i = 0; i < 3; i++) await studio.page.keyboard.press('ArrowLeft');
    await expect.poll(wide).toBeGreaterThan(before);
    const after = await wide();
    await studio.reopen();
    expect(Math.abs((await wide()) - after)).toBeLessThan(2);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('at 29.97 timecode is drop-frame where that is chosen, and read so', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Drop');
  const projectId = (await film.project()).id;
  const project = (await film.records('project'))[0];
  if (project === undefined) throw new Error('no project');
  // The form offers whole rates; a film at 29.97 comes from a bundle or the command line.
  const update = { from: project, to: { ...project, rate: { num: 30_000, den: 1001 } } };
  const { version } = await film.project();
  await page.evaluate<unknown>(
    `studio.invoke('projects.commit', ${JSON.stringify({ projectId, baseVersion: version, label: 'Rate', source: 'edit', diff: { added: [], updated: [update], removed: [] } })})`,
  );
  await studio.reopen();
  const again = new StudioPage(studio.page);
  await again.planShot('a red ball');
  for (let i = 0; i < 5; i++) {
    await again.select(again.clips.last());
    await studio.page.keyboard.press('Control+c');
    await studio.page.keyboard.press('End');
    await studio.page.keyboard.press('Control+v');
  }
  const field = studio.page.getByTestId('timecode');
  await studio.page.keyboard.press('End');
  await expect(field).toHaveValue(/^00:00:\d\d:\d\d$/);
  await studio.page.keyboard.press('Control+,');
  await studio.page.getByTestId('setting-drop-frame').check();
  await studio.page.keyboard.press('Escape');
  await expect(field).toHaveValue(/^00:00:\d\d;\d\d$/);
  await studio.screenshot('comfort-03-drop-frame');
  expect(studio.pageErrors).toEqual([]);
});

test.describe('on a display of 4K at scale 2', () => {
  test.use({ launch: { withSample: true, env: {}, args: ['--force-device-scale-factor=2'] } });
  test('canvases are drawn at the display’s own pixels', async ({ studio }) => {
    await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1920, 1080));
    await expect(studio.page.getByTestId('clip').first()).toBeVisible();
    await expect.poll(() => studio.page.evaluate<number>('window.devicePixelRatio')).toBe(2);
    // Drawn width less two device pixels for each of the page's, of the canvas that is furthest off.
    const worst = () =>
      studio.page.evaluate<number>(
        `Math.max(...[...document.querySelectorAll('[data-testid=timeline] canvas')].map((one) => Math.abs(one.width - 2 * one.getBoundingClientRect().width)))`,
      );
    await expect.poll(worst).toBeLessThanOrEqual(2);
    await studio.screenshot('comfort-04-4k');
    expect(await cutOff(studio.page)).toEqual([]);
    expect(studio.pageErrors).toEqual([]);
  });
});
