/** The right button: what it offers on each thing of the timeline, names written in place, and keys that say why not. */
import type { Locator } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { clicks, wavFile } from '../test/support/sounds';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

test('menus on clips, prompts, ruler, room and tracks do what they say; names are written in place', async ({
  studio,
}) => {
  const { page } = studio;
  const film = new StudioPage(page);
  const menu = page.getByTestId('context-menu');
  const press = (what: Locator, position?: { x: number; y: number }) =>
    what.click({ button: 'right', ...(position && { position }) });
  const choose = async (id: string): Promise<void> => {
    await page.getByTestId(`menu-${id}`).click();
    await expect(menu).toBeHidden();
  };
  await film.newProject('Menus');

  await test.step('a key whose action lacks something says what', async () => {
    await page.keyboard.press('e');
    await expect(film.toasts).toContainText('Select one generated clip first');
    await page.keyboard.press('Delete');
    await expect(film.toasts).toContainText('Select something on the timeline first');
  });

  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  const clip = film.clips.first();

  await test.step('a clip: selected by the press, with actions, keys and reasons', async () => {
    await page.keyboard.press('Escape');
    await press(clip);
    await expect(menu).toBeVisible();
    await expect(clip).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByTestId('menu-generate.selected')).toBeFocused();
    await expect(page.getByTestId('menu-generate.extendForward')).toContainText('E');
    await expect(page.getByTestId('menu-timeline.link')).toHaveCount(0);
    await studio.screenshot('menu-clip');
    await page.keyboard.press('Escape');
    await expect(menu).toBeHidden();

    await press(clip);
    await choose('timeline.rename');
    const name = page.getByTestId('clip-name');
    await expect(name).toBeFocused();
    await page.keyboard.type('Opening');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await film.records('clip'))[0]?.name).toBe('Opening');
    expect((await film.records('shot'))[0]?.name).toBe('Opening');
    await page.keyboard.press('F2');
    await expect(name).toBeFocused();
    await page.keyboard.type('Something else');
    await page.keyboard.press('Escape');
    expect((await film.records('clip'))[0]?.name).toBe('Opening');
  });

  await test.step('the keyboard opens it on a clip that has the focus', async () => {
    await clip.focus();
    await page.keyboard.press('Shift+F10');
    await expect(menu).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('menu-generate.retake')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(menu).toBeHidden();
    await expect(clip).toBeFocused();
    await page.keyboard.press('Escape');
  });

  await test.step('a take: starred and noted from its menu; the one in use says that it is', async () => {
    await page.keyboard.press('Control+2');
    await film.clips.first().click();
    const take = page.getByTestId('takes-panel').locator('[data-take-id]');
    await press(take);
    await expect(page.getByTestId('menu-use-take')).toHaveAttribute('aria-disabled', 'true');
    await studio.screenshot('menu-take');
    await choose('star-take');
    await expect.poll(async () => (await film.project()).takes[0]?.isStarred).toBe(true);
    await press(take);
    await choose('note-take');
    await expect(page.getByTestId('take-note')).toBeFocused();
    await page.keyboard.type('the calm one');
    await expect.poll(async () => (await film.project()).takes[0]?.note).toBe('the calm one');
    await page.keyboard.press('Escape');
    await take.getByTestId('use-take').focus();
    await page.keyboard.press('Shift+F10');
    await choose('lock-seed');
    const [{ seed } = { seed: null }] = await film.records('segment');
    expect(seed).toBe((await film.project()).takes[0]?.seed);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Escape');
  });

  await test.step('a menu at the window’s lower edge stays inside', async () => {
    const size = await page.evaluate<{ width: number; height: number }>('({ width: innerWidth, height: innerHeight })');
    await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600));
    await press(clip);
    await expect(menu).toBeInViewport({ ratio: 1 });
    await studio.screenshot('menu-clip-small');
    await page.keyboard.press('Escape');
    await studio.app.evaluate(
      ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setContentSize(to.width, to.height),
      size,
    );
  });

  await test.step('the ruler marks; a marker and a prompt block are deleted by their menus', async () => {
    await press(page.getByTestId('ruler'), { x: 300, y: 10 });
    await choose('timeline.marker');
    await expect.poll(async () => (await film.records('marker')).length).toBe(1);
    // Where the playhead stands its grip covers the marker.
    await press(page.getByTestId('playhead'));
    await choose('timeline.delete');
    await expect.poll(async () => (await film.records('marker')).length).toBe(0);
    await press(film.promptBlocks.first());
    await studio.screenshot('menu-prompt');
    await choose('prompt.edit');
    await expect(page.getByTestId('prompt-text')).toBeFocused();
    await page.keyboard.press('Escape');
  });

  await test.step('a shot begins where the free room was pressed', async () => {
    const { x, y } = await film.middleOf(clip);
    const perFrame = await film.pixelsPerFrame();
    await page.mouse.click(x + perFrame * 12, y, { button: 'right' });
    await studio.screenshot('menu-room');
    await choose('begin-shot');
    await expect(film.clips).toHaveCount(2);
    await page.keyboard.press('Escape');
    const [, second] = await film.clipRecords();
    expect(second?.start).toBeGreaterThan(9);
  });

  await test.step('the viewer’s picture is kept as an image; the prompt lane’s free room begins a shot', async () => {
    await page.keyboard.press('Home');
    await press(page.getByTestId('viewer-canvas'));
    await studio.screenshot('menu-viewer');
    await choose('media.keepFrame');
    await expect.poll(async () => (await film.project()).media.length).toBe(1);
    const perFrame = await film.pixelsPerFrame();
    const lane = await page.getByTestId('prompt-lane').boundingBox();
    const last = (await film.clipRecords()).at(-1);
    const end = (last?.start ?? 0) + (last?.duration ?? 0);
    await press(page.getByTestId('prompt-lane'), { x: (end + 4) * perFrame, y: (lane?.height ?? 0) / 2 });
    await choose('begin-shot');
    await expect(film.clips).toHaveCount(3);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await expect(film.clips).toHaveCount(2);
  });

  await test.step('a gap between the two is closed', async () => {
    const [first, second] = await film.clipRecords();
    const box = await clip.boundingBox();
    const perFrame = await film.pixelsPerFrame();
    const gap = (second?.start ?? 0) - (first?.duration ?? 0);
    if (box === null || gap <= 0) throw new Error('no gap');
    await page.mouse.click(box.x + box.width + (gap * perFrame) / 2, box.y + box.height / 2, { button: 'right' });
    await expect(page.getByTestId('menu-timeline.fillGap')).toBeVisible();
    await choose('timeline.rippleDelete');
    await expect.poll(async () => (await film.clipRecords())[1]?.start).toBe(first?.duration);
  });

  await test.step('a track is renamed, added and removed, and comes back with its clips', async () => {
    const header = page.locator('[data-track-id]').filter({ hasText: 'V1' });
    await header.getByText('V1').dblclick();
    await expect(page.getByTestId('track-name')).toBeFocused();
    await page.keyboard.type('Story');
    await page.keyboard.press('Enter');
    const named = page.locator('[data-track-id]').filter({ hasText: 'Story' });
    await expect(named).toBeVisible();
    await press(named.getByText('Story'));
    await studio.screenshot('menu-track');
    await choose('remove-track');
    await expect(film.clips).toHaveCount(0);
    await expect(named).toBeHidden();
    await page.keyboard.press('Control+z');
    await expect(film.clips).toHaveCount(2);
    await press(page.locator('[data-track-id]').filter({ hasText: 'V2' }).getByText('V2'));
    await choose('remove-track');
    await expect(page.locator('[data-track-id]')).toHaveCount(1);
    // The only one stays, and the film says why.
    await press(named.getByText('Story'));
    await choose('remove-track');
    await expect(film.toasts).toContainText(/at least one video track/);
  });
  expect(studio.pageErrors).toEqual([]);
});

test('what was imported by mistake leaves the list, stays hidden, and comes back', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  await film.newProject('Bin');
  const files = ['one.wav', 'two.wav'].map((name) => path.join(studio.dir, name));
  for (const [n, file] of files.entries()) writeFileSync(file, wavFile(clicks(1, [0.1 + n / 4])));
  await studio.chooseOpenFiles(files);
  await studio.page.keyboard.press('Control+i');
  const tiles = () => studio.page.locator('[data-media-id]');
  await expect(tiles()).toHaveCount(2);
  await tiles().filter({ hasText: 'one.wav' }).click({ button: 'right' });
  await studio.screenshot('menu-media');
  await studio.page.getByTestId('menu-hide-media').click();
  await expect(tiles()).toHaveCount(1);
  await expect.poll(async () => (await film.project()).view?.hiddenMedia).toHaveLength(1);
  expect((await film.project()).media).toHaveLength(2);

  await studio.reopen();
  await expect(tiles()).toHaveText(/two\.wav/);
  await studio.page.getByTestId('show-hidden-media').click();
  await expect(tiles()).toHaveCount(2);
  await tiles().filter({ hasText: 'one.wav' }).click({ button: 'right' });
  await studio.page.getByTestId('menu-hide-media').click();
  await expect(studio.page.getByTestId('show-hidden-media')).toBeHidden();
  await tiles().filter({ hasText: 'one.wav' }).click({ button: 'right' });
  await studio.page.getByTestId('menu-place-sound').click();
  await expect(new StudioPage(studio.page).clips).toHaveCount(1);

  // What is none of these is said so, under the name it has.
  const text = path.join(studio.dir, 'notes.txt');
  writeFileSync(text, 'hello');
  await studio.chooseOpenFiles([text]);
  await studio.page.keyboard.press('Control+i');
  const alert = new StudioPage(studio.page).toasts.getByRole('alert');
  await expect(alert).toContainText('notes.txt is no film, image or sound that can be read here');
  await expect(alert).toContainText('a sound (WAV');
  await expect(alert.locator('.said')).toHaveClass(/file/);
});

test('a menu of things that are all impossible is closed by Esc', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('No way');
  await film.planShot('a red ball');
  await film.select(film.clips.first());
  await page.keyboard.press('Shift+g');
  await expect(page.getByTestId('choice-menu')).toBeVisible();
  await expect(page.locator('[data-testid="choice-menu"] [role="menuitem"]:not([aria-disabled="true"])')).toHaveCount(
    0,
  );
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('choice-menu')).toBeHidden();
});

test('text has the system’s cut, copy and paste under the right button', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Text');
  await film.planShot('a red ball bouncing');
  await film.select(film.clips.first());
  await studio.app.evaluate(({ Menu }) => {
    const shown: (string | undefined)[][] = [];
    Object.assign(globalThis, { shown });
    const build = Menu.buildFromTemplate.bind(Menu);
    Menu.buildFromTemplate = (template) => {
      const menu = build(template);
      menu.popup = () => void shown.push(template.map(({ label }) => label).filter((label) => label !== undefined));
      return menu;
    };
  });
  const shown = () => studio.app.evaluate(() => (globalThis as unknown as { shown: string[][] }).shown);
  await page.getByTestId('prompt-text').click({ button: 'right' });
  await expect.poll(shown).toEqual([['Cut', 'Copy', 'Paste', 'Select All']]);
  // The timeline's own menu comes instead of it.
  await film.clips.first().click({ button: 'right' });
  await expect(page.getByTestId('context-menu')).toBeVisible();
  expect(await shown()).toHaveLength(1);
});
