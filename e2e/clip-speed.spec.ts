/** A clip slowed down and sped up: by key, by the menu, seen, undone, exported as it is seen. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { clicks, wavFile } from '../test/support/sounds';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a clip at half its speed shows each frame twice as long, and the film after it moves', async ({ studio }) => {
  test.setTimeout(120_000);
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Speed');
  await film.planQuickShot('a red ball moving right on a blue background');
  await film.generate();
  await page.keyboard.press('Home');
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+k');
  await expect(film.clips).toHaveCount(2);
  const clips = async () => (await film.records('clip')).sort((a, b) => a.start - b.start);
  const [first, second] = await clips();
  expect(second?.start).toBe(5);

  await test.step('Ctrl+R asks for the speed; Enter takes it, and what follows moves', async () => {
    await film.select(film.clips.first());
    await page.keyboard.press('Control+r');
    const speed = page.getByTestId('clip-speed');
    await expect(speed).toBeFocused();
    await page.keyboard.type('50');
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await clips()).map(({ start, duration }) => [start, duration]))
      .toEqual([
        [0, 10],
        [10, 4],
      ]);
    await expect(page.getByTestId('clip-seconds')).toHaveText('1.25 s');
    await page.keyboard.press('Escape');
    await expect(film.clips.first()).toHaveAccessibleName(/at 50 %/);
    await studio.screenshot('clip-speed');
  });

  await test.step('the export has each of its frames twice', async () => {
    const folder = path.join(studio.dir, 'slow');
    await film.select(film.clips.first());
    await page.keyboard.press('Control+Shift+e');
    await page.getByTestId('preset-png-sequence').click();
    await studio.chooseSaveFile(folder);
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(folder), { timeout: 60_000 }).toBe(true);
    const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
    expect(names).toHaveLength(10);
    const [take] = (await film.project()).takes;
    for (const [i, name] of names.entries()) {
      const hash = take?.frames[Math.floor(i / 2)] ?? '';
      const stored = readFileSync(path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`));
      const written = readFileSync(path.join(folder, name));
      expect(Buffer.from(decode(written).data).equals(Buffer.from(decode(stored).data))).toBe(true);
    }
  });

  await test.step('the menu has it, twice as fast closes up, and undo goes all the way back', async () => {
    await film.clips.first().click({ button: 'right' });
    await page.getByTestId('menu-timeline.speed').click();
    await expect(page.getByTestId('clip-speed')).toBeFocused();
    await page.keyboard.type('200');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await clips())[1]?.start).toBe(3);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(clips).toEqual([first, second]);
  });

  await test.step('a slowed clip comes back after the studio was closed', async () => {
    await film.select(film.clips.first());
    await page.getByRole('button', { name: 'Lock track V1' }).click();
    await page.keyboard.press('Control+r');
    await expect(film.toasts).toContainText('The track is locked');
    await page.getByRole('button', { name: 'Unlock track V1' }).click();
    await page.keyboard.press('Control+r');
    await page.keyboard.type('25');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await clips())[0]?.duration).toBe(20);
    await studio.reopen();
    const reopened = await new StudioPage(studio.page).records('clip');
    expect(reopened.find(({ start }) => start === 0)).toMatchObject({ speed: 25, duration: 20 });
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a sound says that it has one speed', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Sound');
  const file = path.join(studio.dir, 'clicks.wav');
  writeFileSync(file, wavFile(clicks(1, [0.1])));
  await studio.chooseOpenFiles([file]);
  await page.keyboard.press('Control+i');
  await page.locator('[data-media-id]').click({ button: 'right' });
  await page.getByTestId('menu-place-sound').click();
  await film.select(film.clips.first());
  await page.keyboard.press('Control+r');
  await expect(film.toasts).toContainText('A sound has one speed');
});
