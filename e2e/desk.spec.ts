/** What the rest of the desktop is told while the studio works. */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('the task bar shows how far the running job is, and is clear again at its end', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await studio.app.evaluate(({ BrowserWindow }) => {
    const shown: number[] = [];
    Object.assign(globalThis, { shown });
    const window = BrowserWindow.getAllWindows()[0];
    if (window !== undefined) window.setProgressBar = (fraction) => shown.push(fraction);
  });
  await film.newProject('Desk');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.select(film.clips.first());
  await studio.page.keyboard.press('Control+Enter');
  await film.waitForTakes(1);
  const shown = (): Promise<number[]> =>
    studio.app.evaluate(() => (globalThis as unknown as { shown: number[] }).shown);
  await expect.poll(async () => (await shown()).at(-1)).toBe(-1);
  const bar = (await shown()).slice(0, -1);
  expect(bar[0]).toBe(0);
  expect(bar.some((fraction) => fraction > 0)).toBe(true);
  expect(bar).toEqual([...bar].sort((a, b) => a - b));
  expect(studio.pageErrors).toEqual([]);
});
