/**
 * Going back: to a backup out of the library dialog, and to the newest good one when the database was damaged.
 */
import { _electron } from '@playwright/test';
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { electronCommand, expect, test, type StudioUnderTest } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const root = path.resolve(import.meta.dirname, '..');

function backupsIn(studio: StudioUnderTest): string[] {
  const dir = path.join(studio.library, 'backups');
  try {
    return readdirSync(dir).filter((name) => name.startsWith('library.'));
  } catch {
    return [];
  }
}

/** A library with one film in its backup of the day, and a second one made since. */
async function aBackedUpLibrary(studio: StudioUnderTest): Promise<void> {
  const film = new StudioPage(studio.page);
  await film.newProject('Kept');
  await film.planShot('a red ball');
  await film.waitForSaved();
  await studio.reopen();
  await expect.poll(() => backupsIn(studio).length, { timeout: 30_000 }).toBe(1);
  await new StudioPage(studio.page).newProject('Made since');
  await new StudioPage(studio.page).waitForSaved();
}

/**
 * The studio, started by an app that answers message boxes with their first button, as Enter would: the box comes before
 * Playwright could reach in.
 */
function answeringFirst(studio: StudioUnderTest): ReturnType<typeof electronCommand> {
  const dir = path.join(studio.dir, 'answering');
  mkdirSync(dir);
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ name: 'onionskin', version: '0', main: 'main.mjs' }));
  writeFileSync(
    path.join(dir, 'main.mjs'),
    `import { app, dialog } from 'electron';
     dialog.showMessageBox = (options) => {
       globalThis.shown = options;
       return Promise.resolve({ response: 0, checkboxChecked: false });
     };
     app.setAppPath(${JSON.stringify(root)});
     await import(${JSON.stringify(pathToFileURL(path.join(root, 'out/main/index.js')).href)});`,
  );
  const command = electronCommand(studio.dir, studio.library, { withSample: false, env: {} });
  return { ...command, args: command.args.map((argument) => (argument === root ? dir : argument)) };
}

test('a backup is restored from the library dialog; what is left behind is put aside', async ({ studio }) => {
  await aBackedUpLibrary(studio);
  const { page } = studio;
  await page.keyboard.press('Control+o');
  await expect(page.getByTestId('open-project')).toHaveCount(2);
  await page.getByTestId('open-library').click();
  const backups = page.getByTestId('backups').getByRole('listitem');
  await expect(backups).toHaveCount(1);
  await expect(backups.first()).toContainText(/\d [kM]B/);
  await studio.screenshot('backups-1-list');
  await page.getByTestId('restore-backup').click();
  await expect(page.getByTestId('confirm-restore')).toContainText('put aside');
  // The next studio is the test's to start.
  await studio.app.evaluate(({ app }) => {
    app.relaunch = () => undefined;
  });
  const ended = studio.app.waitForEvent('close');
  await page.getByTestId('confirm-restore-yes').click();
  await ended;

  await studio.startAgain();
  await studio.page.keyboard.press('Control+o');
  await expect(studio.page.getByTestId('open-project')).toHaveCount(1);
  await studio.page.getByTestId('open-project').click();
  await expect(new StudioPage(studio.page).clips).toHaveCount(1);
  expect(readdirSync(studio.library).filter((name) => /^library\.replaced-.*\.sqlite$/.test(name))).toHaveLength(1);
});

test('a damaged database is moved aside and the newest good backup offered before the window opens', async ({
  studio,
}) => {
  await aBackedUpLibrary(studio);
  await studio.app.close();
  // A newer backup that is no good, and a database nobody can read.
  writeFileSync(path.join(studio.library, 'backups', 'library.29991231T000000000Z.daily.sqlite'), 'half');
  truncateSync(path.join(studio.library, 'library.sqlite'), 5 * 4096);

  const asked = await _electron.launch(answeringFirst(studio));
  const page = await asked.firstWindow({ timeout: 30_000 });
  await page.waitForSelector('[data-testid="studio"], [data-testid="start-screen"]');
  const shown = await asked.evaluate(() => (globalThis as { shown?: { message: string; buttons: string[] } }).shown);
  expect(shown?.message).toContain('nothing was deleted');
  expect(shown?.buttons).toEqual([
    expect.stringMatching(/^Go back to the backup of .*20\d\d/),
    'Start with an empty library',
    'Quit',
  ]);
  await page.keyboard.press('Control+o');
  await expect(page.getByTestId('open-project')).toHaveCount(1);
  await expect(page.getByTestId('open-project')).toContainText('Kept');
  expect(readdirSync(studio.library).filter((name) => /^library\.corrupt-.*\.sqlite$/.test(name))).toHaveLength(1);
  await asked.close();
  await studio.startAgain();
});
