/** A film handed to another editing program: what the form says, and what the folder then holds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { probe } from './fixtures/probe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a film of two shots leaves as OTIO and EDL with a film of each shot', async ({ studio }) => {
  test.setTimeout(120_000);
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await page.keyboard.press('Control+n');
  await page.getByTestId('new-project-name').fill('Für den Schnitt');
  await page.getByTestId('rate-24').click();
  await page.getByTestId('create-project').click();
  await expect(page.getByTestId('studio')).toBeVisible();

  await test.step('two shots of 9 frames at 8 a second, and a dissolve of 6 between them', async () => {
    for (const text of ['a red ball moving right on a blue background', 'a yellow star at night']) {
      await film.planQuickShot(text, { frames: 9 });
      await film.generate();
      await page.keyboard.press('Escape');
      await page.keyboard.press('End');
    }
    await film.seekTo(26);
    await page.keyboard.press('Control+d');
    await film.setNumber('transition-length', 6);
    await page.keyboard.press('Escape');
    await film.seekTo(10);
    await page.keyboard.press('m');
    await page.keyboard.press('Escape');
  });
  const clips = await film.records('clip');
  const end = Math.max(...clips.map(({ start, duration }) => start + duration));

  const folder = path.join(studio.dir, 'conform');
  await test.step('the form says what there will be', async () => {
    await page.keyboard.press('Control+e');
    await page.getByTestId('preset-timeline').click();
    // Reference film, two shots, OTIO, EDL, list of contents.
    await expect(page.getByTestId('export-files')).toHaveText('6');
    await expect(page.getByTestId('export-frames')).toHaveText(String(end + 27 + 27));
    await expect(page.getByTestId('interchange-hint')).toContainText('An OTIO and an EDL for each video track');
    await expect(page.getByTestId('smoothing-3')).toHaveAttribute('aria-disabled', 'true');
    await studio.screenshot('export-timeline');
    await studio.chooseSaveFile(folder);
    await page.getByTestId('export-start').click();
  });

  await test.step('the folder holds it', async () => {
    await expect.poll(() => existsSync(folder), { timeout: 60_000 }).toBe(true);
    await film.waitForIdle();
    const [first = '', second = ''] = readdirSync(path.join(folder, 'media')).sort();
    expect(readdirSync(folder).sort()).toEqual([
      'Fur_den_Schnitt.otio',
      'Fur_den_Schnitt_V1.edl',
      'contents.json',
      'media',
      'reference.mov',
    ]);
    for (const [file, frames] of [
      ['reference.mov', end],
      [`media/${first}`, 27],
      [`media/${second}`, 27],
    ] as const) {
      const video = probe(path.join(folder, file)).streams.find((stream) => stream.codec_type === 'video');
      expect(video).toMatchObject({ codec_name: 'prores', nb_read_frames: String(frames), r_frame_rate: '24/1' });
    }
    const otio = JSON.parse(readFileSync(path.join(folder, 'Fur_den_Schnitt.otio'), 'utf8'));
    const [track] = otio.tracks.children;
    expect(otio.name).toBe('Für den Schnitt');
    expect(otio.tracks.markers).toMatchObject([{ marked_range: { start_time: { value: 10, rate: 24 } } }]);
    expect(track.children.map((child: { OTIO_SCHEMA: string }) => child.OTIO_SCHEMA)).toEqual([
      'Clip.1',
      'Transition.1',
      'Clip.1',
    ]);
    const places = track.children.flatMap((child: { source_range?: { duration: { value: number } } }) =>
      child.source_range === undefined ? [] : [child.source_range.duration.value],
    );
    expect(places).toEqual(clips.sort((a, b) => a.start - b.start).map(({ duration }) => duration));
    // What each clip was asked for travels with it.
    expect(track.children[2].markers[0].comment).toBe('a yellow star at night');
    const edl = readFileSync(path.join(folder, 'Fur_den_Schnitt_V1.edl'), 'utf8');
    expect(edl).toContain(`* TO CLIP NAME: ${second}`);
    expect(edl).toMatch(/^002 {2}AX {7}V {5}D {4}006/m);
  });

  await test.step('without recipes nothing says how it was made; at 8 frames a second there is no EDL', async () => {
    await film.newProject('Eight');
    await film.planQuickShot('a red ball on a blue background', { frames: 5 });
    await film.generate();
    await page.keyboard.press('Control+e');
    await page.getByTestId('preset-timeline').click();
    await expect(page.getByTestId('interchange-hint')).toContainText('no EDL: none is read at 8 fps');
    await page.getByTestId('embed-recipe').click();
    const silent = path.join(studio.dir, 'silent');
    await studio.chooseSaveFile(silent);
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(silent), { timeout: 60_000 }).toBe(true);
    await film.waitForIdle();
    expect(readdirSync(silent).sort()).toEqual(['Eight.otio', 'contents.json', 'media', 'reference.mov']);
    expect(readFileSync(path.join(silent, 'Eight.otio'), 'utf8')).not.toContain('red ball on');
    expect(readFileSync(path.join(silent, 'reference.mov')).includes('red ball on')).toBe(false);
  });

  expect(studio.pageErrors).toEqual([]);
});
