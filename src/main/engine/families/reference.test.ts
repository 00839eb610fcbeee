/**
 * The nine reference runs that Python made over the same graphs (models/pocket/reference.py): final latents agree within
 * 1e-3, decoded frames are at least 50 dB.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng } from '../../platform/png';
import { FrameStore } from '../../services/media/frame-store';
import {
  aRecipe,
  aTempDir,
  aWindow,
  pocketDir,
  psnr,
  readNpy,
  referenceDir,
  storePng,
} from '../../../../test/support/pocket';
import { Runner } from '../runner';

interface ReferenceCase {
  readonly prompt: string;
  readonly negative: string;
  readonly seed: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly prefix?: readonly string[];
  readonly later?: { readonly image: string; readonly frame: number };
}

// Written by reference.py beside each run; the names are the keys of cases.json.
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(referenceDir, name), 'utf8'));
const names = Object.keys(readJson('cases.json') as Record<string, unknown>);

describe('pocket against its Python reference', () => {
  const runner = new Runner();
  const { dir, remove } = aTempDir();
  const store = new FrameStore(dir);
  beforeAll(() => expect(names).toHaveLength(9));
  afterAll(async () => {
    await runner.close();
    remove();
  });

  test.each(names)('%s', async (name) => {
    const reference = readJson(`${name}.json`) as ReferenceCase;
    const { frames: frameCount, width, height, steps, guidance, seed, prompt, negative } = reference;
    const known = [];
    for (const [index, file] of (reference.prefix ?? []).entries())
      known.push({ index, frame: await storePng(store, join(referenceDir, file)) });
    if (reference.later)
      known.push({
        index: reference.later.frame,
        frame: await storePng(store, join(referenceDir, reference.later.image)),
      });
    const window = aWindow({
      frames: frameCount,
      prefix: reference.prefix?.length ?? 0,
      later: reference.later?.frame ?? null,
      keepTo: frameCount,
      prompt,
      negative,
      seed,
    });

    let latents = new Float32Array();
    const { frames, seconds } = await runner.run(
      {
        jobId: name,
        recipe: aRecipe({ frameCount, width, height, steps, guidance, seed, known, windows: [window] }),
        packageDir: pocketDir,
        framesDir: dir,
      },
      {
        onProgress: () => undefined,
        onFrames: () => undefined,
        onLatents: (_, final) => (latents = Float32Array.from(final)),
        signal: new AbortController().signal,
      },
    );

    const expected = readNpy(join(referenceDir, `${name}.latents.npy`));
    expect(latents).toHaveLength(expected.length);
    const difference = latents.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? NaN))), 0);
    expect(difference).toBeLessThanOrEqual(1e-3);

    expect(frames).toHaveLength(frameCount);
    let worst = Infinity;
    for (const [index, hash] of frames.entries()) {
      const png = readFileSync(join(referenceDir, name, `${String(index).padStart(3, '0')}.png`));
      worst = Math.min(worst, psnr((await store.read(hash)).rgb, decodePng(png).rgb));
    }
    if (process.env['ENGINE_FIGURES']) console.log(name, { difference, worst, steps, ...seconds });
    expect(worst).toBeGreaterThanOrEqual(50);
  });
});
