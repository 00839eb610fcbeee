import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inTiles, type Volume } from './tiles';

function aVolume(height: number, width: number): Volume {
  const data = Float32Array.from({ length: 2 * height * width }, (_, i) => Math.sin(i));
  return { size: { channels: 1, frames: 2, height, width }, data };
}

test('what does nothing to a tile does nothing to the whole, at any size and overlap', async () => {
  const side = fc.integer({ min: 1, max: 13 });
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }), async (h, w, stride, more) => {
      const volume = aVolume(h, w);
      const tiling = { size: stride + more, stride };
      const copy = ({ size, data }: Volume) => Promise.resolve({ size, data: data.slice() });
      const whole = await inTiles(volume, { from: tiling, to: tiling }, copy);
      expect(whole.size).toEqual(volume.size);
      for (const [i, value] of whole.data.entries()) expect(value).toBeCloseTo(volume.data[i] ?? NaN, 5);
    }),
  );
});

test('tiles that grow meet in a ramp', async () => {
  let n = 0;
  const grow = ({ size }: Volume): Promise<Volume> => {
    const [height, width] = [2 * size.height, 2 * size.width];
    const data = new Float32Array(size.channels * size.frames * height * width).fill(n++);
    return Promise.resolve({ size: { ...size, height, width }, data });
  };
  const volume: Volume = { size: { channels: 1, frames: 1, height: 1, width: 4 }, data: new Float32Array(4) };
  const tiling = { from: { size: 3, stride: 2 }, to: { size: 6, stride: 4 } };
  const { data, size } = await inTiles(volume, tiling, grow);
  expect(size).toMatchObject({ height: 2, width: 8 });
  expect(Array.from(data.subarray(0, 8))).toEqual([0, 0, 0, 0, 0, 0.5, 1, 1]);
});
