/** Wan's autoencoder in chunks against the same weights over whole clips, both ways. */
import { afterAll, expect, test } from 'vitest';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { FamilyRunner } from '../../../../test/support/family-runner';
import { aWanRecipe, wanDirs, type WanPackage } from '../../../../test/support/references';
import { loadModelPackage } from '../model-package';
import { SessionPool } from '../session-pool';
import type { FamilyRun } from './family-run';
import { decodeClip, encodeClip } from './wan-clip';

const pools: SessionPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.releaseAll())));

async function autoencoderOf(kind: WanPackage): Promise<FamilyRun> {
  const pkg = await loadModelPackage(wanDirs[kind]);
  const sessions = new SessionPool();
  pools.push(sessions);
  await sessions.select(pkg, { threads: 1, provider: 'cpu' });
  const { signal } = new AbortController();
  // What the autoencoder needs of a run.
  return { pkg, sessions, signal, recipe: aWanRecipe(kind, { width: 48, height: 32 }) } as unknown as FamilyRun;
}

const differenceOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);

const size = { channels: 4, frames: 5, height: 4, width: 6 };
const latents = new TorchGenerator(1).randn(4 * 5 * 4 * 6);

async function decoded(kind: WanPackage, until = Infinity): Promise<{ parts: number[]; frames: Float32Array[] }> {
  const parts: number[] = [];
  const frames: Float32Array[] = [];
  for await (const part of decodeClip(await autoencoderOf(kind), latents, size, until)) {
    parts.push(part.first, part.frames);
    const plane = part.data.length / 3 / part.frames;
    for (let i = 0; i < part.frames; i++)
      frames.push(
        Float32Array.from({ length: 3 * plane }, (_, at) => {
          const channel = Math.floor(at / plane);
          return part.data[(channel * part.frames + i) * plane + (at % plane)] ?? NaN;
        }),
      );
  }
  return { parts, frames };
}

test('frames come out as they are decoded, and are those of the whole clip', async () => {
  const [whole, chunks] = [await decoded('image'), await decoded('vace')];
  expect(whole.parts).toEqual([0, 17]);
  expect(chunks.parts).toEqual([0, 1, 1, 4, 5, 4, 9, 4, 13, 4]);
  expect(chunks.frames).toHaveLength(17);
  chunks.frames.forEach((frame, i) =>
    expect(differenceOf(frame, whole.frames[i] ?? frame.map(() => NaN))).toBeLessThan(1e-5),
  );
  expect(new Set(chunks.frames.map(String)).size).toBe(17);
});

test('frames that nobody keeps are not decoded', async () => {
  expect((await decoded('vace', 6)).parts).toEqual([0, 1, 1, 4, 5, 4]);
});

test('a clip is encoded to the same latents in chunks', async () => {
  const pixels = Array.from({ length: 9 }, (_, seed) => new TorchGenerator(seed).rand(3 * 48 * 32));
  const encoded = async (kind: WanPackage): Promise<Float32Array> =>
    encodeClip(await autoencoderOf(kind), 9, (frame) => (frame === 4 ? null : (pixels[frame] ?? null)));
  const [whole, chunks] = [await encoded('image'), await encoded('vace')];
  expect(chunks).toHaveLength(4 * 3 * 4 * 6);
  expect(differenceOf(chunks, whole)).toBeLessThan(1e-5);
});

test('a film is stored part by part, and a run that is stopped between two parts goes on to the same frames', async () => {
  const runner = new FamilyRunner(() => wanDirs.text);
  try {
    const counts: number[] = [];
    const { frames } = await runner.run(aWanRecipe('text'), { onFrames: (stored) => counts.push(stored.length) });
    expect(counts).toEqual([1, 4, 4]);
    const abort = new AbortController();
    const jobDir = runner.aFolder();
    const kept: string[] = [];
    const onFrames = (stored: readonly { hash: string }[]): void => {
      kept.push(...stored.map(({ hash }) => hash));
      if (kept.length === 5) abort.abort();
    };
    await expect(runner.run(aWanRecipe('text'), { jobDir, onFrames, signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(kept).toEqual(frames.slice(0, 5));
    expect((await runner.run(aWanRecipe('text'), { jobDir })).frames).toEqual(frames);
  } finally {
    await runner.close();
  }
});
