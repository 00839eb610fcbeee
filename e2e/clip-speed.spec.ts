/** A clip slowed down and sped up: by key, by the menu, seen, undone, exported as it is seen and heard. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { readFfmpeg } from '@main/services/ffmpeg/run-ffmpeg';
import { writeFilm } from '../test/support/films';
import { clicks, wavFile } from '../test/support/sounds';
import { listen } from './fixtures/listen';
import { probe } from './fixtures/probe';
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

/** Samples of one side at which a sound begins after silence. */
function onsets(samples: Float32Array): number[] {
  const found: number[] = [];
  let loudAt = -48_000;
  samples.forEach((value, at) => {
    if (Math.abs(value) < 0.2) return;
    if (at - loudAt > 4_800) found.push(at);
    loudAt = at;
  });
  return found;
}

/** The left side of a file's sound at 48 kHz. */
async function soundOf(file: string): Promise<Float32Array> {
  const args = [
    '-i',
    `file:${file}`,
    '-map',
    '0:a:0',
    '-af',
    'pan=mono|c0=c0',
    '-ar',
    '48000',
    '-f',
    'f32le',
    'pipe:1',
  ];
  const { buffer, byteOffset, byteLength } = await readFfmpeg(args, { limitBytes: 64 << 20 });
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

test('footage at half its speed takes its sound along, which keeps its pitch and its place in the exported film', async ({
  studio,
}) => {
  test.setTimeout(180_000);
  const { page } = studio;
  const film = new StudioPage(page);
  // A tone of 440 Hz in the first quarter of every second.
  const source = path.join(studio.dir, 'street.mp4');
  await writeFilm(source, { rate: '30000/1001', frames: 120, width: 128, height: 128, hasSound: true });
  await studio.chooseOpenFiles([source]);
  await film.newProject('Footage');
  await page.keyboard.press('Control+i');
  await page.getByTestId('place-footage').click();
  await film.setNumberIn('footage-to', 24);
  await page.getByTestId('footage-place').click();
  await film.waitForTakes(1);
  const picture = page.getByRole('gridcell', { name: /street, track V1/ });
  const sound = page.getByRole('gridcell', { name: /street.*track A1/ });
  const clips = async () =>
    (await film.records('clip'))
      .sort((a, b) => a.source.type.localeCompare(b.source.type))
      .map(({ start, duration, sourceIn, speed }) => [start, duration, sourceIn, speed ?? 100]);
  const speed = page.getByTestId('clip-speed');
  const setSpeed = async (percent: string) => {
    await page.keyboard.press('Control+r');
    await expect(speed).toBeFocused();
    await page.keyboard.type(percent);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
  };

  await test.step('both are twice as long, in one step', async () => {
    await page.keyboard.press('Escape');
    await film.select(picture);
    await setSpeed('50');
    await expect.poll(clips).toEqual([
      [0, 48, 0, 50],
      [0, 48, 0, 50],
    ]);
    await expect(picture).toHaveAccessibleName(/at 50 %/);
    await expect(sound).toHaveAccessibleName(/at 50 %/);
    await page.keyboard.press('Control+z');
    await expect.poll(clips).toEqual([
      [0, 24, 0, 100],
      [0, 24, 0, 100],
    ]);
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Shift+z');
    await studio.screenshot('clip-speed-sound');
  });

  await test.step('the studio plays it: past the end of the sound as it was, the slowed one goes on', async () => {
    const peak = await listen(studio);
    await film.seekTo(33);
    await page.keyboard.press('Space');
    await expect.poll(peak, { timeout: 30_000 }).toBeGreaterThan(0.2);
    await page.keyboard.press('k');
  });

  await test.step('the exported film has each tone where its second now begins, at its pitch', async () => {
    const file = path.join(studio.dir, 'slow.mov');
    await studio.chooseSaveFile(file);
    await page.keyboard.press('Control+e');
    await page.getByTestId('preset-prores-mov').click();
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const audio = probe(file).streams.find(({ codec_type }) => codec_type === 'audio');
    expect(Number(audio?.duration)).toBe(6);
    const heard = await soundOf(file);
    const found = onsets(heard);
    expect(found).toHaveLength(3);
    // The tone swells over a quarter of its period, and the codec of the original blurs it by some samples.
    [0, 2, 4].forEach((at, i) => expect(Math.abs((found[i] ?? 0) / 48_000 - at), `tone ${i}`).toBeLessThan(0.006));
    const tone = heard.subarray(48_000 * 2.05, 48_000 * 2.45);
    const crossings = tone.filter((value, i) => i > 0 && value >= 0 !== (tone[i - 1] ?? 0) >= 0).length;
    expect(crossings / 2 / 0.4).toBeCloseTo(440, -1);
    // What the studio plays is that very sound.
    const mediaId = (await film.records('clip')).flatMap((one) =>
      one.source.type === 'audio' ? one.source.mediaId : [],
    )[0];
    const played = await page.evaluate(async (url) => {
      const samples = new Float32Array(await (await fetch(url)).arrayBuffer());
      return Array.from(samples.filter((_, i) => i % 2 === 0));
    }, `/sounds/${mediaId}?speed=50`);
    expect(onsets(Float32Array.from(played))).toEqual(found);
  });

  await test.step('with Alt one is taken alone; a locked track says so', async () => {
    await page.keyboard.press('Escape');
    await sound.click({ modifiers: ['Alt'] });
    await setSpeed('100');
    await expect.poll(clips).toEqual([
      [0, 24, 0, 100],
      [0, 48, 0, 50],
    ]);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Lock track A1' }).click();
    await film.select(picture);
    await page.keyboard.press('Control+r');
    await expect(film.toasts).toContainText('The track is locked');
    await expect(speed).toBeDisabled();
    await page.getByRole('button', { name: 'Unlock track A1' }).click();
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a sound alone is slowed by its menu, and not beyond what the studio can hold', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Sound');
  const file = path.join(studio.dir, 'clicks.wav');
  // Two and a half minutes.
  writeFileSync(file, wavFile(clicks(150, [0.5, 60, 149], 8_000), { rate: 8_000 }));
  await studio.chooseOpenFiles([file]);
  await page.keyboard.press('Control+i');
  await page.locator('[data-media-id]').click({ button: 'right' });
  await page.getByTestId('menu-place-sound').click();
  await expect(film.clips).toHaveCount(1);
  const clip = async () => (await film.records('clip'))[0];
  const frames = (await clip())?.duration ?? 0;
  await film.clips.first().click({ button: 'right' });
  await page.getByTestId('menu-timeline.speed').click();
  await expect(page.getByTestId('clip-speed')).toBeFocused();
  await page.keyboard.type('10');
  await page.keyboard.press('Enter');
  await expect(film.toasts).toContainText('would last over 20 minutes at 10 %');
  await expect(film.toasts).toContainText('Use 13 % or more');
  expect(await clip()).toMatchObject({ duration: frames });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+r');
  await page.keyboard.type('25');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await clip())?.duration).toBe(4 * frames);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+z');
  await studio.screenshot('clip-speed-waveform');
  expect(studio.pageErrors).toEqual([]);
});
