import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = resolve(import.meta.dirname, '../..');

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
    external: ['better-sqlite3', 'onnxruntime-node', '@ffmpeg-installer/ffmpeg', 'ffprobe-static'],
  },
  build: {
    ssr: true,
    outDir: resolve(root, 'out/torture'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: {
      input: { main: resolve(root, 'test/torture/main.ts'), child: resolve(root, 'test/torture/child.ts') },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
