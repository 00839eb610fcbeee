/** Groups and links: selected, moved, copied, trimmed and deleted as one; Alt takes one alone. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { wavFile } from '../test/support/sounds';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('clips are grouped, and picture and sound are linked', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const { keyboard } = page;
  await film.newProject('Together');
  await film.planQuickShot('a red ball bouncing on a blue background', { frames: 12 });
  await film.seekTo(4);
  await keyboard.press('Control+k');
  await film.seekTo(8);
  await keyboard.press('Control+k');
  await expect(film.clips).toHaveCount(3);
  const starts = async () => (await film.clipRecords()).map(({ start }) => start);
  const selected = page.locator('[data-testid="clip"][aria-selected="true"]');

  await test.step('Ctrl+G groups what is selected; a click then selects both, Alt+click one', async () => {
    await film.select(film.clips.nth(1));
    await film.clips.nth(2).click({ modifiers: ['Shift'] });
    await keyboard.press('Control+g');
    await expect(film.clips.nth(1)).toHaveAttribute('aria-label', /in a group/);
    await keyboard.press('Escape');
    await film.clips.nth(2).click();
    await expect(selected).toHaveCount(2);
    await studio.screenshot('groups-01-grouped');
    await film.clips.nth(2).click({ modifiers: ['Alt'] });
    await expect(selected).toHaveCount(1);
  });

  await test.step('it moves as one, is copied as a group of its own, and deleted as one', async () => {
    await keyboard.press('Escape');
    await film.clips.nth(1).click();
    await keyboard.press('Alt+Shift+ArrowRight');
    expect(await starts()).toEqual([0, 14, 18]);
    await keyboard.press('Control+c');
    await keyboard.press('End');
    await keyboard.press('Control+v');
    expect(await starts()).toEqual([0, 14, 18, 22, 26]);
    await keyboard.press('Delete');
    expect(await starts()).toEqual([0, 14, 18]);
    await film.clips.nth(1).click();
    await expect(selected).toHaveCount(2);
  });

  await test.step('Ctrl+Shift+G ungroups; undo groups again', async () => {
    await keyboard.press('Control+Shift+g');
    await expect(film.clips.nth(1)).not.toHaveAttribute('aria-label', /in a group/);
    await keyboard.press('Control+z');
    await expect(film.clips.nth(1)).toHaveAttribute('aria-label', /in a group/);
    await keyboard.press('Control+Shift+g');
  });

  const file = path.join(studio.dir, 'tone.wav');
  const samples = Float32Array.from({ length: 44_100 }, (_, i) => 0.4 * Math.sin(i / 20));
  writeFileSync(file, wavFile(samples, { rate: 44_100 }));

  await test.step('Ctrl+L links a picture with its sound: split and trimmed together', async () => {
    await studio.chooseOpenFiles([file]);
    await keyboard.press('Control+i');
    await film.seekTo(14);
    const sound = page.locator('[data-media-id]').filter({ hasText: 'tone.wav' });
    await sound.hover();
    await sound.getByTestId('place-sound').click();
    await expect(film.clips).toHaveCount(4);
    const tone = page.getByRole('gridcell', { name: /tone/ });
    await film.select(film.clips.filter({ hasNotText: 'x' }).nth(1));
    await tone.click({ modifiers: ['Shift'] });
    await keyboard.press('Control+l');
    await expect(tone).toHaveAttribute('aria-label', /linked/);
    await studio.screenshot('groups-02-linked');
    await film.seekTo(16);
    await keyboard.press('Escape');
    await keyboard.press('Control+k');
    await expect(film.clips).toHaveCount(6);
    await keyboard.press('Escape');
    await tone.first().click();
    await expect(selected).toHaveCount(2);
  });

  await test.step('a ripple moves every track; sync lock off leaves what is not linked, and what is in the way is named', async () => {
    const tones = async () => {
      const clips = (await film.records('clip')).filter(({ source }) => source.type === 'audio');
      return clips.map(({ start }) => start).sort((a, b) => a - b);
    };
    const before = await tones();
    expect(before[0]).toBe(14);
    await keyboard.press('Escape');
    await film.select(film.clips.first());
    await keyboard.press('Shift+Delete');
    expect(await tones()).toEqual(before.map((start) => start - 4));
    await keyboard.press('Control+z');
    expect(await tones()).toEqual(before);

    // The first half is linked no more and may stay; the second one may not.
    await page.getByRole('button', { name: 'Sync lock off: A1 stays when other tracks ripple' }).click();
    await keyboard.press('Escape');
    await page.getByRole('gridcell', { name: /tone/ }).first().click();
    await keyboard.press('Control+l');
    await film.select(film.clips.first());
    await keyboard.press('Shift+Delete');
    await expect(film.toasts).toContainText(
      'on track A1 is in the way: what follows it there cannot move 4 frames left',
    );
    await studio.screenshot('groups-03-in-the-way');
    expect(await tones()).toEqual(before);
    await page.getByRole('button', { name: 'Sync lock on: A1 moves along with ripples on other tracks' }).click();
  });

  await test.step('what cannot be linked says why', async () => {
    await keyboard.press('Escape');
    await film.clips.first().click();
    await keyboard.press('Control+l');
    await expect(film.toasts).toContainText('a link ties a picture to a sound');
  });

  await test.step('it is all there after closing and opening again', async () => {
    await film.waitForSaved();
    const before = await film.records('clip');
    await studio.reopen();
    const again = new StudioPage(studio.page);
    expect(await again.records('clip')).toEqual(expect.arrayContaining(before));
  });
  expect(studio.pageErrors).toEqual([]);
});
