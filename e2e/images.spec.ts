/** Pictures from outside: imported by the dialog, placed by dragging, and kept by the frames made from them. */
import { decode, encode } from 'fast-png';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const SIZE = 128;

/** A picture of the model's own world: a disc over a meadow under a sky. RGB, 128 × 128. */
function meadow(disc: readonly [number, number, number], x: number): Uint8Array {
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  for (let row = 0; row < SIZE; row++)
    for (let column = 0; column < SIZE; column++) {
      const isDisc = Math.hypot(column - x, row - 70) < 20;
      const colour = isDisc ? disc : row > 84 ? [86, 150, 70] : [135, 190, 235];
      pixels.set(colour, (row * SIZE + column) * 3);
    }
  return pixels;
}

function writePicture(studio: StudioUnderTest, name: string, pixels: Uint8Array): string {
  const file = path.join(studio.dir, name);
  writeFileSync(file, encode({ width: SIZE, height: SIZE, channels: 3, depth: 8, data: pixels }));
  return file;
}

function storedFrame(studio: StudioUnderTest, hash: string): Uint8Array {
  const file = path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`);
  return Uint8Array.from(decode(readFileSync(file)).data);
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}

test('a picture becomes the first frame of a shot, another its last', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const [start, end] = [meadow([214, 60, 50], 34), meadow([214, 60, 50], 94)];
  await studio.chooseOpenFiles([writePicture(studio, 'start.png', start), writePicture(studio, 'end.png', end)]);
  await film.newProject('Pictures');
  await page.keyboard.press('Control+i');
  await expect(page.locator('[data-media-id]')).toHaveCount(2);
  await studio.screenshot('images-imported');

  const tile = page.locator('[data-media-id]').filter({ hasText: 'start.png' });
  await tile.hover();
  await tile.getByTestId('use-as-first-frame').click();
  await expect(page.getByTestId('first-frame').getByRole('img')).toBeVisible();
  await page.keyboard.type('a red ball moving right over a meadow');
  await page.keyboard.press('Escape');
  await film.setNumber('steps', 6);
  expect(await film.records('anchor')).toMatchObject([{ frame: 0 }]);

  await page.locator('[data-media-id]').filter({ hasText: 'end.png' }).dragTo(page.getByTestId('last-frame'));
  await expect(page.getByTestId('last-frame').getByRole('img')).toBeVisible();
  expect((await film.records('anchor')).map((anchor) => anchor.frame).sort()).toEqual([0, 8]);
  await studio.screenshot('images-first-and-last');

  await film.generate();
  const [take] = (await film.project()).takes;
  const frames = (take?.frames ?? []).map((hash) => storedFrame(studio, hash));
  expect(psnr(frames[0] ?? new Uint8Array(), start), 'PSNR of the first frame, dB').toBeGreaterThan(20);
  expect(psnr(frames[8] ?? new Uint8Array(), end), 'PSNR of the last frame, dB').toBeGreaterThan(20);
  await studio.screenshot('images-generated');

  await test.step('removing the last frame is an edit that makes the take out of date, and can be undone', async () => {
    await page.getByRole('button', { name: 'Remove: Last frame' }).click();
    await expect(film.clips.first()).toHaveAccessibleName(/stale/);
    await studio.screenshot('images-stale');
    await film.page.keyboard.press('Control+z');
    await expect(film.clips.first()).not.toHaveAccessibleName(/stale/);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a picture dragged onto the timeline asks what it should become', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await studio.chooseOpenFiles([writePicture(studio, 'meadow.png', meadow([240, 220, 60], 64))]);
  await film.newProject('Dropping');
  await page.getByTestId('import-media').click();
  const tile = page.locator('[data-media-id]');
  await expect(tile).toHaveCount(1);
  const lane = page.locator('.tracks');
  const v1 = await film.middleOf(page.locator('[data-track-id]').last());
  const box = await lane.boundingBox();
  if (!box) throw new Error('no tracks');
  const onV1 = (x: number) => ({ targetPosition: { x, y: v1.y - box.y } });

  await tile.dragTo(lane, onV1(200));
  await expect(page.getByTestId('drop-menu')).toBeVisible();
  await studio.screenshot('images-drop-menu');
  await page.getByTestId('drop-still').click();
  await expect(film.clips).toHaveCount(1);
  expect(await film.records('clip')).toMatchObject([{ source: { type: 'still' }, duration: 24, name: 'meadow' }]);

  await tile.dragTo(lane, onV1(900));
  await page.getByTestId('drop-animate').click();
  await expect(film.clips).toHaveCount(2);
  expect(await film.records('anchor')).toMatchObject([{ frame: 0 }]);
  await page.keyboard.press('Escape');
  for (let undone = 0; undone < 2; undone++) await page.keyboard.press('Control+z');
  await expect(film.clips).toHaveCount(0);
  expect(studio.pageErrors).toEqual([]);
});

test('what is not an image is refused with a sentence and a remedy, and changes nothing', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const file = path.join(studio.dir, 'holiday.png');
  writeFileSync(file, 'Dear diary, this is not a picture.');
  await studio.chooseOpenFiles([file]);
  await film.newProject('Refusals');
  const held = async () => {
    const { records, media, takes, jobs, version } = await film.project();
    return { records, media, takes, jobs, version };
  };
  const before = await held();
  await page.keyboard.press('Control+i');
  const alert = film.toasts.getByRole('alert');
  await expect(alert).toContainText('holiday.png');
  await expect(alert).toContainText(/choose another|Open it|convert/i);
  await studio.screenshot('images-refused');
  await expect(page.locator('[data-media-id]')).toHaveCount(0);
  expect(await held()).toEqual(before);

  await test.step('a picture that was cut short is refused as well', async () => {
    const whole = writePicture(studio, 'whole.png', meadow([0, 0, 0], 64));
    const cut = path.join(studio.dir, 'cut.png');
    writeFileSync(cut, readFileSync(whole).subarray(0, 400));
    await studio.chooseOpenFiles([cut]);
    await page.keyboard.press('Control+i');
    await expect(film.toasts).toContainText('cut.png');
    await expect(page.locator('[data-media-id]')).toHaveCount(0);
  });
});

test('an imported picture that is gone says so, and is found again in a folder', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const original = writePicture(studio, 'meadow.png', meadow([214, 60, 50], 34));
  await studio.chooseOpenFiles([original]);
  await film.newProject('Offline');
  await studio.page.keyboard.press('Control+i');
  await expect(studio.page.locator('[data-media-id]')).toHaveCount(1);
  const [media] = (await film.project()).media;
  const sha256 = media?.sha256 ?? '';
  const copy = path.join(studio.library, 'media', sha256.slice(0, 2), `${sha256}.png`);
  await studio.app.close();
  rmSync(copy);
  const folder = path.join(studio.dir, 'moved', 'here');
  mkdirSync(folder, { recursive: true });
  renameSync(original, path.join(folder, 'under another name.png'));

  await studio.startAgain();
  const { page } = studio;
  await expect(page.getByTestId('media-offline')).toBeVisible();
  await expect(page.getByTestId('offline-notice')).toContainText('One imported file is gone');
  await studio.screenshot('images-offline');
  await studio.chooseOpenFiles([path.join(studio.dir, 'moved')]);
  await page.getByTestId('relink-folder').click();
  await expect(new StudioPage(page).toasts).toContainText('1 found again');
  await expect(page.getByTestId('media-offline')).toBeHidden();
  await expect(page.locator('[data-media-id] img')).toHaveJSProperty('naturalWidth', SIZE);
  expect(existsSync(copy)).toBe(true);
});

test('a picture can stay where it is: linked, offline, found again, copied in', async ({ studio }) => {
  const film = (): StudioPage => new StudioPage(studio.page);
  const original = writePicture(studio, 'meadow.png', meadow([214, 60, 50], 34));
  const folder = path.join(studio.dir, 'moved', 'here');
  const copies = (): string[] =>
    readdirSync(path.join(studio.library, 'media'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.png'));
  await studio.chooseOpenFiles([original]);
  await film().newProject('Linked');

  await test.step('the choice is kept, and nothing is copied', async () => {
    await studio.page.getByTestId('link-originals').check();
    await studio.page.keyboard.press('Control+i');
    await expect(studio.page.getByTestId('media-linked')).toBeVisible();
    await expect(studio.page.locator('[data-media-id] img')).toHaveJSProperty('naturalWidth', SIZE);
    await studio.screenshot('images-linked');
    expect(copies()).toEqual([]);
    await studio.app.close();
    mkdirSync(folder, { recursive: true });
    renameSync(original, path.join(folder, 'under another name.png'));
    await studio.startAgain();
    await expect(studio.page.getByTestId('link-originals')).toBeChecked();
  });

  await test.step('moved it is offline, and found again in a folder', async () => {
    await expect(studio.page.getByTestId('media-offline')).toBeVisible();
    await studio.chooseOpenFiles([path.join(studio.dir, 'moved')]);
    await studio.page.getByTestId('relink-folder').click();
    await expect(film().toasts).toContainText('1 found again');
    await expect(studio.page.locator('[data-media-id] img')).toHaveJSProperty('naturalWidth', SIZE);
    expect(copies()).toEqual([]);
  });

  await test.step('copied into the library it needs the original no more', async () => {
    await studio.page.keyboard.press('Control+Shift+p');
    await studio.page.keyboard.type('Copy linked files');
    await studio.page.keyboard.press('Enter');
    await expect(film().toasts).toContainText('1 file is in the library now');
    await expect(studio.page.getByTestId('media-linked')).toBeHidden();
    expect(copies()).toHaveLength(1);
    rmSync(folder, { recursive: true });
    await studio.reopen();
    await expect(studio.page.locator('[data-media-id] img')).toHaveJSProperty('naturalWidth', SIZE);
  });
});
