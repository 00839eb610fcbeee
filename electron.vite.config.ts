import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const alias = {
  '@core': resolve('src/core'),
  '@contracts': resolve('src/contracts'),
  '@main': resolve('src/main'),
};

// Natives and whatever ships binaries stay outside the bundle; everything else is bundled so that the packaged app
// carries no node_modules of pure JavaScript.
const external = [
  'electron',
  'better-sqlite3',
  'onnxruntime-node',
  '@ffmpeg-installer/ffmpeg',
  'ffprobe-static',
  'ffmpeg-static',
];

// fflate's build for Node declares a `require` of its own, which collides with the one electron-vite adds to the bundle.
const withoutNodeShim = { fflate: resolve('node_modules/fflate/esm/browser.js') };

/** How long plugins take is no news to somebody who only wants to start the studio. */
const checks = { pluginTimings: false };

export default defineConfig({
  main: {
    resolve: { alias: { ...alias, ...withoutNodeShim } },
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      rollupOptions: {
        checks,
        external,
        input: {
          index: resolve('src/main/index.ts'),
          cli: resolve('src/main/shells/headless/cli.ts'),
          engine: resolve('src/main/engine/entry.ts'),
          exporter: resolve('src/main/services/export/entry.ts'),
          probe: resolve('src/main/services/doctor/probe-entry.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        checks,
        external: ['electron'],
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    resolve: { alias },
    plugins: [svelte()],
    build: {
      outDir: 'out/renderer',
      // The page is served with `script-src 'self'` and no inline anything.
      assetsInlineLimit: 0,
      rollupOptions: { checks, input: resolve('src/renderer/index.html') },
    },
  },
});
