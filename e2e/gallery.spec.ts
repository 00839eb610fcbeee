/**
 * The studio's page in states that take long to reach by hand: every scene of src/renderer/gallery in a real Chromium,
 * photographed at two sizes, with nothing cut off, nothing outside the window and nothing that axe calls serious.
 */
import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { layoutFaults } from './fixtures/layout-faults';
import { seriousFindings } from './fixtures/serious-findings';

const root = path.resolve(import.meta.dirname, '..');
const pictures = path.join(root, 'test-results/screenshots/gallery');

const scenes = [
  'start-empty',
  'start-many',
  'studio-empty',
  'studio-normal',
  'studio-travel',
  'studio-curves',
  'studio-curves-empty',
  'studio-curves-many',
  'studio-menu',
  'studio-menu-long',
  'studio-extend',
  'studio-takes',
  'studio-sound',
  'studio-busy',
  'studio-failed',
  'studio-long',
  'studio-long-takes',
  'studio-footage',
  'dialog-footage',
  'dialog-new-project',
  'dialog-export',
  'dialog-export-empty',
  'dialog-export-clip',
  'dialog-export-smooth',
  'dialog-prune',
  'dialog-prune-empty',
  'dialog-prune-many',
  'studio-ripple-refused',
  'studio-clip-file',
  'studio-clip-file-making',
  'studio-clip-file-ready',
  'studio-clip-file-failed',
  'dialog-doctor',
  'dialog-shortcuts',
  'dialog-palette',
  'dialog-model',
  'dialog-prompt-map',
  'conditions-references',
  'conditions-references-empty',
  'conditions-references-long',
  'conditions-mask',
  'conditions-mask-empty',
  'conditions-mask-long',
  'conditions-pinned',
  'conditions-pinned-empty',
  'conditions-pinned-long',
];

let app: ElectronApplication;
let page: Page;
let userData: string;
const errors: string[] = [];

test.beforeAll(async () => {
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--config', 'e2e/gallery/vite.config.ts', '--logLevel', 'error'], {
    cwd: root,
  });
  userData = mkdtempSync(path.join(os.tmpdir(), 'onionskin-gallery-'));
  app = await _electron.launch({
    executablePath: process.env['ONIONSKIN_ELECTRON']!,
    args: [
      ...(JSON.parse(process.env['ONIONSKIN_ELECTRON_ARGS'] ?? '[]') as string[]),
      path.join(root, 'e2e/gallery'),
      `--user-data-dir=${userData}`,
    ],
    env: process.env as Record<string, string>,
  });
  page = await app.firstWindow();
  page.on('pageerror', (error) => errors.push(String(error)));
});

test.afterAll(async () => {
  await app.close();
  rmSync(userData, { recursive: true, force: true });
});

for (const scene of scenes)
  test(`scene ${scene}`, async () => {
    errors.length = 0;
    for (const [width, height] of [
      [1440, 880],
      [900, 600],
    ] as const) {
      await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(...size), [
        width,
        height,
      ] as [number, number]);
      await page.goto(`app://studio/index.html?scene=${scene}`);
      await page.waitForSelector(`body[data-scene="${scene}"]`, { state: 'attached' });
      await expect(page.locator('body')).toHaveAttribute(
        'data-screen',
        /^(start|dialog-new)/.test(scene) ? 'start' : 'studio',
      );
      await expect(page.getByTestId('toasts').locator(':scope > *')).toHaveCount(
        /^studio-(failed|ripple-refused)$/.test(scene) ? 1 : 0,
      );
      await page.waitForTimeout(400); // decoding and drawing of frames; the pictures are looked at, not compared
      await page.screenshot({ path: path.join(pictures, `${scene}-${width}.png`) });
      expect.soft(await layoutFaults(page), `${width} × ${height}`).toEqual([]);
    }
    expect.soft(await seriousFindings(page)).toEqual([]);
    expect(errors).toEqual([]);
  });
