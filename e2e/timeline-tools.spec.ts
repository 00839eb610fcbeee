/**
 * Roll, slip and slide by mouse and by keys, and images pinned to frames of a clip: dropped, looked at, moved, removed.
 */
import path from 'node:path';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a cut rolls, a clip slips and slides, and pinned images are moved on it', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { keyboard, mouse } = studio.page;
  await film.newProject('Tools');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  await film.seekTo(3);
  await keyboard.press('Control+k');
  await film.seekTo(6);
  await keyboard.press('Control+k');
  await expect(film.clips).toHaveCount(3);
  const shape = async () =>
    (await film.clipRecords()).map(({ start, duration, sourceIn }) => [start, duration, sourceIn]);
  const middle = film.clips.nth(1);

  await test.step('T: the cut between two clips rolls', async () => {
    await film.select(middle);
    await keyboard.press('t');
    await expect(studio.page.getByTestId('tool-trim')).toHaveAttribute('aria-pressed', 'true');
    await keyboard.press('Alt+ArrowRight');
    expect(await shape()).toEqual([
      [0, 3, 0],
      [3, 4, 3],
      [7, 2, 7],
    ]);
    const step = await film.pixelsPerFrame();
    const box = await middle.boundingBox();
    if (!box) throw new Error('no clip');
    await mouse.move(box.x + 4, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(box.x + 4 + step, box.y + box.height / 2, { steps: 4 });
    await expect(studio.page.getByText('+1 f · 00:00:00:04')).toBeVisible();
    await studio.screenshot('tools-01-roll');
    await mouse.up();
    expect(await shape()).toEqual([
      [0, 4, 0],
      [4, 3, 4],
      [7, 2, 7],
    ]);
  });

  await test.step('Y: other frames in the same place', async () => {
    await keyboard.press('y');
    await keyboard.press('Alt+ArrowLeft');
    expect((await shape())[1]).toEqual([4, 3, 3]);
    await film.drag(middle, -2 * (await film.pixelsPerFrame()));
    expect((await shape())[1]).toEqual([4, 3, 5]);
  });

  await test.step('U: the clip slides between its neighbours', async () => {
    await keyboard.press('u');
    await keyboard.press('Alt+ArrowLeft');
    expect(await shape()).toEqual([
      [0, 3, 0],
      [3, 3, 5],
      [6, 3, 6],
    ]);
    await keyboard.press('v');
  });

  await test.step('an image dropped on a clip is pinned to that frame, shows its reach, and moves', async () => {
    const [hash] = (await film.project()).takes[0]?.frames ?? [];
    if (hash === undefined) throw new Error('no frame');
    await studio.chooseOpenFiles([path.join(studio.library, 'frames', hash.slice(0, 2), `${hash}.png`)]);
    await keyboard.press('Control+i');
    const image = studio.page.locator('[data-media-id]').first();
    await image.dragTo(film.clips.first(), { targetPosition: { x: 12, y: 60 } });
    await studio.page.getByTestId('drop-pin').click();
    const anchor = studio.page.getByTestId('anchor').first();
    await anchor.hover();
    await expect(studio.page.getByTestId('anchor-influence').first()).toBeVisible();
    await studio.screenshot('tools-02-pinned');
    const at = (await film.records('anchor'))[0]?.frame ?? -1;
    await anchor.focus();
    await keyboard.press('ArrowRight');
    expect((await film.records('anchor'))[0]?.frame).toBe(at + 1);
    await expect(film.clips.first()).toHaveAttribute('aria-label', /stale: The pinned images have changed since\./);
  });

  /** The take that a run just made. */
  const made = async () => {
    const before = new Set((await film.project()).takes.map(({ id }) => id));
    await film.generate();
    const take = (await film.project()).takes.find(({ id }) => !before.has(id));
    if (take === undefined) throw new Error('no take was made');
    return take;
  };
  let weak: Awaited<ReturnType<typeof made>> | null = null;

  await test.step('a pinned image is held as firmly as it is told', async () => {
    const anchor = studio.page.getByTestId('anchor').first();
    const strengthOf = async () => (await film.records('anchor'))[0]?.strength;
    await anchor.focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    expect(await strengthOf()).toBe(0.9);
    await expect(anchor).toHaveAccessibleName(/strength 90 %/);
    const { frame = -1 } = (await film.records('anchor'))[0] ?? {};
    await film.select(film.clips.first());
    const slider = studio.page.getByTestId(`anchor-strength-${frame}-slider`);
    await slider.scrollIntoViewIfNeeded();
    await film.drag(slider, -30);
    const dragged = (await strengthOf()) ?? 1;
    expect(dragged).toBeLessThan(0.9);
    await keyboard.press('Control+z');
    expect(await strengthOf()).toBe(0.9);
    await film.setNumber(`anchor-strength-${frame}`, 40);
    expect(await strengthOf()).toBe(0.4);
    await anchor.click({ button: 'right' });
    await expect(studio.page.getByTestId('anchor-popover')).toBeVisible();
    await studio.screenshot('tools-03-strength');
    await film.setNumberIn('anchor-popover-strength', 30);
    await keyboard.press('Escape');
    await expect(studio.page.getByTestId('anchor-popover')).toBeHidden();
    expect(await strengthOf()).toBe(0.3);
    await film.select(film.clips.first());
    weak = await made();
    const recipe = await film.recipeOf(weak.id);
    expect(recipe.windows[0]?.hold).toEqual({ prefix: 1, later: 0.3 });
  });

  await test.step('the same run with another strength gives other frames, and with the same one the same', async () => {
    const { frame = -1 } = (await film.records('anchor'))[0] ?? {};
    await studio.page.getByTestId('seed-lock').click();
    await film.setNumber(`anchor-strength-${frame}`, 100);
    const whole = await made();
    expect(whole.seed).toBe(weak?.seed);
    expect(whole.frames).not.toEqual(weak?.frames);
    expect((await film.recipeOf(whole.id)).windows[0]).not.toHaveProperty('hold');
    await film.setNumber(`anchor-strength-${frame}`, 30);
    const again = await made();
    expect(again.frames).toEqual(weak?.frames);
  });

  await test.step('Delete takes it off the clip', async () => {
    await studio.page.getByTestId('anchor').first().focus();
    await keyboard.press('Delete');
    expect(await film.records('anchor')).toEqual([]);
    await expect(film.clips.first()).toHaveAttribute(
      'aria-label',
      /stale: The pinned images and the hold on given frames have/,
    );
  });

  expect(studio.pageErrors).toEqual([]);
});
