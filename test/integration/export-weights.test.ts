/**
 * An exporter's choices in the running engine, where Python with its packages is present: weights of 8 and 4 bits, and
 * weights in a file beside the graph. The checkpoint and recipe are those of a stored package of 16 bits, which loses
 * nothing; what the weights cost is measured in the frames.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FrameStore } from '@main/services/media/frame-store';
import { FamilyRunner } from '../support/family-runner';
import { findPython } from '../support/find-python';
import { aTempDir, aWindow, psnr } from '../support/pocket';
import { aTinyRecipe, wanDirs } from '../support/references';

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

test.skipIf(python === null)(
  `one checkpoint with weights of 8 and of 4 bits, in a file of their own${reason}`,
  { timeout: 1_800_000 },
  async () => {
    const checkpoint = join(temp.dir, 'checkpoint');
    runPython('tiny_wan.py', checkpoint, '--kind', 'text');
    const stored = await draw(wanDirs.text);
    /** dB of the worst frame. */
    const worst = async (weights: string): Promise<number> => {
      const dir = join(temp.dir, weights);
      const limits = ['--tokens', '32', '--size', '64', '64', '--frames', '9', '--max-frames', '33', '--whole-clips'];
      const names = ['--id', `wan-${weights}`, '--name', weights];
      // Every weight goes beside its graph, as those of more than 2 GB have to.
      const how = ['--weights', weights, '--external-from', '0'];
      expect(runPython('wan.py', checkpoint, dir, ...names, ...how, ...limits)).toMatch(/transformer +int[48] /);
      expect(existsSync(join(dir, 'transformer/model.onnx.data'))).toBe(true);
      const frames = await draw(dir);
      return Math.min(...frames.map((frame, i) => psnr(frame, stored[i] ?? new Uint8Array())));
    };
    const [eight, four] = [await worst('int8'), await worst('int4')];
    if (process.env['PARITY_TABLE']) process.stdout.write(`worst frame: ${eight} dB at 8 bits, ${four} dB at 4\n`);
    expect(eight).toBeGreaterThan(35);
    expect(four).toBeGreaterThan(15);
    expect(eight).toBeGreaterThan(four);
  },
);
