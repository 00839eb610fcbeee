import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const alias = {
  '@core': resolve('src/core'),
  '@contracts': resolve('src/contracts'),
  '@main': resolve('src/main'),
};

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias },
  test: {
    projects: [
      // Pure code and services on real SQLite and a real file system.
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts'], exclude: ['src/main/engine/**'], testTimeout: 30_000 },
      },
      // Real ONNX sessions, real child processes: one file at a time on a small machine.
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['src/main/engine/**/*.test.ts', 'test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
