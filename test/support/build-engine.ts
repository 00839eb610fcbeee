/**
 * Builds the engine's entry as one JavaScript file, so that tests can fork the very code that ships. Natives stay
 * outside the bundle. Takes about a second; the file is named by its content, so test processes may share it.
 */
import { resolve } from 'node:path';
import { build } from 'vite';
import { writeFileAtomic } from '@main/platform/fs-atomic';
import { sha256 } from './pocket';

// Inside node_modules, so that `onnxruntime-node` resolves from the built file.
const cacheDir = resolve('node_modules/.cache/onionskin-test-engine');
let entry: Promise<string> | null = null;

/** @returns path of the built entry */
export function buildEngine(): Promise<string> {
  entry ??= buildEntry();
  return entry;
}

async function buildEntry(): Promise<string> {
  const alias = { '@core': resolve('src/core'), '@contracts': resolve('src/contracts'), '@main': resolve('src/main') };
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    ssr: { noExternal: true, external: ['onnxruntime-node'] },
    build: {
      ssr: resolve('src/main/engine/entry.ts'),
      write: false,
      minify: false,
      target: 'node20',
      rollupOptions: { external: ['onnxruntime-node'], output: { format: 'es' } },
    },
  });
  if (Array.isArray(result) || !('output' in result)) throw new Error('one build was asked for');
  const [chunk, ...others] = result.output;
  if (others.length > 0) throw new Error(`the engine became ${others.length + 1} files`);
  const path = resolve(cacheDir, `engine-${sha256(new TextEncoder().encode(chunk.code)).slice(0, 16)}.mjs`);
  await writeFileAtomic(path, chunk.code);
  return path;
}
