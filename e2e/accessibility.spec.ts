/** The studio for people who do not use a mouse or do not see it, and the walls around its page. */
import type { StudioBridge } from '@contracts/ipc';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { seriousFindings } from './fixtures/serious-findings';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

/** What the page's own scripts can reach, as far as it is tried here. */
interface PageWorld {
  readonly document: {
    title: string;
    readonly head: { append(child: unknown): void };
    createElement(name: 'script'): { textContent: string };
  };
  readonly studio: StudioBridge;
  open(url: string): unknown;
}

test('axe finds nothing serious on any screen', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const { keyboard } = page;
  await test.step('start screen', async () => {
    expect(await seriousFindings(page)).toEqual([]);
  });
  await test.step('new project', async () => {
    await keyboard.press('Control+n');
    await expect(page.getByTestId('new-project-dialog')).toBeVisible();
    expect.soft(await seriousFindings(page)).toEqual([]);
    await studio.screenshot('a11y-new-project');
    await keyboard.press('Escape');
  });
  await film.newProject('Everyone');
  await test.step('empty studio', async () => {
    expect.soft(await seriousFindings(page)).toEqual([]);
  });
  await film.planQuickShot('a red ball over a meadow '.repeat(12));
  await expect(page.getByTestId('prompt-cut')).toBeVisible();
  await film.generate();
  await keyboard.press('r');
  await film.waitForTakes(2);
  await keyboard.press('m');
  await test.step('studio with a clip selected', async () => {
    expect.soft(await seriousFindings(page)).toEqual([]);
  });
  await test.step('takes and queue', async () => {
    await keyboard.press('Control+2');
    await keyboard.press('Control+j');
    expect.soft(await seriousFindings(page)).toEqual([]);
    await studio.screenshot('a11y-takes-and-queue');
  });
  await test.step('extend form', async () => {
    await keyboard.press('e');
    await expect(page.getByTestId('extend-popover')).toBeVisible();
    expect.soft(await seriousFindings(page)).toEqual([]);
    await keyboard.press('Escape');
  });
  await test.step('export dialog', async () => {
    await keyboard.press('Control+e');
    await expect(page.getByTestId('export-dialog')).toBeVisible();
    expect.soft(await seriousFindings(page)).toEqual([]);
    await keyboard.press('Escape');
  });
  await test.step('shortcut sheet', async () => {
    await keyboard.press('Shift+?');
    await expect(page.getByTestId('shortcuts-dialog')).toBeVisible();
    expect.soft(await seriousFindings(page)).toEqual([]);
    await studio.screenshot('a11y-shortcuts');
    await keyboard.press('Escape');
  });
  await test.step('start screen with a film', async () => {
    await keyboard.press('Control+o');
    await expect(page.getByTestId('start-screen')).toBeVisible();
    expect.soft(await seriousFindings(page)).toEqual([]);
    await studio.screenshot('a11y-start-with-film');
  });
});

test('a film is made, undone, redone and exported with the keyboard alone', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const { keyboard } = page;
  const file = path.join(studio.dir, 'keys.mp4');
  await studio.chooseSaveFile(file);
  const tabTo = async (testid: string): Promise<void> => {
    const wanted = page.getByTestId(testid);
    for (let pressed = 0; pressed < 40; pressed++) {
      if (await wanted.evaluate((element) => element.matches(':focus'))) return;
      await keyboard.press('Tab');
    }
    await expect(wanted, `Tab reaches ${testid}`).toBeFocused();
  };

  await keyboard.press('Control+n');
  await expect(page.getByTestId('new-project-name')).toBeFocused();
  await keyboard.press('Control+a');
  await keyboard.type('By keys');
  await keyboard.press('Enter');
  await expect(page.getByTestId('studio')).toBeVisible();
  await keyboard.press('p');
  await keyboard.type('an orange ball bouncing');
  await tabTo('steps');
  await keyboard.press('Control+a');
  await keyboard.type('2');
  await keyboard.press('Enter');
  await keyboard.press('Escape');
  await film.generate();
  await expect(film.clips.first()).toHaveAccessibleName(
    'Clip Shot 1, track V1, starts 00:00:00:00, 9 frames, take 1 of 1',
  );

  await keyboard.press('Home');
  for (let step = 0; step < 4; step++) await keyboard.press('ArrowRight');
  await keyboard.press('Control+k');
  await expect(film.clips).toHaveCount(2);
  await keyboard.press('Control+z');
  await expect(film.clips).toHaveCount(1);
  await keyboard.press('Control+Shift+z');
  await expect(film.clips).toHaveCount(2);

  await test.step('Tab reaches the timeline; arrows go from clip to clip, Enter takes one', async () => {
    await keyboard.press('Escape');
    for (let pressed = 0; pressed < 60; pressed++) {
      if (await film.clips.first().evaluate((element) => element.matches(':focus'))) break;
      await keyboard.press('Tab');
    }
    await expect(film.clips.first()).toBeFocused();
    await studio.screenshot('a11y-clip-focus');
    await keyboard.press('ArrowRight');
    await expect(film.clips.nth(1)).toBeFocused();
    await keyboard.press('Enter');
    await expect(film.clips.nth(1)).toHaveAttribute('aria-selected', 'true');
    await keyboard.press('Escape');
    await keyboard.press('Delete');
    expect(await film.clipRecords()).toMatchObject([{ start: 0, duration: 4 }]);
  });

  await keyboard.press('Control+e');
  await tabTo('export-start');
  await keyboard.press('Enter');
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  expect(studio.pageErrors).toEqual([]);
});

test('the timeline says what is on it', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { keyboard } = studio.page;
  await film.newProject('Spoken');
  await film.planShot('a red ball rising');
  await keyboard.press('End');
  await film.planShot('a boat on the sea');
  await film.seekTo(3);
  await keyboard.press('m');
  await film.select(film.clips.first());
  await expect(studio.page.getByTestId('timeline')).toMatchAriaSnapshot(`
    - region "Timeline":
      - button "Select" [pressed]
      - button "Blade"
      - button "Snapping" [pressed]
      - button "Add a track"
      - button "Zoom out"
      - slider "Zoom"
      - button "Zoom in"
      - button "Fit the film"
      - button "Marker Marker 1, 00:00:00:03"
      - text: Prompt
      - grid "Prompt blocks":
        - row:
          - gridcell "Prompt a red ball rising, starts 00:00:00:00, 9 frames"
          - gridcell "Prompt a boat on the sea, starts 00:00:01:01, 9 frames"
      - list "Tracks":
        - listitem:
          - text: V2
          - button "Hide track V2"
          - button "Lock track V2"
        - listitem:
          - text: V1
          - button "Hide track V1"
          - button "Lock track V1"
      - grid "Tracks":
        - row "Track V2":
          - gridcell "Nothing in sight"
        - row "Track V1":
          - gridcell "Clip Shot 1, track V1, starts 00:00:00:00, 9 frames, planned" [selected]
          - gridcell "Clip Shot 2, track V1, starts 00:00:01:01, 9 frames, planned"
      - slider "Playhead"
  `);
  await expect(studio.page.getByTestId('playhead')).toHaveAttribute('aria-valuetext', '00:00:00:03');
});

test('the page can do nothing but ask: no Node, no paths, no way out', async ({ studio }) => {
  const { page } = studio;
  const found = await page.evaluate(async () => {
    const world = globalThis as unknown as PageWorld & Record<string, unknown>;
    const attempt = async (work: () => unknown): Promise<string> => {
      try {
        return `worked: ${String(await work())}`;
      } catch (error) {
        return error instanceof Error ? error.name : 'refused';
      }
    };
    return {
      globals: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter((name) => name in world),
      bridge: Object.keys(world.studio).sort(),
      inlineScript: ((): string => {
        const script = world.document.createElement('script');
        script.textContent = 'document.title = "taken over"';
        world.document.head.append(script);
        return world.document.title === 'taken over' ? 'ran' : 'refused';
      })(),
      network: await attempt(() => fetch('https://example.com/')),
      files: await attempt(() => fetch('file:///etc/passwd')),
      window: await attempt(() => (world.open('https://example.com/') === null ? 'null' : 'a window')),
      unknown: await attempt(async () => JSON.stringify(await world.studio.invoke('fs.read', {}))),
    };
  });
  expect(found).toEqual({
    globals: [],
    bridge: ['importFiles', 'invoke', 'platform', 'readRecipes', 'subscribe'],
    inlineScript: 'refused',
    network: 'TypeError',
    files: 'TypeError',
    window: 'worked: null',
    unknown: expect.stringMatching(/Error|"ok":false|refused/) as unknown,
  });

  // Heard in main, after the studio's own listener: the driver itself would wait for a page that never comes.
  await studio.app.evaluate(({ BrowserWindow }) => {
    const refused: boolean[] = [];
    Object.assign(globalThis, { refused });
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event) => refused.push(event.defaultPrevented));
  });
  await page.evaluate("setTimeout(() => location.assign('https://example.com/'), 0)");
  const refusals = () => studio.app.evaluate(() => (globalThis as unknown as { refused: boolean[] }).refused);
  await expect.poll(refusals).toEqual([true]);
});
