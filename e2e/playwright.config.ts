import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results/e2e',
  // One window at a time: the engine inside each takes every core there is.
  workers: 1,
  fullyParallel: false,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  // A shared machine can starve a window for seconds. What passes only the second time is named by scripts/test.mjs.
  retries: process.env['CI'] ? 1 : 0,
  reporter: [['list'], ['json']],
});
