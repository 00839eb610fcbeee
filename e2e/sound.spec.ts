/** Music under the film: imported, placed, edited, heard, and in the exported file. */
import { encode } from 'fast-png';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { clicks, wavFile } from '../test/support/sounds';
import { listen } from './fixtures/listen';
import { probe } from './fixtures/probe';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

/** A second and a half of a tone, loud enough to be measured. */
function writeTone(studio: StudioUnderTest, name: string): string {
  const file = path.join(studio.dir, name);
  const samples = Float32Array.from({ length: 66_150 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / 44_100));
  writeFileSync(file, wavFile(samples, { rate: 44_100 }));
  return file;
}

function writePicture(studio: StudioUnderTest, name: string): string {
  const file = path.join(studio.dir, name);
  const data = new Uint8Array(64 * 64 * 3).fill(90);
  writeFileSync(file, encode({ width: 64, height: 64, channels: 3, depth: 8, data }));
  return file;
}

test('music is put under a film, edited, heard and exported', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await studio.chooseOpenFiles([writePicture(studio, 'wall.png'), writeTone(studio, 'song.wav')]);
  await film.newProject('Music');
  await studio.screenshot('sound-empty');

  await test.step('both are imported, the sound with its length', async () => {
    await page.keyboard.press('Control+i');
    await expect(page.locator('[data-media-id]')).toHaveCount(2);
    await expect(page.getByTestId('sound-length')).toHaveText('0:01.5');
    expect((await film.project()).media).toContainEqual(
      expect.objectContaining({ kind: 'sound', name: 'song.wav', sampleRate: 44_100, channels: 1, samples: 72_000 }),
    );
  });

  await test.step('the sound goes onto an audio track that is made for it; one undo takes both away', async () => {
    const picture = page.locator('[data-media-id]').filter({ hasText: 'wall.png' });
    await picture.hover();
    await picture.getByTestId('place-still').click();
    await expect(film.clips).toHaveCount(1);
    await page.keyboard.press('Home');
    // By keyboard: the button is reached by focus, not by hovering.
    await page.getByTestId('place-sound').focus();
    await page.keyboard.press('Enter');
    await expect(film.clips).toHaveCount(2);
    expect(await film.records('track')).toHaveLength(3);
    const placed = (await film.records('clip')).find((clip) => clip.source.type === 'audio');
    expect(placed).toMatchObject({ name: 'song', start: 0, duration: 12, source: { frameCount: 12, gainDb: 0 } });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await expect(film.clips).toHaveCount(1);
    expect(await film.records('track')).toHaveLength(2);
    await page.keyboard.press('Control+Shift+z');
    await expect(film.clips).toHaveCount(2);
  });

  const sound = page.getByRole('gridcell', { name: /song.*sound/ });

  await test.step('it is cut, deleted and brought back like any clip', async () => {
    await film.seekTo(4);
    await film.select(sound);
    await page.keyboard.press('Control+k');
    await expect(sound).toHaveCount(2);
    await page.keyboard.press('Delete');
    await expect(sound).toHaveCount(1);
    for (let i = 0; i < 2; i++) await page.keyboard.press('Control+z');
    await expect(sound).toHaveCount(1);
    expect((await film.records('clip')).map(({ duration }) => duration).sort()).toEqual([12, 24]);
  });

  await test.step('its gain and fades are set in the inspector', async () => {
    await film.select(sound);
    await film.setNumber('gain', -6);
    await film.setNumber('fade-in', 2);
    await expect(sound).toHaveAccessibleName(/gain −6 dB/);
    expect((await film.records('clip')).find((clip) => clip.source.type === 'audio')?.source).toMatchObject({
      gainDb: -6,
      fadeIn: 2,
      fadeOut: 0,
    });
    await studio.screenshot('sound-on-timeline');
  });

  await test.step('it is heard at its gain while the film plays, and not when its track is muted', async () => {
    const peak = await listen(studio);
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await expect.poll(peak, { timeout: 30_000 }).toBeGreaterThan(0.2);
    await page.keyboard.press('k');
    await page.keyboard.press('Home');
    await peak();
    // Twice as fast, and then backwards from the end.
    await page.keyboard.press('l');
    await page.keyboard.press('l');
    await expect.poll(peak, { timeout: 30_000 }).toBeGreaterThan(0.2);
    await page.keyboard.press('k');
    await film.seekTo(11);
    await peak();
    await page.keyboard.press('j');
    await expect.poll(peak, { timeout: 30_000 }).toBeGreaterThan(0.2);
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'Mute track A1' }).click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await peak();
    // L, not Space: the focus is still on the button, and Space would press it.
    await page.keyboard.press('l');
    await expect.poll(() => film.playhead(), { timeout: 30_000 }).toBeGreaterThan(6);
    expect(await peak()).toBeLessThan(0.01);
    await page.keyboard.press('k');
    await studio.screenshot('sound-muted');
    await page.getByRole('button', { name: 'Unmute track A1' }).click();
    await page.keyboard.press('Escape');
  });

  await test.step('the exported film has it, as long as the film; a GIF is not affected', async () => {
    for (const [preset, name] of [
      ['h264-mp4', 'film.mp4'],
      ['prores-mov', 'film.mov'],
      ['gif', 'film.gif'],
    ] as const) {
      const file = path.join(studio.dir, name);
      await studio.chooseSaveFile(file);
      await page.keyboard.press('Control+e');
      await page.getByTestId(`preset-${preset}`).click();
      if (preset === 'prores-mov') await studio.screenshot('sound-export');
      await page.getByTestId('export-start').click();
      await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
      const { streams } = probe(file);
      const audio = streams.find((stream) => stream.codec_type === 'audio');
      if (preset === 'gif') expect(audio).toBeUndefined();
      else {
        const codec = preset === 'h264-mp4' ? 'aac' : 'pcm_s24le';
        expect(audio).toMatchObject({ codec_name: codec, sample_rate: '48000', channels: 2 });
        expect(Math.abs(Number(audio?.duration) - 3)).toBeLessThan(1024 / 48_000);
      }
    }
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a sound is dragged from the media panel to the timeline, and what is no sound is refused', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const song = path.join(studio.dir, 'clicks.wav');
  writeFileSync(song, wavFile(clicks(1, [0.25, 0.75])));
  await studio.chooseOpenFiles([song]);
  await film.newProject('Dragging sound');
  await page.keyboard.press('Control+i');
  const tile = page.locator('[data-media-id]');
  await expect(tile).toHaveCount(1);
  await page.getByTestId('add-audio-track').click();
  await expect(page.locator('[data-track-id]')).toHaveCount(3);
  const lane = page.locator('.tracks');
  const a1 = await film.middleOf(page.locator('[data-track-id]').last());
  const box = await lane.boundingBox();
  if (!box) throw new Error('no tracks');
  await tile.dragTo(lane, { targetPosition: { x: 200, y: a1.y - box.y } });
  await expect(film.clips).toHaveCount(1);
  await expect(film.clips.first()).toHaveAccessibleName(/clicks.*sound.*track A1/);
  await studio.screenshot('sound-dragged');

  const fake = path.join(studio.dir, 'fake.mp3');
  writeFileSync(fake, 'Dear diary, this is not a sound.');
  await studio.chooseOpenFiles([fake]);
  await page.keyboard.press('Control+i');
  const alert = film.toasts.getByRole('alert');
  await expect(alert).toContainText('fake.mp3');
  await expect(alert).toContainText('WAV, MP3, M4A, FLAC or Ogg');
  await expect(tile).toHaveCount(1);
  expect(studio.pageErrors).toEqual([]);
});
