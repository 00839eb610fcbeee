/**
 * Retaking a range: in and out inside a clip, R, and the question how. Bridge keeps what follows; Continue takes it out
 * of the film. A changed prompt makes what was made from it stale, with the reason, until it is undone.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('a marked range is retaken as a bridge, then going on; a changed prompt is stale until undone', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { keyboard } = studio.page;
  const menu = studio.page.getByTestId('choice-menu');
  await film.newProject('Retake');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  const first = (await film.project()).takes[0]?.frames ?? [];
  expect(first).toHaveLength(9);
  await film.select(film.clips.first());

  await test.step('I, O and R ask how; Escape changes nothing', async () => {
    await film.seekTo(3);
    await keyboard.press('i');
    await film.seekTo(5);
    await keyboard.press('o');
    await keyboard.press('r');
    await expect(menu).toContainText('Retake 3 frames');
    await expect(studio.page.getByTestId('choice-bridge')).toBeFocused();
    await expect(studio.page.getByTestId('choice-bridge')).toContainText('about');
    await studio.screenshot('retake-01-bridge');
    await keyboard.press('ArrowDown');
    await expect(studio.page.getByTestId('choice-continue')).toContainText('3 frames after leave the film');
    await studio.screenshot('retake-02-continue');
    await keyboard.press('Escape');
    await expect(menu).toBeHidden();
    expect((await film.records('segment')).map(({ role }) => role)).toEqual(['first']);
  });

  await test.step('Bridge, by keyboard, keeps both sides', async () => {
    await keyboard.press('r');
    await keyboard.press('Enter');
    await film.waitForTakes(2);
    const { takes } = await film.project();
    expect((await film.records('segment')).map(({ role, from, frameCount }) => ({ role, from, frameCount }))).toEqual(
      expect.arrayContaining([{ role: 'retake', from: 3, frameCount: 3 }]),
    );
    expect(takes[0]?.frames).toHaveLength(3);
    expect(await film.clipRecords()).toEqual([expect.objectContaining({ start: 0, duration: 9 })]);
    await studio.screenshot('retake-03-bridged');
  });

  await test.step('Continue, by mouse, lets what followed leave the film', async () => {
    await keyboard.press('r');
    await studio.page.getByTestId('choice-continue').click();
    await film.waitForTakes(3);
    expect(await film.clipRecords()).toEqual([expect.objectContaining({ start: 0, duration: 6 })]);
    await keyboard.press('Control+z');
    expect(await film.clipRecords()).toEqual([expect.objectContaining({ start: 0, duration: 9 })]);
  });

  await test.step('a changed setting makes the takes stale, says why, and says what making all costs', async () => {
    await film.setNumber('steps', 3);
    await expect(film.clips.first()).toHaveAttribute('aria-label', /stale: The steps have changed since\./);
    await expect(film.clips.first()).toHaveAttribute('title', 'The steps have changed since.');
    await studio.screenshot('retake-04-stale');
    await keyboard.press('Control+Shift+Enter');
    await expect(menu).toContainText('Generate 2 parts');
    await expect(menu).toContainText(/12 frames · about/);
    await studio.screenshot('retake-05-all-stale');
    await keyboard.press('Escape');
    await keyboard.press('Control+z');
    await expect(film.clips.first()).not.toHaveAttribute('aria-label', /stale/);
  });

  await test.step('everything stale is made in order', async () => {
    await film.setNumber('steps', 3);
    await keyboard.press('Control+Shift+Enter');
    await studio.page.getByTestId('choice-generate-stale').click();
    await film.waitForTakes(5);
    await expect(film.clips.first()).not.toHaveAttribute('aria-label', /stale/);
  });

  expect(studio.pageErrors).toEqual([]);
});
