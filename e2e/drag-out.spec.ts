/**
 * Dragging out of the window. No other program takes the drop here: what is looked at is the file that the system's drag
 * was begun with.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { wavFile } from '../test/support/sounds';
import { probe } from './fixtures/probe';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

interface Begun {
  readonly file: string;
  readonly hasIcon: boolean;
}

test('frames, takes, media and exports leave the window as real files', async ({ studio }) => {
  test.setTimeout(120_000);
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Out: “1/2”');
  await film.planQuickShot('a red ball bouncing on a blue background', { frames: 9 });
  await film.generate();
  await studio.app.evaluate(({ BrowserWindow }) => {
    const begun: Begun[] = [];
    Object.assign(globalThis, { begun });
    const [window] = BrowserWindow.getAllWindows();
    if (window !== undefined)
      window.webContents.startDrag = ({ file = '', icon }) =>
        void begun.push({ file, hasIcon: typeof icon !== 'string' && !icon.isEmpty() });
  });
  const drags = (): Promise<Begun[]> => studio.app.evaluate(() => (globalThis as unknown as { begun: Begun[] }).begun);
  const drag = async (what: Locator, init = {}): Promise<Begun> => {
    const before = (await drags()).length;
    await what.dispatchEvent('dragstart', init);
    await expect.poll(async () => (await drags()).length).toBe(before + 1);
    const begun = (await drags())[before];
    if (begun === undefined) throw new Error('no drag was begun');
    expect(existsSync(begun.file)).toBe(true);
    expect(begun.hasIcon).toBe(true);
    return begun;
  };
  const [take] = (await film.project()).takes;
  const stored = (hash = ''): Buffer =>
    readFileSync(path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`));

  await test.step('the frame in the viewer, under the name of the film, as a copy', async () => {
    await film.seekTo(3);
    const { file } = await drag(page.getByTestId('viewer-canvas').locator('..'));
    expect(path.basename(file)).toBe('Out “1 2” f3.png');
    expect(file.startsWith(studio.library)).toBe(false);
    expect(readFileSync(file).equals(stored(take?.frames[3]))).toBe(true);

    // Let go of over a clip of the film instead, it is pinned there.
    const { x, y } = await film.middleOf(film.clips.first());
    await studio.dropFiles([file], { x, y });
    await page.getByTestId('drop-pin').click();
    const [pinned] = await film.records('anchor');
    expect(pinned?.frame).toBe(4);
    expect((await film.project()).media).toContainEqual(
      expect.objectContaining({ id: pinned?.mediaId, kind: 'image', name: 'Out “1 2” f3.png' }),
    );
    for (let undone = 0; undone < 2 && (await film.records('anchor')).length > 0; undone++)
      await page.keyboard.press('Control+z');
    await film.select(film.clips.first());
  });

  await test.step('a take, as a folder of numbered frames', async () => {
    await page.keyboard.press('Control+Digit2');
    const { file } = await drag(page.getByTestId('use-take'));
    expect(path.basename(file)).toMatch(/^Shot 1 seed \d+$/);
    const names = readdirSync(file).sort();
    expect(names).toHaveLength(9);
    expect(names[0]).toBe('0001.png');
    expect(readFileSync(path.join(file, '0009.png')).equals(stored(take?.frames[8]))).toBe(true);
  });

  await test.step('a clip alone, as a film that is made once; what it is not any more is not dragged', async () => {
    await film.select(film.clips.first());
    await expect(page.getByTestId('make-clip-file')).toContainText(/about [\d.]+ s/);
    await page.getByTestId('make-clip-file').click();
    const handle = page.getByTestId('drag-clip');
    await expect(handle).toBeVisible({ timeout: 60_000 });
    const { file } = await drag(handle);
    expect(path.basename(file)).toBe('Shot 1.mp4');
    expect(file.startsWith(studio.library)).toBe(false);
    expect(probe(file).streams).toContainEqual(expect.objectContaining({ codec_name: 'h264', nb_read_frames: '9' }));
    const exports = async (): Promise<number> =>
      (await film.project()).jobs.filter(({ kind }) => kind === 'export').length;
    expect(await exports()).toBe(1);

    // Trimmed it is another film; as it was, it is that one again.
    await film.seekTo(6);
    await page.keyboard.press('w');
    await expect(page.getByTestId('make-clip-file')).toBeVisible();
    await page.getByTestId('make-clip-file').click();
    await expect(handle).toBeVisible({ timeout: 60_000 });
    const trimmed = await drag(handle);
    expect(trimmed.file).not.toBe(file);
    expect(probe(trimmed.file).streams).toContainEqual(expect.objectContaining({ nb_read_frames: '7' }));
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await film.records('clip'))[0]?.duration).toBe(9);
    await expect.poll(async () => (await drag(handle)).file).toBe(file);
    expect(await exports()).toBe(2);
  });

  await test.step('or saved, by the form that exports', async () => {
    const target = path.join(studio.dir, 'clip.mp4');
    await studio.chooseSaveFile(target);
    await page.keyboard.press('Control+Shift+e');
    await expect(page.getByTestId('range-clip')).toHaveAttribute('aria-checked', 'true');
    await expect(page.getByTestId('export-frames')).toHaveText('9');
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(target), { timeout: 60_000 }).toBe(true);
    await film.waitForIdle();
    expect(probe(target).streams).toContainEqual(expect.objectContaining({ nb_read_frames: '9' }));
  });

  await test.step('a sound of the bin with Alt; without, the drag stays in the window', async () => {
    const sound = path.join(studio.dir, 'tone.wav');
    writeFileSync(
      sound,
      wavFile(
        Float32Array.from({ length: 4_410 }, (_, i) => Math.sin(i / 9)),
        { rate: 44_100 },
      ),
    );
    await studio.chooseOpenFiles([sound]);
    await page.keyboard.press('Control+Digit1');
    await page.keyboard.press('Control+i');
    const tile = page.locator('[data-media-id]').filter({ hasText: 'tone.wav' });
    await expect(tile).toHaveCount(1);
    const before = (await drags()).length;
    await tile.dispatchEvent('dragstart', {});
    const { file } = await drag(tile, { altKey: true });
    expect((await drags()).length).toBe(before + 1);
    expect(path.basename(file)).toBe('tone.wav');
    expect(readFileSync(file).equals(readFileSync(sound))).toBe(true);
  });

  await test.step('an export from the queue, where it lies', async () => {
    const target = path.join(studio.dir, 'film.mp4');
    await studio.chooseSaveFile(target);
    await page.keyboard.press('Control+e');
    await page.getByTestId('export-start').click();
    await expect.poll(() => existsSync(target), { timeout: 60_000 }).toBe(true);
    await film.waitForIdle();
    await page.keyboard.press('Control+j');
    const { file } = await drag(page.getByTestId('drag-export').first());
    expect(file).toBe(target);
    expect(probe(file).streams).toContainEqual(expect.objectContaining({ nb_read_frames: '9' }));
  });
  expect(studio.pageErrors).toEqual([]);
});
