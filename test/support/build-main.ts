/**
 * Builds the command line and the child processes it starts (engine, exporter, probe) the way electron-vite does, into a
 * folder of their own, so that tests can run the very code that ships. Takes about a second.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const external = ['better-sqlite3', 'onnxruntime-node', '@ffmpeg-installer/ffmpeg', 'ffprobe-static', 'ffmpeg-static'];

/** @returns the folder with cli.js, engine.js, exporter.js and probe.js, and a function that removes it */
export async function buildMain(): Promise<{ builtDir: string; remove: () => void }> {
  // Inside node_modules, so that the natives resolve from the built files; laid out like the repository, with
  // resources/ two folders above out/main.
  const root = resolve('node_modules/.cache', `onionskin-test-main-${process.pid}-${Date.now()}`);
  const builtDir = join(root, 'out', 'main');
  mkdirSync(builtDir, { recursive: true });
  symlinkSync(resolve('resources'), join(root, 'resources'), 'junction');
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: {
      alias: { '@core': resolve('src/core'), '@contracts': resolve('src/contracts'), '@main': resolve('src/main') },
    },
    ssr: { noExternal: true, external },
    build: {
      ssr: true,
      outDir: builtDir,
      minify: false,
      target: 'node20',
      rollupOptions: {
        external,
        input: {
          cli: resolve('src/main/shells/headless/cli.ts'),
          engine: resolve('src/main/engine/entry.ts'),
          exporter: resolve('src/main/services/export/entry.ts'),
          probe: resolve('src/main/services/doctor/probe-entry.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  return { builtDir, remove: () => rmSync(root, { recursive: true, force: true }) };
}
