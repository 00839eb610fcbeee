/** Films from outside: what they cost is said first, every frame is the right one, and they go on growing. */
import type { Locator } from '@playwright/test';
import { decode, encode } from 'fast-png';
import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TakeView } from '@contracts/job';
import { numberedPicture, numberIn, writeFilm } from '../test/support/films';
import { probe } from './fixtures/probe';
import { seriousFindings } from './fixtures/serious-findings';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

/** Of the film that the studio's own model makes. */
const SIZE = 128;
/** Source frame on screen when each frame of a film at 8 fps starts. */
const at8 = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => Math.floor(((from + i) / 8) * (30_000 / 1001) + 1e-6));

function storedNumbers(studio: StudioUnderTest, take: TakeView | undefined): number[] {
  return (take?.frames ?? []).map((hash) => {
    const file = path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`);
    const { data, width, height } = decode(readFileSync(file));
    expect([width, height]).toEqual([SIZE, SIZE]);
    return numberIn(Uint8Array.from(data), width, height);
  });
}

/** The number of the picture that a part of the window shows. */
async function numberOn(what: Locator): Promise<number> {
  const shot = decode(await what.screenshot());
  const rgb = new Uint8Array(shot.width * shot.height * 3);
  for (let i = 0; i < shot.width * shot.height; i++)
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = Number(shot.data[i * shot.channels + c]);
  return numberIn(rgb, shot.width, shot.height);
}

const shownNumber = ({ page }: StudioUnderTest): Promise<number> => numberOn(page.getByTestId('viewer-canvas'));

const newest = async (film: StudioPage): Promise<TakeView | undefined> =>
  (await film.project()).takes.toSorted((a, b) => b.createdAt - a.createdAt)[0];

test('a film is placed frame by frame with its sound, goes on growing, and is exported', async ({ studio }) => {
  test.setTimeout(240_000);
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const source = path.join(studio.dir, 'street.mp4');
  await writeFilm(source, { rate: '30000/1001', frames: 120, width: SIZE, height: SIZE, hasSound: true });
  await studio.chooseOpenFiles([source]);
  await film.newProject('Footage');
  await page.keyboard.press('Control+i');
  const tile = page.locator('[data-media-id]');
  await expect(tile).toHaveCount(1);
  await expect(page.getByTestId('footage-tile-length')).toHaveText('4 s');
  await studio.screenshot('video-imported');

  await test.step('before anything is paid, it says what the file is and what it becomes', async () => {
    await page.getByTestId('place-footage').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('footage-rate')).toHaveText('29.97 fps');
    await expect(page.getByTestId('footage-size')).toHaveText('128 × 128');
    await expect(page.getByTestId('footage-frames')).toHaveText('33');
    await expect(page.getByTestId('footage-bytes')).toHaveText('at most 1.6 MB');
    await expect(page.getByTestId('footage-estimate')).toHaveText(/about/);
    await studio.screenshot('video-dialog');
    expect(await seriousFindings(page)).toEqual([]);
    expect((await film.project()).takes).toHaveLength(0);
    await film.setNumberIn('footage-from', 8);
    await film.setNumberIn('footage-to', 32);
    await expect(page.getByTestId('footage-frames')).toHaveText('24');
    // The part's first and last frame are looked at before it is placed.
    for (const [edge, number] of [
      ['footage-first', at8(1, 8)[0]],
      ['footage-last', at8(1, 31)[0]],
    ] as const)
      await expect.poll(() => numberOn(page.getByTestId(edge))).toBe(number);
    await page.getByTestId('footage-place').click();
    await expect(page.getByTestId('footage-dialog')).toBeHidden();
  });

  await test.step('each frame of the film is the one that was on screen when it starts', async () => {
    await film.waitForTakes(1);
    const [take] = (await film.project()).takes;
    expect(storedNumbers(studio, take)).toEqual(at8(24, 8));
    expect(await film.clipRecords()).toMatchObject([
      { start: 0, duration: 24, sourceIn: 0 },
      { start: 0, duration: 24, sourceIn: 0 },
    ]);
    await film.seekTo(5);
    await expect.poll(() => shownNumber(studio)).toBe(at8(1, 13)[0]);
    await page.getByTestId('inspector').waitFor();
    await studio.screenshot('video-placed');
  });

  await test.step('one undo takes picture and sound away, and redo brings both back with their frames', async () => {
    expect((await film.records('clip')).map(({ source: { type } }) => type).sort()).toEqual(['audio', 'shot']);
    await page.keyboard.press('Control+z');
    await expect(film.clips).toHaveCount(0);
    await page.keyboard.press('Control+Shift+z');
    await expect(film.clips).toHaveCount(2);
    await expect.poll(() => shownNumber(studio)).toBe(at8(1, 13)[0]);
  });

  const picture = page.getByRole('gridcell', { name: /street, track V1/ });
  const sound = page.getByRole('gridcell', { name: /street.*track A1/ });
  const places = async () =>
    (await film.records('clip')).map(({ start, duration, sourceIn }) => [start, duration, sourceIn]);

  await test.step('its sound is linked: what is done to one is done to both, with Alt to one alone', async () => {
    await expect(sound).toHaveAccessibleName(/linked/);
    await page.keyboard.press('Escape');
    await film.select(picture);
    await expect(sound).toHaveAttribute('aria-selected', 'true');
    // The picture's own settings, and under them its sound's.
    await expect(page.getByTestId('clip-inspector')).toBeVisible();
    await expect(page.getByTestId('sound-inspector')).toBeVisible();
    await page.keyboard.press('Alt+Shift+ArrowRight');
    expect(await places()).toEqual([
      [10, 24, 0],
      [10, 24, 0],
    ]);
    await film.drag(picture.locator('.trim.end'), -6 * (await film.pixelsPerFrame()));
    const [[, shorter] = []] = await places();
    expect(shorter).toBeLessThan(24);
    expect(await places()).toEqual([
      [10, shorter, 0],
      [10, shorter, 0],
    ]);
    await page.keyboard.press('y');
    await page.keyboard.press('Alt+ArrowRight');
    expect(await places()).toEqual([
      [10, shorter, 1],
      [10, shorter, 1],
    ]);
    await page.keyboard.press('v');
    await page.keyboard.press('Escape');
    await sound.click({ modifiers: ['Alt'] });
    await expect(picture).toHaveAttribute('aria-selected', 'false');
    await page.keyboard.press('Delete');
    await expect(film.clips).toHaveCount(1);
    await page.keyboard.press('Control+z');
    await studio.screenshot('video-linked');
    await film.select(picture);
    await page.keyboard.press('Delete');
    await expect(film.clips).toHaveCount(0);
    for (let undo = 0; undo < 4; undo++) await page.keyboard.press('Control+z');
    expect(await places()).toEqual([
      [0, 24, 0],
      [0, 24, 0],
    ]);
  });

  await test.step('it is trimmed and split like any clip', async () => {
    await film.select(picture);
    await film.seekTo(4);
    await page.keyboard.press('w');
    await expect(picture).toHaveAccessibleName(/ 5 frames/);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+k');
    await expect(picture).toHaveCount(2);
    await page.keyboard.press('Control+z');
    await expect(picture).toHaveCount(1);
  });

  await test.step('the model goes on from its last frames, and leads up to its first', async () => {
    await film.select(picture);
    await film.setNumber('steps', 2);
    await page.keyboard.press('e');
    await page.getByTestId('extend-frames').fill('5');
    await page.getByTestId('extend-prompt').fill('a grey wall');
    await studio.screenshot('video-extend');
    await page.keyboard.press('Enter');
    await film.waitForTakes(2);
    const imported = (await film.project()).takes.find((take) => take.parentTakeId === null);
    const forward = await newest(film);
    expect(forward).toMatchObject({ parentTakeId: imported?.id });
    // It was given the last four frames of the footage, as they are stored.
    expect(await film.recipeOf(forward?.id ?? '')).toMatchObject({
      role: 'forward',
      frameCount: 5,
      width: SIZE,
      height: SIZE,
      known: [-4, -3, -2, -1].map((index) => ({ index, frame: imported?.frames.at(index) })),
    });
    await page.keyboard.press('Shift+e');
    await page.getByTestId('extend-frames').fill('4');
    await page.keyboard.press('Enter');
    await film.waitForTakes(3);
    const grown = await film.records('clip');
    const clip = grown.find(({ source: { type } }) => type === 'shot');
    expect(clip).toMatchObject({ duration: 33, sourceIn: -4 });
    // It had to move right for its new start, and its sound with it.
    expect(grown.find(({ source: { type } }) => type === 'audio')).toMatchObject({ start: 4, duration: 24 });
    await studio.screenshot('video-extended');
  });

  await test.step('any of its frames becomes an image, to be pinned or begun from', async () => {
    await page.keyboard.press('Control+Shift+p');
    await page.keyboard.type('keep this frame');
    await page.keyboard.press('Enter');
    await expect(tile.filter({ hasText: /Footage f\d+/ })).toHaveCount(1);
  });

  await test.step('what is exported is what was seen, with its sound', async () => {
    const file = path.join(studio.dir, 'film.mp4');
    await studio.chooseSaveFile(file);
    await page.keyboard.press('Control+e');
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const { streams } = probe(file);
    expect(streams.find((stream) => stream.codec_type === 'video')).toMatchObject({ nb_read_frames: '33' });
    expect(streams.some((stream) => stream.codec_type === 'audio')).toBe(true);
    const frames = path.join(studio.dir, 'frames');
    await studio.chooseSaveFile(frames);
    await page.keyboard.press('Control+e');
    await page.getByTestId('preset-png-sequence').click();
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(frames), { timeout: 60_000 }).toBe(true);
    const clip = (await film.records('clip')).find(({ source: { type } }) => type === 'shot');
    const exported = Array.from({ length: 24 }, (_, i) => {
      const name = `${String((clip?.start ?? 0) + 4 + i).padStart(6, '0')}.png`;
      const { data } = decode(readFileSync(path.join(frames, name)));
      return numberIn(Uint8Array.from(data), SIZE, SIZE);
    });
    expect(exported).toEqual(at8(24, 8));
  });

  await test.step('without its original the film opens and plays; only conforming again is refused, with a remedy', async () => {
    renameSync(source, path.join(studio.dir, 'moved.mp4'));
    await studio.reopen();
    const reopened = new StudioPage(studio.page);
    await expect(reopened.clips).toHaveCount(2);
    await reopened.seekTo(6);
    await expect.poll(() => shownNumber(studio)).toBe(at8(1, 10)[0]);
    await reopened.select(studio.page.getByRole('gridcell', { name: /street, track V1/ }));
    await studio.page.getByTestId('footage-part-fit').selectOption('fit');
    await expect(reopened.clips.first()).toHaveAccessibleName(/How it fills the frame has changed/);
    await studio.screenshot('video-stale');
    await studio.page.getByTestId('generate').click();
    await expect(reopened.toasts.getByRole('alert')).toContainText('street.mp4 is not where it was');
    await expect(reopened.toasts.getByRole('alert')).toContainText('Find the original');
    await studio.chooseOpenFiles([path.join(studio.dir, 'moved.mp4')]);
    await studio.page.getByTestId('relink-footage').focus();
    await studio.page.keyboard.press('Enter');
    await expect(reopened.toasts).toContainText('found again');
    await studio.page.getByTestId('generate').click();
    await reopened.waitForTakes(4);
    await expect(reopened.clips.first()).not.toHaveAccessibleName(/How it fills/);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('an import is stopped with what it has, gone on with, and its frames appear as they are made', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const source = path.join(studio.dir, 'long.mp4');
  await writeFilm(source, { rate: '8', frames: 4_000 });
  await studio.chooseOpenFiles([source]);
  await film.newProject('Long');
  await page.keyboard.press('Control+i');
  await page.getByTestId('place-footage').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('footage-frames')).toHaveText('4000');
  await page.getByTestId('footage-place').click();

  await test.step('it is seen on its clip while it runs', async () => {
    await expect(page.getByTestId('job-stage')).toHaveText('Importing');
    await expect(page.getByTestId('job-facts')).toHaveText(/left.*\d+\/4000 frames.*frames\/s/);
    await studio.screenshot('video-running');
  });

  await test.step('stopped, it keeps the frames it has', async () => {
    await page.getByTestId('stop').click();
    await film.waitForIdle();
    const [take] = (await film.project()).takes;
    const count = take?.frames.length ?? 0;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(4_000);
    await studio.screenshot('video-stopped');
  });

  await test.step('closed while it runs, it goes on after its frames when the studio is opened again', async () => {
    await page.getByTestId('generate').click();
    await expect(page.getByTestId('job-facts')).toHaveText(/\d+\/4000 frames/);
    await studio.reopen();
    const { page: again } = studio;
    const reopened = new StudioPage(again);
    await expect.poll(async () => (await newest(reopened))?.frames.length, { timeout: 90_000 }).toBe(4_000);
    await reopened.waitForIdle();
    await expect(reopened.clips.first()).not.toHaveAccessibleName(/stale|planned|stopped/);
    const whole = await newest(reopened);
    expect(storedNumbers(studio, whole && { ...whole, frames: whole.frames.slice(0, 300) })).toEqual(
      Array.from({ length: 300 }, (_, i) => i % 256),
    );
  });

  await test.step('a part that is imported anew is whole', async () => {
    const { page: again } = studio;
    const anew = new StudioPage(again);
    await again.keyboard.press('Control+z');
    await expect(anew.clips).toHaveCount(0);
    await again.getByTestId('place-footage').focus();
    await again.keyboard.press('Enter');
    await anew.setNumberIn('footage-to', 40);
    await again.getByTestId('footage-place').click();
    await expect.poll(async () => (await newest(anew))?.frames.length, { timeout: 90_000 }).toBe(40);
    const take = await newest(anew);
    expect(storedNumbers(studio, take)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await expect(anew.clips.first()).not.toHaveAccessibleName(/stale|planned/);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('numbered pictures dropped from the desktop are one film, or single images', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const files = Array.from({ length: 10 }, (_, n) => {
    const file = path.join(studio.dir, `paint_${String(n + 1).padStart(3, '0')}.png`);
    writeFileSync(file, encode({ width: 96, height: 64, channels: 3, depth: 8, data: numberedPicture(n, 96, 64) }));
    return file;
  });
  await film.newProject('Animation');
  await film.dropFiles(page.locator('.tracks'), files);
  await expect(page.getByTestId('footage-rate')).toHaveText('10 pictures, one per frame');
  await expect(page.getByTestId('footage-frames')).toHaveText('10');
  await studio.screenshot('video-sequence');
  await page.getByTestId('footage-fit').click();
  await page.getByTestId('footage-place').click();
  await film.waitForTakes(1);
  expect(storedNumbers(studio, await newest(film))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await studio.screenshot('video-sequence-placed');

  await page.getByTestId('place-footage').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('footage-as-images').click();
  await expect(page.locator('[data-media-id]')).toHaveCount(11);
  expect(studio.pageErrors).toEqual([]);
});

test('what is no film is refused with a sentence, and a film that was cut short says where it ends', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const fake = path.join(studio.dir, 'holiday.mp4');
  writeFileSync(fake, 'Dear diary, this is not a film.');
  await studio.chooseOpenFiles([fake]);
  await film.newProject('Refusals');
  await page.keyboard.press('Control+i');
  const alert = film.toasts.getByRole('alert');
  await expect(alert).toContainText('holiday.mp4');
  await expect(alert).toContainText('save it as MP4');
  await expect(page.locator('[data-media-id]')).toHaveCount(0);
  await studio.screenshot('video-refused');

  const cut = path.join(studio.dir, 'cut.mp4');
  const args = [
    '-c:v',
    'libx264',
    '-qp',
    '18',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    'faststart',
  ];
  await writeFilm(cut, { rate: '8', frames: 100, width: 256, height: 256, args });
  truncateSync(cut, Math.floor(readFileSync(cut).length * 0.6));
  await studio.chooseOpenFiles([cut]);
  await page.keyboard.press('Control+i');
  await page.getByTestId('place-footage').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('footage-place').click();
  await expect(film.toasts).toContainText(/cut\.mp4 ends after \d+ of 100 frames/, { timeout: 60_000 });
  const take = await newest(film);
  expect(storedNumbers(studio, take).slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
  await studio.screenshot('video-cut-short');
});
