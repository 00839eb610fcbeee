/** The studio in German: chosen in the settings, in panels, menu and dialogs, with nothing cut off; and back. */
import type { Page } from '@playwright/test';
import { cutOff } from './fixtures/cut-off';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

async function choose(page: Page, value: string): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByTestId('setting-language').selectOption(value);
}

test('German is chosen, spoken everywhere, kept, and left again', async ({ studio }) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Sprache');
  await film.planQuickShot('a red ball bouncing on a blue background');
  await film.generate();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  await test.step('the window loads in German and the film is where it was', async () => {
    await choose(page, 'de');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByTestId('save-state')).toHaveText('Gesichert');
    await film.select(film.clips.first());
    await expect(page.getByTestId('clip-inspector')).toContainText('Anfang der Einstellung');
    await expect(page.getByTestId('clip-inspector')).toContainText('Schritte');
    await expect(page.getByTestId('clip-inspector')).toContainText(/9 Bilder · 1,1 s/);
    await expect(film.clips.first()).toHaveAttribute('aria-label', /Spur V1, beginnt 00:00:00:00, 9 Bilder/);
    await studio.screenshot('german-01-studio');
    expect(await cutOff(page)).toEqual([]);
  });

  await test.step('the menu and a native dialog speak it too', async () => {
    const labels = await studio.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? []).flatMap(({ label, submenu }) => [
        label,
        ...(submenu?.items ?? []).map((item) => item.label),
      ]),
    );
    expect(labels).toEqual(expect.arrayContaining(['&Datei', 'Neues Projekt …', 'Lücke füllen …', 'Kopieren']));
    await studio.app.evaluate(({ dialog }) => {
      dialog.showOpenDialog = ((...args: { title?: string }[]) => {
        (globalThis as { asked?: string }).asked = args.at(-1)?.title ?? '';
        return Promise.resolve({ canceled: true, filePaths: [] });
      }) as never;
    });
    await page.keyboard.press('Control+i');
    const asked = () => studio.app.evaluate(() => (globalThis as { asked?: string }).asked);
    await expect.poll(asked).toBe('Filme, Bilder und Ton importieren');
  });

  await test.step('what is stale says why in German', async () => {
    await film.setNumber('steps', 3);
    await expect(film.clips.first()).toHaveAttribute('aria-label', /veraltet: Seitdem geändert: Schrittzahl\./);
    await page.keyboard.press('Control+z');
  });

  await test.step('so does an edit that is refused', async () => {
    await page.getByRole('button', { name: 'Spur V1 sperren' }).click();
    await film.select(film.clips.first());
    await page.keyboard.press('Delete');
    const refusal = film.toasts.getByRole('alert');
    await expect(refusal).toContainText('Spur V1 ist gesperrt');
    await expect(refusal).toContainText('Die Spur entsperren, um ihre Clips zu ändern.');
    await studio.screenshot('german-06-refused');
    await page.getByRole('button', { name: 'Spur V1 entsperren' }).click();
    await page.keyboard.press('Escape');
  });

  await test.step('every dialog and panel fits its words', async () => {
    for (const [keys, name] of [
      ['Shift+Slash', 'shortcuts'],
      ['Control+Shift+p', 'palette'],
      ['Control+e', 'export'],
      ['Control+n', 'new-project'],
      ['Control+,', 'settings'],
    ] as const) {
      await page.keyboard.press(keys);
      await expect(page.locator('[role="dialog"]')).toBeVisible();
      await studio.screenshot(`german-02-${name}`);
      expect(await cutOff(page), name).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(page.locator('[role="dialog"]')).toBeHidden();
    }
    await page.keyboard.press('Control+j');
    await studio.screenshot('german-03-queue');
    expect(await cutOff(page), 'queue').toEqual([]);
    await page.keyboard.press('Escape');
    for (const [keys, name] of [
      ['Control+2', 'takes'],
      ['Control+3', 'history'],
      ['Control+1', 'media'],
    ] as const) {
      await page.keyboard.press(keys);
      await studio.screenshot(`german-04-${name}`);
      expect(await cutOff(page), name).toEqual([]);
    }
  });

  await test.step('it is kept when the studio opens again, and the system’s language is the way back', async () => {
    await expect(page.getByTestId('save-state')).toHaveText('Gesichert');
    await studio.reopen();
    await expect(studio.page.locator('html')).toHaveAttribute('lang', 'de');
    await studio.page.keyboard.press('Control+o');
    await expect(studio.page.getByTestId('start-screen')).toContainText('Neues Projekt');
    await studio.screenshot('german-05-start');
    expect(await cutOff(studio.page)).toEqual([]);
    await choose(studio.page, 'system');
    await expect(studio.page.locator('html')).toHaveAttribute('lang', 'en');
  });
  expect(studio.pageErrors).toEqual([]);
});
