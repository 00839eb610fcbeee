/**
 * An exporter's choices in the running engine, where Python with its packages is present: weights of 16, 8 and 4 bits, and
 * weights in a file beside the graph. The same checkpoint, the same recipe; what the weights cost is measured in the frames.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findPython } from '../support/find-python';
import { FamilyRunner } from '../support/family-runner';
import { aTempDir, aWindow, psnr } from '../support/pocket';
import { aTinyRecipe, wanDirs } from '../support/references';
import { FrameStore } from '@main/services/media/frame-store';

const found = findPython(resolve('.'), ['torch', 'diffusers', 'transformers', 'onnxruntime', 'onnx', 'onnxscript']);
const python = 'python' in found ? found.python : null;
const reason = 'missing' in found ? ` (skipped: ${found.missing})` : '';
const temp = aTempDir();
afterAll(() => temp.remove());

function runPython(...args: string[]): string {
  const env = { ...process.env, HF_HUB_OFFLINE: '1' };
  return execFileSync(python ?? '', args, { cwd: resolve('models/export'), stdio: 'pipe', encoding: 'utf8', env });
}

async function draw(dir: string): Promise<Uint8Array[]> {
  const runner = new FamilyRunner(() => dir);
  try {
    const windows = [aWindow({ frames: 9, keepTo: 9, prompt: 'the red ball and the ball' })];
    const { frames } = await runner.run(aTinyRecipe(dir, { frameCount: 9, windows }));
    const store = new FrameStore(runner.framesDir);
    return await Promise.all(frames.map(async (hash) => (await store.read(hash)).rgb));
  } finally {
    await runner.close();
  }
}

describe.skipIf(python === null)(`a package exported from one checkpoint${reason}`, () => {
  test(
    'draws the same film from a data file, nearly the same at 8 bits, and one that is known again at 4',
    { timeout: 600_000 },
    async () => {
      const checkpoint = join(temp.dir, 'checkpoint');
      runPython('tiny_wan.py', checkpoint, '--kind', 'text');
      const export_ = (weights: string, ...more: string[]): string => {
        const dir = join(temp.dir, weights);
        const limits = ['--tokens', '32', '--size', '64', '64', '--frames', '9', '--max-frames', '33'];
        const report = runPython(
          'wan.py',
          checkpoint,
          dir,
          '--id',
          `wan-${weights}`,
          '--name',
          weights,
          '--weights',
          weights,
          ...limits,
          ...more,
        );
        expect(report).toContain('dB');
        return dir;
      };
      // Every weight goes beside its graph, as those of more than 2 GB have to.
      const external = export_('float32', '--external-from', '0');
      expect(existsSync(join(external, 'transformer/model.onnx.data'))).toBe(true);

      const stored = await draw(wanDirs.text);
      const worst = async (dir: string): Promise<number> => {
        const frames = await draw(dir);
        return Math.min(...frames.map((frame, i) => psnr(frame, stored[i] ?? new Uint8Array())));
      };
      expect(await worst(external)).toBeGreaterThan(70);
      const [eight, four] = [await worst(export_('int8')), await worst(export_('int4'))];
      expect(eight).toBeGreaterThan(40);
      expect(four).toBeGreaterThan(15);
      expect(eight).toBeGreaterThan(four);
    },
  );
});
