import { expect, test } from 'vitest';
import type { TakeView } from '@contracts/job';
import { aRecipe } from '../../../../test/support/pocket';
import { compareTakes } from './compare-takes';

const pictures: Record<string, readonly number[]> = {
  same: [1, 2, 3],
  near: [1, 2, 4],
  far: [200, 2, 3],
  wide: [1, 2, 3, 4, 5, 6],
};
const read = (hash: string) =>
  Promise.resolve({ width: (pictures[hash]?.length ?? 0) / 3, height: 1, rgb: Uint8Array.from(pictures[hash] ?? []) });

function aTake(frames: readonly string[], more: Parameters<typeof aRecipe>[0] = {}) {
  const base = { id: 't', shotId: 's', segmentId: 'g', parentTakeId: null, seed: 1, draftKey: null, createdAt: 1 };
  const view: TakeView = { ...base, frames, recipeHash: 'f'.repeat(64) };
  return { view, recipe: aRecipe(more) };
}

test('the same frames of the same recipe are identical', async () => {
  expect(await compareTakes(aTake(['same', 'far']), aTake(['same', 'far']), read)).toEqual({
    ...{ isIdentical: true, framesCompared: 2, differingFrames: 0, worstPsnrDb: null, differences: [] },
  });
});

test('says how far apart the worst frame is, and which inputs were others', async () => {
  const other = aTake(['near', 'same', 'far'], {
    provider: 'webgpu',
    versions: { app: '0.0.0', onnxruntime: '9.9.9' },
  });
  const answer = await compareTakes(aTake(['same', 'same', 'near']), other, read);
  expect(answer).toMatchObject({ isIdentical: false, framesCompared: 3, differingFrames: 2 });
  expect(answer.worstPsnrDb).toBeCloseTo(10 * Math.log10((255 ** 2 * 3) / (199 ** 2 + 1)), 6);
  expect(answer.differences).toEqual([
    { input: 'provider', before: 'cpu', now: 'webgpu' },
    { input: 'versions.onnxruntime', before: '1.30.0', now: '9.9.9' },
  ]);
});

test('a model file that changed is named by its path', async () => {
  const { model } = aRecipe();
  const files = { ...model.files, 'transformer/model.onnx': '0'.repeat(64) };
  const { differences } = await compareTakes(aTake(['same']), aTake(['same'], { model: { ...model, files } }), read);
  expect(differences.map(({ input }) => input)).toEqual(['model.files.transformer/model.onnx']);
});

test('a stopped run is not identical, and pictures of two sizes cannot be compared', async () => {
  const stopped = await compareTakes(aTake(['same', 'far']), aTake(['same']), read);
  expect([stopped.isIdentical, stopped.framesCompared, stopped.differingFrames]).toEqual([false, 1, 0]);
  const sizes = compareTakes(aTake(['same']), aTake(['wide']), read);
  await expect(sizes).rejects.toMatchObject({ code: 'input/invalid' });
});

test('a graph that ran elsewhere than asked is named', async () => {
  const [there, here] = [
    { provider: 'webgpu' as const },
    { provider: 'webgpu' as const, ranOn: { unet: 'cpu' as const } },
  ];
  const { differences } = await compareTakes(aTake(['same'], there), aTake(['same'], here), read);
  expect(differences).toEqual([{ input: 'ranOn', before: '', now: '{"unet":"cpu"}' }]);
});
