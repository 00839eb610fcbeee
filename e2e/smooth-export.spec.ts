/** Exports at a multiple of the film's rate: what is promised in the form, and what the file then holds. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { probe } from './fixtures/probe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a film of 8 frames a second leaves at 24, its own frames untouched', async ({ studio }) => {
  test.setTimeout(120_000);
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Smooth');
  await film.planQuickShot('a white boat moving right on the sea', { frames: 5 }); // whose waves never rest
  await film.generate();

  await test.step('the form says the rate, the frames and the time before anything is drawn', async () => {
    await page.keyboard.press('Control+e');
    await expect(page.getByTestId('smoothing-1')).toHaveAttribute('aria-checked', 'true');
    await expect(page.getByTestId('export-frames')).toHaveText('5');
    await page.getByTestId('smoothing-3').click();
    await expect(page.getByTestId('export-rate')).toHaveText('24 fps');
    await expect(page.getByTestId('export-frames')).toHaveText('15');
    await expect(page.getByTestId('smoothing-cost')).toContainText(/^8 frames are drawn in between/);
    await expect(page.getByTestId('export-estimate')).toHaveText(/^about [\d.]+ s$/);
    await expect(page.getByTestId('export-bytes')).toHaveText(/^about [\d.]+ [kM]B$/);
    await expect(page.getByTestId('export-typical')).toContainText(/^Time and size are typical/);
    await studio.screenshot('export-smooth');
  });

  const file = path.join(studio.dir, 'film.mp4');
  await test.step('the file plays at that rate for the same time', async () => {
    await studio.chooseSaveFile(file);
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const video = probe(file).streams.find((stream) => stream.codec_type === 'video');
    expect(video).toMatchObject({ nb_read_frames: '15', r_frame_rate: '24/1' });
    expect(Number(video?.duration)).toBeCloseTo(5 / 8, 3);
  });

  await test.step('the film’s own frames are in it, pixel for pixel, with others between', async () => {
    const folder = path.join(studio.dir, 'frames');
    await studio.chooseSaveFile(folder);
    await film.waitForIdle();
    await page.keyboard.press('Control+e');
    await page.getByTestId('preset-png-sequence').click();
    await page.getByTestId('smoothing-3').click();
    // Learnt from the first export: the drawing, which is the same for every format.
    await expect(page.getByTestId('export-estimate')).toHaveText(/^about [\d.]+ s$/);
    await expect(page.getByTestId('export-typical')).toContainText(/^The size is a typical one/);
    await page.getByTestId('preset-h264-mp4').click();
    await expect(page.getByTestId('export-typical')).toBeHidden();
    const told = /^about ([\d.]+) kB$/.exec((await page.getByTestId('export-bytes').textContent()) ?? '');
    expect(Number(told?.[1])).toBeCloseTo(statSync(file).size / 1_000, 0);
    await page.getByTestId('preset-png-sequence').click();
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(folder), { timeout: 60_000 }).toBe(true);
    const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
    expect(names).toHaveLength(15);
    const pixels = names.map((name) => Buffer.from(decode(readFileSync(path.join(folder, name))).data));
    const [take] = (await film.project()).takes;
    for (const [index, hash] of (take?.frames ?? []).entries()) {
      const stored = decode(readFileSync(path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`)));
      expect(pixels[index * 3]?.equals(Buffer.from(stored.data))).toBe(true);
    }
    expect(pixels[1]?.equals(pixels[0] ?? Buffer.alloc(0))).toBe(false);
    expect(pixels[1]?.equals(pixels[3] ?? Buffer.alloc(0))).toBe(false);
  });

  expect(studio.pageErrors).toEqual([]);
});
