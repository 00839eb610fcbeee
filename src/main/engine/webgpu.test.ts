/**
 * The same frames on another device: WebGPU, here under SwiftShader, which does on the processor what a graphics card
 * would do. Electron brings the Vulkan loader and that driver; where its download is not there, the test says so and is
 * skipped. Everything runs in engine processes of their own, because the loader is looked for when a process starts.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recipe } from '@contracts/recipe';
import { buildEngine } from '../../../test/support/build-engine';
import { aRecipe, aTempDir, aWindow, pocketDir, psnr } from '../../../test/support/pocket';
import { FrameStore } from '../services/media/frame-store';
import { EngineHost, type EngineRunResult } from './engine-host';
import { forkEngine } from './engine-process';

const temp = aTempDir();
const framesDir = join(temp.dir, 'frames');
const store = new FrameStore(framesDir);
let entry: string;
beforeAll(async () => {
  entry = await buildEngine();
});
afterAll(() => temp.remove());

/** Folders that may hold an Electron: this project's own fetch, and the package's. */
const electrons = [
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'onionskin/electron-33.2.1/dist'),
  'node_modules/electron/dist',
];
const driverDir = electrons.find((dir) => existsSync(join(dir, 'vk_swiftshader_icd.json')));
const why =
  process.platform === 'linux' ? 'no Electron with SwiftShader here' : 'SwiftShader is looked for on Linux only';

const one = { steps: 2, width: 64, height: 64, frameCount: 2, windows: [aWindow({ frames: 2, keepTo: 2 })] };

async function runOn(provider: Recipe['provider'], env: Record<string, string>): Promise<EngineRunResult> {
  const host = new EngineHost({ spawn: () => withEnvironment(env, () => forkEngine(entry)), silenceMs: 120_000 });
  try {
    return await host.run({ jobId: 'job', recipe: aRecipe({ ...one, provider }), packageDir: pocketDir, framesDir });
  } finally {
    await host.close();
  }
}

/** The child takes its environment from this process's. */
function withEnvironment<T>(env: Record<string, string>, work: () => T): T {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  try {
    return work();
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
}

async function worstDb(a: readonly string[], b: readonly string[]): Promise<number> {
  let worst = Infinity;
  for (const [i, hash] of a.entries())
    worst = Math.min(worst, psnr((await store.read(hash)).rgb, (await store.read(b[i] ?? '')).rgb));
  return worst;
}

describe('WebGPU', () => {
  test.skipIf(process.platform !== 'linux' || driverDir === undefined)(
    `draws the processor's frames within 40 dB${driverDir === undefined ? ` (${why})` : ''}`,
    async () => {
      const loaderDir = join(temp.dir, 'vulkan');
      mkdirSync(loaderDir, { mode: 0o700 });
      copyFileSync(join(driverDir ?? '', 'libvulkan.so.1'), join(loaderDir, 'libvulkan.so.1'));
      const icd = join(driverDir ?? '', 'vk_swiftshader_icd.json');
      const env = {
        LD_LIBRARY_PATH: loaderDir,
        XDG_RUNTIME_DIR: loaderDir,
        VK_ICD_FILENAMES: icd,
        VK_DRIVER_FILES: icd,
      };
      const [cpu, gpu] = [await runOn('cpu', {}), await runOn('webgpu', env)];
      expect(gpu.report.fallbacks).toEqual([]);
      expect(gpu.frames).not.toEqual(cpu.frames);
      expect(await worstDb(cpu.frames, gpu.frames)).toBeGreaterThan(40);
    },
  );
});

test('a provider that cannot open a graph leaves it to the processor, and says which and why', async () => {
  // No Vulkan driver at all: what a machine without a graphics card has.
  const none = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
  const provider = process.platform === 'darwin' ? 'cuda' : 'webgpu';
  const [cpu, fallen] = [await runOn('cpu', {}), await runOn(provider, none)];
  expect(fallen.frames).toEqual(cpu.frames);
  expect(fallen.report.fallbacks.map(({ graph }) => graph)).toEqual(['text_encoder', 'transformer', 'vae_decoder']);
  expect(fallen.report.fallbacks[0]?.reason).toMatch(/\w/);
});
