/** Builds the gallery's page to out/gallery, the way electron.vite.config.ts builds the studio's. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: resolve('src/renderer/gallery'),
  resolve: { alias: { '@core': resolve('src/core'), '@contracts': resolve('src/contracts') } },
  plugins: [svelte()],
  build: { outDir: resolve('out/gallery'), emptyOutDir: true, assetsInlineLimit: 0 },
});
