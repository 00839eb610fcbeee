/**
 * Editing, by mouse and keyboard: trims, cuts, moves, deletions, tracks, dissolves, the playhead. Nothing is generated
 * here: planned shots have a length, and that is what editing works on.
 */
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test.describe.configure({ timeout: 60_000 });

function zone(clip: Locator, name: 'trim-start' | 'trim-end'): Locator {
  return clip.locator(`[data-zone="${name}"]`);
}

/** A project with planned shots one after the other, nothing selected, playhead at the start. */
async function filmOf(film: StudioPage, ...lengths: number[]): Promise<void> {
  await film.newProject('Editing');
  for (const [index, frames] of lengths.entries()) {
    await film.page.keyboard.press('End');
    await film.planShot(`shot ${String(index + 1)}`);
    if (frames !== 9) await film.setNumber('length', frames);
  }
  await film.page.keyboard.press('Escape');
  await film.page.keyboard.press('Home');
  await expect(film.clips).toHaveCount(lengths.length);
}

async function spans(film: StudioPage): Promise<number[][]> {
  return (await film.clipRecords()).map(({ start, duration }) => [start, duration]);
}

test('edges trim by dragging, stop at the film that is there, and come back by undo', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  const clip = film.clips.first();
  const frame = await film.pixelsPerFrame();

  await film.drag(zone(clip, 'trim-end'), -3 * frame);
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 6, sourceIn: 0 }]);
  await film.drag(zone(clip, 'trim-start'), 2 * frame);
  expect(await film.clipRecords()).toMatchObject([{ start: 2, duration: 4, sourceIn: 2 }]);
  await film.drag(zone(clip, 'trim-end'), 40 * frame);
  expect(await film.clipRecords()).toMatchObject([{ start: 2, duration: 7, sourceIn: 2 }]);

  for (let undone = 0; undone < 3; undone++) await studio.page.keyboard.press('Control+z');
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 9, sourceIn: 0 }]);
  for (let redone = 0; redone < 2; redone++) await studio.page.keyboard.press('Control+Shift+z');
  expect(await film.clipRecords()).toMatchObject([{ start: 2, duration: 4, sourceIn: 2 }]);

  await test.step('Escape in the middle of a drag leaves all as it was', async () => {
    const { x, y } = await film.middleOf(zone(clip, 'trim-end'));
    await studio.page.mouse.move(x, y);
    await studio.page.mouse.down();
    await studio.page.mouse.move(x + 2 * frame, y, { steps: 4 });
    await studio.page.keyboard.press('Escape');
    await studio.page.mouse.up();
    expect(await spans(film)).toEqual([[2, 4]]);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('a clip is cut at the playhead by key, anywhere by the blade, and joined again by undo', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  await film.seekTo(4);
  await studio.page.keyboard.press('Control+k');
  await expect(film.clips).toHaveCount(2);
  expect(await film.clipRecords()).toMatchObject([
    { start: 0, duration: 4, sourceIn: 0 },
    { start: 4, duration: 5, sourceIn: 4 },
  ]);

  const frame = await film.pixelsPerFrame();
  await studio.page.keyboard.press('b');
  await expect(studio.page.getByTestId('tool-blade')).toHaveAttribute('aria-pressed', 'true');
  await film.clickBeside(film.clips.nth(1), frame / 2);
  expect(await spans(film)).toEqual([
    [0, 4],
    [4, 3],
    [7, 2],
  ]);
  await studio.page.keyboard.press('v');
  await expect(studio.page.getByTestId('tool-select')).toHaveAttribute('aria-pressed', 'true');

  await studio.page.keyboard.press('Control+z');
  await studio.page.keyboard.press('Control+z');
  expect(await spans(film)).toEqual([[0, 9]]);

  await test.step('where there is nothing to cut it says so', async () => {
    await studio.page.keyboard.press('End');
    await studio.page.keyboard.press('Escape');
    await studio.page.keyboard.press('Control+k');
    await expect(film.toasts).toContainText('There is no clip under the playhead to split');
    expect(await spans(film)).toEqual([[0, 9]]);
  });
});

test('clips move by dragging, snap to their neighbours, and change tracks', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9, 9);
  // Small enough that the reach of snapping is several frames.
  for (let out = 0; out < 3; out++) await studio.page.keyboard.press('Minus');
  const frame = await film.pixelsPerFrame();
  expect(frame).toBeLessThan(8);
  const second = film.clips.nth(1);

  await film.drag(second, 20 * frame);
  expect(await spans(film)).toEqual([
    [0, 9],
    [29, 9],
  ]);
  await film.drag(second, -19 * frame);
  expect(await spans(film), 'one frame off the cut: it snaps').toEqual([
    [0, 9],
    [9, 9],
  ]);
  await studio.page.keyboard.press('s');
  await expect(studio.page.getByTestId('toggle-snap')).toHaveAttribute('aria-pressed', 'false');
  await film.drag(second, 1.2 * frame);
  expect(await spans(film), 'snapping is off').toEqual([
    [0, 9],
    [10, 9],
  ]);
  await studio.page.keyboard.press('s');

  await test.step('onto a neighbour it does not go: the last place that was free stays', async () => {
    await film.drag(second, -6 * frame);
    expect(await spans(film)).toEqual([
      [0, 9],
      [9, 9],
    ]);
  });

  await studio.page.getByTestId('add-track').click();
  await expect(studio.page.locator('[data-track-id]')).toHaveCount(3);
  const [from, to] = await Promise.all([
    film.middleOf(second),
    film.middleOf(studio.page.locator('[data-track-id]').nth(1)),
  ]);
  await film.drag(second, -9 * frame, to.y - from.y);
  const tracks = new Map((await film.records('track')).map((track) => [track.id, track.order]));
  const placed = (await film.clipRecords()).map(({ start, trackId }) => [start, tracks.get(trackId)]);
  expect(placed).toEqual(
    expect.arrayContaining([
      [0, 0],
      [0, 1],
    ]),
  );
  await studio.screenshot('editing-two-tracks');
  await studio.page.keyboard.press('Control+z');
  expect(new Set((await film.clipRecords()).map(({ trackId }) => trackId)).size).toBe(1);
  expect(studio.pageErrors).toEqual([]);
});

test('delete leaves a gap, ripple delete closes it, and both come back', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9, 5, 9);
  const whole = [
    [0, 9],
    [9, 5],
    [14, 9],
  ];
  expect(await spans(film)).toEqual(whole);

  await film.select(film.clips.nth(1));
  await studio.page.keyboard.press('Delete');
  expect(await spans(film)).toEqual([
    [0, 9],
    [14, 9],
  ]);
  await studio.page.keyboard.press('Control+z');
  expect(await spans(film)).toEqual(whole);

  await film.select(film.clips.nth(1));
  await studio.page.keyboard.press('Shift+Delete');
  expect(await spans(film)).toEqual([
    [0, 9],
    [9, 9],
  ]);
  await studio.page.keyboard.press('Control+z');
  expect(await spans(film)).toEqual(whole);
  await studio.page.keyboard.press('Control+Shift+z');
  expect(await spans(film)).toEqual([
    [0, 9],
    [9, 9],
  ]);
});

test('keys nudge clips and trim to the playhead', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  await film.select(film.clips.first());
  await studio.page.keyboard.press('Alt+ArrowRight');
  await studio.page.keyboard.press('Alt+ArrowRight');
  expect(await spans(film)).toEqual([[2, 9]]);
  await studio.page.keyboard.press('Alt+ArrowLeft');
  expect(await spans(film)).toEqual([[1, 9]]);
  await studio.page.keyboard.press('Alt+Shift+ArrowRight');
  expect(await spans(film)).toEqual([[11, 9]]);
  await studio.page.keyboard.press('Control+z');
  expect(await spans(film)).toEqual([[1, 9]]);
  await studio.page.keyboard.press('Control+Shift+z');
  expect(await spans(film)).toEqual([[11, 9]]);
  await studio.page.keyboard.press('Alt+Shift+ArrowLeft');
  await studio.page.keyboard.press('Alt+ArrowLeft');
  await studio.page.keyboard.press('Alt+ArrowLeft');
  expect(await spans(film), 'the film begins at 0').toEqual([[0, 9]]);

  await film.seekTo(5);
  await studio.page.keyboard.press('w');
  expect(await spans(film), 'W keeps the frame under the playhead as the last').toEqual([[0, 6]]);
  await film.seekTo(2);
  await studio.page.keyboard.press('q');
  expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 4, sourceIn: 2 }]);
  await studio.page.keyboard.press('Control+z');
  await studio.page.keyboard.press('Control+z');
  expect(await spans(film)).toEqual([[0, 9]]);
});

test('markers are set, moved and removed', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  await film.seekTo(3);
  await studio.page.keyboard.press('m');
  const marker = studio.page.locator('[data-marker-id]');
  await expect(marker).toHaveAccessibleName('Marker Marker 1, 00:00:00:03');
  // The playhead lies over the marker it has just set.
  await studio.page.keyboard.press('Home');
  const frame = await film.pixelsPerFrame();
  await film.drag(marker, 3 * frame);
  expect(await film.records('marker')).toMatchObject([{ frame: 6 }]);
  await studio.page.keyboard.press('Control+z');
  expect(await film.records('marker')).toMatchObject([{ frame: 3 }]);
  await studio.page.keyboard.press('Home');
  await marker.click();
  await expect(film.frameNumber).toHaveText('f 3');
  await studio.page.keyboard.press('Delete');
  await expect(marker).toHaveCount(0);
});

test('in and out bound the export, which refuses planned frames by name', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  await film.seekTo(2);
  await studio.page.keyboard.press('i');
  await film.seekTo(6);
  await studio.page.keyboard.press('o');
  expect(await film.records('project')).toMatchObject([{ inPoint: 2, outPoint: 7 }]);
  await expect(studio.page.getByTestId('in-out')).toContainText('5 f');

  await studio.page.keyboard.press('Control+e');
  await expect(studio.page.getByTestId('export-frames')).toHaveText('9');
  await studio.page.getByTestId('range-in-out').click();
  await expect(studio.page.getByTestId('export-frames')).toHaveText('5');
  await expect(studio.page.getByTestId('export-missing')).toContainText('Shot 1, 00:00:00:02 to 00:00:00:07');
  await expect(studio.page.getByTestId('export-start')).toHaveAttribute('aria-disabled', 'true');
  await studio.screenshot('editing-export-refused');
  await studio.page.keyboard.press('Escape');
  await expect(studio.page.getByTestId('export-dialog')).toBeHidden();

  await studio.page.keyboard.press('Shift+I');
  await expect(film.frameNumber).toHaveText('f 2');
  await studio.page.keyboard.press('Shift+O');
  await expect(film.frameNumber).toHaveText('f 6');
  await studio.page.keyboard.press('Alt+x');
  expect(await film.records('project')).toMatchObject([{ inPoint: null, outPoint: null }]);
});

test('the film plays, shuttles, steps and scrubs', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { keyboard, mouse } = studio.page;
  await filmOf(film, 9, 300);
  const play = studio.page.getByTestId('play');

  await test.step('Space plays and stops', async () => {
    await keyboard.press('Space');
    await expect(play).toHaveAccessibleName(/Pause/);
    await expect.poll(() => film.playhead()).toBeGreaterThan(2);
    await keyboard.press('Space');
    await expect(play).toHaveAccessibleName(/Play/);
  });
  await test.step('J, K and L shuttle', async () => {
    const speed = studio.page.locator('.speed');
    await keyboard.press('l');
    await keyboard.press('l');
    await expect(speed).toHaveText('2×');
    await keyboard.press('l');
    await expect(speed).toHaveText('4×');
    await keyboard.press('j');
    await expect(speed).toHaveText('−1×');
    await keyboard.press('k');
    await expect(speed).toHaveCount(0);
    await expect(play).toHaveAccessibleName(/Play/);
  });
  await test.step('arrows step, Shift steps a second, Home and End jump, up and down go from edit to edit', async () => {
    await keyboard.press('Home');
    await keyboard.press('ArrowRight');
    await expect(film.frameNumber).toHaveText('f 1');
    await keyboard.press('Shift+ArrowRight');
    await expect(film.frameNumber).toHaveText('f 9');
    await keyboard.press('ArrowLeft');
    await expect(film.frameNumber).toHaveText('f 8');
    await keyboard.press('ArrowDown');
    await expect(film.frameNumber).toHaveText('f 9');
    await keyboard.press('ArrowDown');
    await expect(film.frameNumber).toHaveText('f 309');
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowUp');
    await expect(film.frameNumber).toHaveText('f 0');
    await keyboard.press('End');
    await expect(film.frameNumber).toHaveText('f 309');
  });
  await test.step('at the end it stops by itself', async () => {
    await keyboard.press('Shift+ArrowLeft');
    await keyboard.press('Space');
    await expect(film.frameNumber).toHaveText('f 308');
    await expect(play).toHaveAccessibleName(/Play/);
  });
  await test.step('the ruler scrubs', async () => {
    await keyboard.press('Home');
    await keyboard.press('Backslash');
    const frame = await film.pixelsPerFrame();
    const ruler = await studio.page.getByTestId('ruler').boundingBox();
    if (!ruler) throw new Error('no ruler');
    const at = (wanted: number): number => ruler.x + (wanted + 0.5) * frame;
    // Shift: without snapping, so that the frame under the pointer is meant.
    await keyboard.down('Shift');
    await mouse.move(at(40), ruler.y + 5);
    await mouse.down();
    await expect.poll(() => film.playhead()).toBe(40);
    await mouse.move(at(120), ruler.y + 5, { steps: 3 });
    await expect.poll(() => film.playhead()).toBe(120);
    await mouse.up();
    await keyboard.up('Shift');
    await expect(film.frameNumber).toHaveText('f 120');
  });
  expect(studio.pageErrors).toEqual([]);
});

test('the timeline zooms around the playhead and fits the film', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 100);
  await studio.page.keyboard.press('Backslash');
  const fitted = await film.pixelsPerFrame();
  const lane = await studio.page.getByTestId('ruler').boundingBox();
  expect(fitted * 100).toBeLessThan(lane?.width ?? 0);
  expect(fitted * 100).toBeGreaterThan((lane?.width ?? 0) * 0.8);
  await studio.page.keyboard.press('Equal');
  expect(await film.pixelsPerFrame()).toBeCloseTo(fitted * 1.4, 3);
  await studio.page.keyboard.press('Minus');
  await studio.page.keyboard.press('Minus');
  expect(await film.pixelsPerFrame()).toBeCloseTo(fitted / 1.4, 3);
  await studio.page.keyboard.press('Shift+Z');
  expect(await film.pixelsPerFrame()).toBeCloseTo(fitted, 3);
});

test('what scrolls into sight is drawn as if all of it were drawn', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 400);
  const { keyboard, mouse } = studio.page;
  for (let i = 0; i < 6; i++) await keyboard.press('Equal');
  const picture = (): Promise<string> =>
    studio.page.evaluate(
      `(() => {
        const lane = document.querySelector('[data-testid=ruler]').getBoundingClientRect();
        const isSeen = ({ left, right }) => left < lane.right && right > lane.left;
        const canvases = [...document.querySelectorAll('[data-testid=track-canvases] canvas')];
        const seen = canvases.filter((one) => isSeen(one.getBoundingClientRect()));
        return seen.map((one) => one.getBoundingClientRect().left + one.toDataURL()).sort().join();
      })()`,
    );
  const lane = await studio.page.getByTestId('prompt-lane').boundingBox();
  if (!lane) throw new Error('no lane');
  await mouse.move(lane.x + 300, lane.y + 4);
  const before = await picture();
  for (const step of [90, 333, 701, -160, 77]) await mouse.wheel(step, 0);
  // The clip's name goes to the window's edge when the window has come to rest.
  await expect.poll(picture).not.toBe(before);
  await studio.page.waitForTimeout(400);
  const scrolled = await picture();
  await keyboard.press('Control+a');
  await expect.poll(picture).not.toBe(scrolled);
  await keyboard.press('Escape');
  await expect.poll(picture).toBe(scrolled);
});

test('a press while the wheel still turns takes the clip that has come under the pointer', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9, 9, 9, 9);
  const { keyboard, mouse } = studio.page;
  for (let i = 0; i < 6; i++) await keyboard.press('Equal');
  await keyboard.press('Home');
  const frame = await film.pixelsPerFrame();
  const tracks = await film.clips.first().boundingBox();
  if (!tracks) throw new Error('no clip');
  await mouse.move(tracks.x + 4 * frame, tracks.y + tracks.height / 2);
  await mouse.wheel(18 * frame, 0);
  await mouse.down();
  await mouse.up();
  await expect(studio.page.getByRole('gridcell', { name: /^Clip Shot 3,/ })).toHaveAttribute('aria-selected', 'true');
});

test('a locked track refuses edits with a sentence; a hidden one is not shown', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9);
  const frame = await film.pixelsPerFrame();
  const clip = film.clips.first();
  await studio.page.getByRole('button', { name: 'Lock track V1' }).click();
  await expect(zone(clip, 'trim-end')).toHaveCount(0);

  await film.drag(clip, 5 * frame);
  expect(await spans(film)).toEqual([[0, 9]]);
  await film.select(clip);
  await studio.page.keyboard.press('Delete');
  await expect(film.toasts.getByRole('alert')).toContainText(/V1.*locked/i);
  expect(await spans(film)).toEqual([[0, 9]]);
  await studio.screenshot('editing-locked');
  await studio.page.getByRole('button', { name: 'Unlock track V1' }).click();

  await expect(studio.page.getByTestId('planned-notice')).toBeVisible();
  await studio.page.getByRole('button', { name: 'Hide track V1' }).click();
  await expect(studio.page.getByTestId('planned-notice')).toBeHidden();
  expect(await film.records('track')).toMatchObject([
    { name: 'V1', isHidden: true, isLocked: false },
    { name: 'V2', isHidden: false, isLocked: false },
  ]);
  await studio.screenshot('editing-hidden');
  await studio.page.getByRole('button', { name: 'Show track V1' }).click();
  await expect(studio.page.getByTestId('planned-notice')).toBeVisible();
});

test('a dissolve is added at the cut, resized, removed and brought back', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await filmOf(film, 9, 9);
  const dissolve = studio.page.locator('[data-transition-id]');
  await film.seekTo(8);
  await studio.page.keyboard.press('Control+d');
  await expect(dissolve).toHaveAccessibleName('Dissolve from Shot 1 to Shot 2, 4 frames');
  await expect(film.toasts).toContainText('4 frames shorter');
  await film.setNumber('transition-length', 2);
  await expect(dissolve).toHaveAccessibleName('Dissolve from Shot 1 to Shot 2, 2 frames');
  await studio.page.keyboard.press('Escape');
  await dissolve.click();
  await studio.screenshot('editing-dissolve');
  await studio.page.keyboard.press('Delete');
  await expect(dissolve).toHaveCount(0);
  await studio.page.keyboard.press('Control+z');
  await expect(dissolve).toHaveCount(1);
  expect(await film.records('transition')).toMatchObject([{ framesBefore: 1, framesAfter: 1 }]);

  await test.step('with no cut in sight it says so', async () => {
    await studio.page.keyboard.press('Control+a');
    await studio.page.keyboard.press('Delete');
    await studio.page.keyboard.press('Home');
    await film.planShot('alone');
    await studio.page.keyboard.press('Control+d');
    await expect(film.toasts).toContainText('There is no cut here');
  });
});

test('clips are copied, cut and pasted over or between others, and a marked range is lifted or extracted', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { keyboard } = studio.page;
  await filmOf(film, 9, 5);

  await test.step('paste overwrites what is at the playhead, and pasting again goes on from there', async () => {
    await film.select(film.clips.nth(1));
    await keyboard.press('Control+c');
    await expect(film.toasts).toContainText('1 clip copied');
    await film.seekTo(3);
    await keyboard.press('Control+v');
    expect(await spans(film)).toEqual([
      [0, 3],
      [3, 5],
      [8, 1],
      [9, 5],
    ]);
    await expect(film.frameNumber).toHaveText('f 8');
    await keyboard.press('Control+z');
  });

  await test.step('paste as an insert moves the rest', async () => {
    await film.seekTo(3);
    await keyboard.press('Control+Shift+v');
    expect(await spans(film)).toEqual([
      [0, 3],
      [3, 5],
      [8, 6],
      [14, 5],
    ]);
    await keyboard.press('Control+z');
    expect(await spans(film)).toEqual([
      [0, 9],
      [9, 5],
    ]);
  });

  await test.step('cut takes a clip off the timeline until it is pasted', async () => {
    await film.select(film.clips.nth(0));
    await keyboard.press('Control+x');
    expect(await spans(film)).toEqual([[9, 5]]);
    await film.seekTo(14);
    await keyboard.press('Control+v');
    expect(await spans(film)).toEqual([
      [9, 5],
      [14, 9],
    ]);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
  });

  await test.step('the marked range is lifted with a gap and extracted without', async () => {
    await film.seekTo(7);
    await keyboard.press('i');
    await film.seekTo(10);
    await keyboard.press('o');
    await keyboard.press(';');
    expect(await spans(film)).toEqual([
      [0, 7],
      [11, 3],
    ]);
    await keyboard.press('Control+z');
    await keyboard.press('Shift+;');
    expect(await spans(film)).toEqual([
      [0, 7],
      [7, 3],
    ]);
  });

  await test.step('in a text field the same keys copy and paste text', async () => {
    await keyboard.press('Control+z');
    await film.select(film.clips.nth(0));
    const prompt = studio.page.getByTestId('prompt-text');
    await prompt.focus();
    await keyboard.press('Control+a');
    await keyboard.press('Control+c');
    await keyboard.press('End');
    await keyboard.press('Control+v');
    await expect(prompt).toHaveValue('shot 1shot 1');
    await expect(film.clips).toHaveCount(2);
  });
  expect(studio.pageErrors).toEqual([]);
});
