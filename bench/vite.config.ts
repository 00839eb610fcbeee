import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = resolve(import.meta.dirname, '..');

export default defineConfig({
  root,
  resolve: {
    alias: {
      '@core': resolve(root, 'src/core'),
      '@contracts': resolve(root, 'src/contracts'),
      '@main': resolve(root, 'src/main'),
    },
  },
  ssr: {
    noExternal: true,
    external: ['better-sqlite3', 'onnxruntime-node', '@ffmpeg-installer/ffmpeg', 'ffprobe-static', '@playwright/test'],
  },
  build: {
    ssr: resolve(root, 'bench/main.ts'),
    outDir: resolve(root, 'out/bench'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: '[name].js' } },
  },
});
