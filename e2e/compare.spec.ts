/**
 * Two takes of an extension held against each other in the viewer's place: by wipe, side by side, flicker, difference
 * and at the seam, by mouse and keyboard.
 */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

/** The part of a canvas that is needed here; tests know no DOM. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** What a canvas shows, as a short sum of its bytes. */
async function pictureOf(page: Page, testId: string): Promise<number> {
  return page.getByTestId(testId).evaluate((element) => {
    const canvas = element as unknown as Canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, byte) => (sum * 31 + byte) % 2_147_483_647, 7);
  });
}

async function drawn(page: Page, what: RegExp): Promise<void> {
  await expect(page.getByTestId('compare-canvas')).toHaveAttribute('data-drawn', what);
}

test('an artist compares two takes and chooses', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Two endings');
  await film.planShot('a red ball bouncing on a blue background');
  await film.generate();
  await film.select(film.clips.first());
  await page.keyboard.press('e');
  await page.getByTestId('extend-frames').fill('4');
  await page.getByTestId('extend-frames').press('Tab');
  await page.getByTestId('extend-queue').click();
  await film.waitForTakes(2);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');

  await test.step('with one take there is nothing to compare, and the studio says so', async () => {
    await page.keyboard.press('Alt+c');
    await expect(page.getByText('There is only one take here')).toBeVisible();
    await expect(page.getByTestId('compare-view')).toBeHidden();
  });
  await page.keyboard.press('Control+Enter');
  await film.waitForTakes(3);

  await test.step('Alt+C opens the wipe; the arrow keys and the mouse move its line', async () => {
    await page.keyboard.press('Alt+c');
    await expect(page.getByTestId('compare-view')).toBeVisible();
    await expect(page.getByTestId('compare-used-a')).toBeVisible();
    await expect(page.getByTestId('compare-numbers')).toHaveText(/Δ \d+\.\d\d\s*\d+\.\d dB/);
    await studio.screenshot('compare-wipe');
    const line = page.getByTestId('wipe-line');
    await line.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(line).toHaveAttribute('aria-valuenow', '60');
    await film.drag(line, -60);
    const wiped = Number(await line.getAttribute('aria-valuenow'));
    expect(wiped).toBeGreaterThan(20);
    expect(wiped).toBeLessThan(60);
  });

  await test.step('every mode shows the same two pictures', async () => {
    await page.keyboard.press('3');
    await drawn(page, /flicker a$/);
    const a = await pictureOf(page, 'compare-canvas');
    await page.keyboard.press('c');
    await drawn(page, /flicker b$/);
    const b = await pictureOf(page, 'compare-canvas');
    expect(b).not.toBe(a);
    await page.keyboard.press('c');
    await page.getByTestId('compare-side').click();
    await drawn(page, /side a$/);
    await expect.poll(() => pictureOf(page, 'compare-canvas-second')).toBe(b);
    expect(await pictureOf(page, 'compare-canvas')).toBe(a);
    await studio.screenshot('compare-side');
    await page.getByTestId('compare-wipe').click();
    await page.getByTestId('wipe-line').focus();
    await page.keyboard.press('Home');
    await expect.poll(() => pictureOf(page, 'compare-canvas')).toBe(b);
    await page.keyboard.press('End');
    await expect.poll(() => pictureOf(page, 'compare-canvas')).toBe(a);
  });

  await test.step('the difference can be amplified', async () => {
    await page.keyboard.press('4');
    await drawn(page, /difference a$/);
    const plain = await pictureOf(page, 'compare-canvas');
    await page.getByTestId('compare-amplify').click();
    await expect(page.getByTestId('compare-amplify')).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => pictureOf(page, 'compare-canvas')).not.toBe(plain);
    await studio.screenshot('compare-difference');
  });

  await test.step('before the seam both takes show the same frames', async () => {
    await film.seekTo(8);
    await expect(page.getByTestId('compare-numbers')).toHaveText('identical');
  });

  await test.step('at the seam: half a second of preroll, round and round, with both seams measured', async () => {
    await page.getByTestId('compare-seam').click();
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await expect(page.getByTestId('compare-seam-a')).toHaveText(/seam \d+\.\d · motion \d+\.\d/);
    await expect(page.getByTestId('compare-seam-b')).toHaveText(/seam \d+\.\d · motion \d+\.\d/);
    const seen = new Set<number>();
    const frame = async (): Promise<number> => Number((await film.frameNumber.textContent())?.slice(2));
    await expect
      .poll(async () => seen.add(await frame()).size, { intervals: [40], timeout: 15_000 })
      .toBeGreaterThan(5);
    await studio.screenshot('compare-seam');
    // The extension begins at frame 9 and the project runs at 8 frames a second.
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...seen)).toBeLessThan(13);
    await page.keyboard.press('g');
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  });

  await test.step('Use B puts it in the film, and can be undone', async () => {
    await page.getByTestId('compare-use-b').click();
    await expect(page.getByTestId('compare-used-b')).toBeVisible();
    await expect(page.getByTestId('compare-use-a')).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(page.getByTestId('compare-used-a')).toBeVisible();
  });

  await test.step('Esc leaves; a row of the takes panel comes back in', async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('compare-view')).toBeHidden();
    await expect(page.getByTestId('viewer')).toBeVisible();
    await page.keyboard.press('Control+2');
    const row = page.locator('[data-take-id][data-active="false"]').first();
    await row.hover();
    await studio.screenshot('compare-row');
    await row.getByTestId('compare-take').click();
    await expect(page.getByTestId('compare-view')).toBeVisible();
    await page.keyboard.press('Alt+c');
    await expect(page.getByTestId('compare-view')).toBeHidden();
  });

  expect(studio.pageErrors).toEqual([]);
});

test('commands are found by a few letters, and keys are the artist’s own', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Keys');

  await test.step('the palette finds, explains and runs', async () => {
    await page.keyboard.press('Control+Shift+p');
    await expect(page.getByTestId('palette-query')).toBeFocused();
    await page.getByTestId('palette-query').fill('split playhead');
    const split = page.locator('[data-action-id="timeline.split"]');
    await expect(split).toHaveAttribute('aria-disabled', 'true');
    await studio.screenshot('palette-disabled');
    await page.getByTestId('palette-query').fill('blade');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('palette')).toBeHidden();
    await expect(page.getByRole('button', { name: 'Blade', exact: true })).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Control+Shift+p');
    await expect(page.getByTestId('palette').getByRole('option').first()).toHaveAttribute(
      'data-action-id',
      'timeline.bladeTool',
    );
    await studio.screenshot('palette-recent');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('palette')).toBeHidden();
  });

  await test.step('with Premiere’s keys V and C are the tools', async () => {
    await page.keyboard.press('v');
    await page.keyboard.press('Shift+?');
    await page.getByTestId('key-preset').selectOption('premiere');
    await studio.screenshot('keys-premiere');
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await expect(page.getByRole('button', { name: 'Blade', exact: true })).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.press('c');
    await expect(page.getByRole('button', { name: 'Blade', exact: true })).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('keys are changed by pressing them, taken over where they are taken, and kept', async () => {
    await page.keyboard.press('Shift+?');
    const row = page.locator('[data-testid="shortcuts-dialog"] [data-action-id="timeline.marker"]');
    await row.getByTestId('key-chord').click();
    await page.keyboard.press('s');
    await expect(row.getByRole('alert')).toContainText('Snapping');
    await row.scrollIntoViewIfNeeded();
    await studio.screenshot('keys-taken');
    await page.getByTestId('key-take-over').click();
    await expect(row.getByTestId('key-chord')).toHaveText('S');
    await page.keyboard.press('Escape');
    await studio.reopen();
    await studio.page.keyboard.press('Shift+?');
    const kept = studio.page.locator('[data-testid="shortcuts-dialog"] [data-action-id="timeline.marker"]');
    await expect(kept.getByTestId('key-chord')).toHaveText('S');
    await expect(studio.page.getByTestId('key-preset')).toHaveValue('premiere');
  });

  await test.step('a map comes in as text; what is none is refused', async () => {
    await studio.page.getByTestId('keys-paste').click();
    await studio.page.getByTestId('keys-text').fill('not a map');
    await studio.page.getByTestId('keys-use').click();
    await expect(studio.page.getByRole('alert')).toContainText('This is not JSON.');
    const map = { format: 'onionskin-keys', version: 1, preset: 'resolve', custom: { 'timeline.marker': ['F9'] } };
    await studio.page.getByTestId('keys-text').fill(JSON.stringify(map));
    await studio.page.getByTestId('keys-use').click();
    await expect(studio.page.getByTestId('key-preset')).toHaveValue('resolve');
    await studio.screenshot('keys-imported');
    await studio.page.keyboard.press('Escape');
    await studio.page.keyboard.press('F9');
    await expect(studio.page.getByRole('button', { name: /^Undo: .*marker/i })).toBeVisible();
  });

  await test.step('the viewer fills the screen and shows its guides', async () => {
    await studio.page.keyboard.press("'");
    await expect(studio.page.getByTestId('guides-overlay')).toBeVisible();
    await studio.page.getByTestId('fullscreen').click();
    await expect.poll(async () => (await studio.page.getByTestId('viewer').boundingBox())?.x).toBe(0);
    await studio.screenshot('viewer-full');
    await studio.page.getByTestId('fullscreen').click();
    await expect.poll(async () => (await studio.page.getByTestId('viewer').boundingBox())?.x).toBeGreaterThan(100);
  });

  expect(studio.pageErrors).toEqual([]);
});
