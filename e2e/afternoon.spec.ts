/**
 * A whole afternoon in one film: written, grown both ways, travelled through, pinned, retaken, cut with footage and music,
 * undone to the start and redone, compared, exported, closed, opened, and proved to be the same again. What is looked
 * after here is what no feature's own test sees: that all of them hold together.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentRecord } from '@core/document/records';
import { writeFilm } from '../test/support/films';
import { wavFile } from '../test/support/sounds';
import { probe } from './fixtures/probe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const SIZE = 128;

/** Names and contents of a folder's files, as one hash. */
function folderHash(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

test('an afternoon of an artist, from the first words to the same film twice', async ({ studio }) => {
  test.setTimeout(900_000);
  await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900));
  let film = new StudioPage(studio.page);
  let { page } = studio;
  let { keyboard } = page;
  const recordsById = async (): Promise<Map<string, DocumentRecord>> =>
    new Map((await film.project()).records.map((record) => [record.id, record]));
  const picture = () => page.getByRole('gridcell', { name: /track V1/ });

  await test.step('the first shot is written and made', async () => {
    await film.newProject('An afternoon');
    await film.planQuickShot('a red ball bouncing on a blue background');
    await studio.screenshot('afternoon-01-written');
    await film.generate();
  });

  await test.step('it grows at its end with other words, and at its start', async () => {
    await film.select(film.clips.first());
    await keyboard.press('e');
    await page.getByTestId('extend-frames').fill('5');
    await page.getByTestId('extend-prompt').fill('a yellow ball bouncing on a blue background');
    await keyboard.press('Enter');
    await film.waitForTakes(2);
    await film.select(film.clips.first());
    await keyboard.press('Shift+E');
    await page.getByTestId('extend-frames').fill('3');
    await keyboard.press('Enter');
    await film.waitForTakes(3);
    expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 17, sourceIn: -3 }]);
    await studio.screenshot('afternoon-02-grown');
  });

  await test.step('the words travel from one to the other; what is stale is made again', async () => {
    const zone = page.getByTestId('prompt-travel');
    await film.drag(zone.locator('[data-grip="cut"]'), 2 * (await film.pixelsPerFrame()));
    await expect(zone).toHaveAccessibleName(/Travel from a red ball/);
    await expect(film.clips.first()).toHaveAccessibleName(/stale/);
    await studio.screenshot('afternoon-03-stale');
    await keyboard.press('Escape');
    await keyboard.press('Control+Shift+Enter');
    await page.getByTestId('choice-generate-stale').click();
    await expect(film.clips.first()).not.toHaveAccessibleName(/stale/, { timeout: 90_000 });
    await film.waitForIdle();
  });

  await test.step('a frame of it is kept, pinned elsewhere, and held by less than all of it', async () => {
    await film.seekTo(1);
    await keyboard.press('Control+Shift+p');
    await keyboard.type('keep this frame');
    await keyboard.press('Enter');
    const tile = page.locator('[data-media-id]');
    await expect(tile).toHaveCount(1);
    const perFrame = await film.pixelsPerFrame();
    await tile.dragTo(film.clips.first(), { targetPosition: { x: 9.5 * perFrame, y: 50 } });
    await page.getByTestId('drop-pin').click();
    const [pinned] = await film.records('anchor');
    expect(pinned?.frame).toBe(6);
    await film.select(film.clips.first());
    await film.seekTo(9);
    await film.setNumber('anchor-strength-6', 70);
    await page.getByTestId('anchor').hover();
    await expect(page.getByTestId('anchor-influence')).toBeVisible();
    await studio.screenshot('afternoon-04-pinned');
    await keyboard.press('Control+Shift+Enter');
    await page.getByTestId('choice-generate-stale').click();
    await expect(film.clips.first()).not.toHaveAccessibleName(/stale/, { timeout: 90_000 });
    await film.waitForIdle();
  });

  await test.step('three frames are retaken as a bridge', async () => {
    await film.select(film.clips.first());
    await film.seekTo(13);
    await keyboard.press('i');
    await film.seekTo(15);
    await keyboard.press('o');
    const made = (await film.project()).takes.length;
    await keyboard.press('r');
    await page.getByTestId('choice-bridge').click();
    await film.waitForTakes(made + 1);
    expect((await film.records('segment')).map(({ role }) => role)).toContain('retake');
    await keyboard.press('Alt+x');
  });

  await test.step('footage with its sound, and music under all of it', async () => {
    const street = path.join(studio.dir, 'street.mp4');
    await writeFilm(street, { rate: '30000/1001', frames: 90, width: SIZE, height: SIZE, hasSound: true });
    const song = path.join(studio.dir, 'song.wav');
    const samples = Float32Array.from({ length: 5 * 44_100 }, (_, i) => 0.4 * Math.sin((i * i) / 4e6));
    writeFileSync(song, wavFile(samples, { rate: 44_100 }));
    await studio.chooseOpenFiles([street, song]);
    await keyboard.press('Control+Digit1');
    await keyboard.press('Control+i');
    await expect(page.locator('[data-media-id]')).toHaveCount(3);
    await keyboard.press('End');
    const made = (await film.project()).takes.length;
    const tile = page.locator('[data-media-id]').filter({ hasText: 'street' });
    await tile.hover();
    await tile.getByTestId('place-footage').click();
    await page.getByTestId('footage-place').click();
    await film.waitForTakes(made + 1);
    await keyboard.press('Home');
    const music = page.locator('[data-media-id]').filter({ hasText: 'song' });
    await music.hover();
    await music.getByTestId('place-sound').click();
    await expect(film.clips).toHaveCount(4);
    await keyboard.press('Escape');
    await keyboard.press('Shift+z');
    await studio.screenshot('afternoon-05-footage');
  });

  /** Frames between where picture and sound of the footage would begin; 0 = in step. */
  const parted = async (): Promise<number[]> => {
    const clips = (await film.records('clip')).filter(({ linkId }) => linkId !== undefined);
    const places = new Map<string, number[]>();
    for (const { linkId = '', start, sourceIn } of clips)
      places.set(linkId, [...(places.get(linkId) ?? []), start - sourceIn]);
    return [...places.values()].map(([a = 0, b = 0]) => a - b);
  };

  await test.step('it is cut: trims that ripple, a split, a roll, markers, a guidance curve', async () => {
    const footage = page.getByRole('gridcell', { name: /street.*track V1/ });
    await film.select(picture().first());
    await film.seekTo(2);
    await keyboard.press('q');
    expect((await film.clipRecords()).filter(({ start }) => start === 0)).toHaveLength(2);
    expect(await parted()).toEqual([0]);
    await film.seekTo(20);
    await film.select(footage);
    await film.seekTo(20);
    await keyboard.press('w');
    expect(await parted()).toEqual([0]);
    await film.seekTo(18);
    await keyboard.press('Control+k');
    expect(await parted()).toEqual([0, 0]);
    await expect(footage).toHaveCount(2);
    await keyboard.press('Escape');
    await film.select(footage.last());
    await keyboard.press('t');
    await keyboard.press('Alt+ArrowLeft');
    await keyboard.press('v');
    expect(await parted()).toEqual([0, 0]);
    await film.seekTo(8);
    await keyboard.press('m');
    await film.seekTo(15);
    await keyboard.press('m');
    expect(await film.records('marker')).toHaveLength(2);
    await film.select(picture().first());
    await keyboard.press('Shift+C');
    const lane = page.getByTestId('curve-lane');
    await expect(lane).toBeVisible();
    const [box, clip] = [await lane.boundingBox(), await picture().first().boundingBox()];
    if (!box || !clip) throw new Error('no lane');
    await page.mouse.click(clip.x + 20, box.y + box.height * 0.6);
    await page.mouse.click(clip.x + clip.width - 20, box.y + box.height * 0.4);
    await expect(page.getByTestId('curve-key')).toHaveCount(2);
    await studio.screenshot('afternoon-06-cut');
    await keyboard.press('Escape');
    await keyboard.press('Shift+C');
  });

  await test.step('all of it is undone to the empty film, and redone to what it was', async () => {
    const before = await recordsById();
    let undone = 0;
    const undo = page.getByRole('button', { name: /^Undo/ });
    while ((await undo.getAttribute('aria-disabled')) !== 'true' && undone < 80) {
      await keyboard.press('Control+z');
      undone++;
    }
    expect(undone).toBeGreaterThan(20);
    await expect(film.clips).toHaveCount(0);
    await studio.screenshot('afternoon-07-undone');
    for (let i = 0; i < undone; i++) await keyboard.press('Control+Shift+z');
    expect(await recordsById()).toEqual(before);
  });

  await test.step('another take is chosen, held against the first, and put back', async () => {
    await keyboard.press('Escape');
    await film.select(picture().first());
    await film.seekTo(3);
    await keyboard.press('Control+Digit2');
    const used = async () => (await film.records('segment')).map(({ activeTakeId }) => activeTakeId);
    const before = await used();
    await keyboard.press('Alt+ArrowDown');
    expect(await used()).not.toEqual(before);
    await keyboard.press('Alt+c');
    await expect(page.getByTestId('compare-view')).toBeVisible();
    await page.getByTestId('compare-side').click();
    await expect(page.getByTestId('compare-canvas')).toHaveAttribute('data-drawn', /side a$/);
    await studio.screenshot('afternoon-08-compared');
    await keyboard.press('Escape');
    await expect(page.getByTestId('compare-view')).toBeHidden();
    await keyboard.press('Control+z');
    expect(await used()).toEqual(before);
  });

  const exported = async (preset: string, name: string): Promise<string> => {
    const file = path.join(studio.dir, name);
    await studio.chooseSaveFile(file);
    await keyboard.press('Control+e');
    await page.getByTestId(`preset-${preset}`).click();
    await studio.screenshot(`afternoon-09-export-${preset}`);
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    await film.waitForIdle();
    await expect(page.getByTestId('export-start')).toBeHidden();
    return file;
  };
  const frames = folderHash(await exported('png-sequence', 'frames'));
  const movie = await exported('h264-mp4', 'film.mp4');

  await test.step('the film has every frame, and its sound', async () => {
    const end = Math.max(...(await film.clipRecords()).map(({ start, duration }) => start + duration));
    const { streams } = probe(movie);
    expect(streams.map(({ codec_type }) => codec_type).sort()).toEqual(['audio', 'video']);
    expect(streams.find(({ codec_type }) => codec_type === 'video')?.nb_read_frames).toBe(String(end));
  });

  await test.step('closed and opened again it is the same film, and every run comes out the same again', async () => {
    const before = await recordsById();
    await studio.reopen();
    film = new StudioPage(studio.page);
    ({ page } = studio);
    ({ keyboard } = page);
    await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900));
    expect(await recordsById()).toEqual(before);
    await keyboard.press('Control+3');
    const rows = page.getByTestId('history-row');
    await expect.poll(() => rows.count()).toBeGreaterThan(5);
    const runs = await rows.count();
    for (let i = 0; i < runs; i++) {
      await rows.nth(i).click();
      if (!(await page.getByTestId('show-recipe').isVisible())) continue;
      await page.getByTestId('show-recipe').click();
      await page.getByTestId('rerender-start').click();
      await expect(page.getByTestId('rerender-result')).toHaveAttribute('data-identical', 'true', { timeout: 90_000 });
      if (i === 0) await studio.screenshot('afternoon-10-again');
      await keyboard.press('Escape');
      await expect(page.getByTestId('recipe-dialog')).toBeHidden();
    }
  });

  await test.step('and is exported to the same bytes', async () => {
    expect(folderHash(await exported('png-sequence', 'frames again'))).toBe(frames);
    const again = await exported('h264-mp4', 'film again.mp4');
    expect(readFileSync(again).equals(readFileSync(movie))).toBe(true);
  });
  expect(studio.pageErrors).toEqual([]);
});
