import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinedTiles, tilesOf, type Volume } from './tiles';

function aVolume(height: number, width: number): Volume {
  const data = Float32Array.from({ length: 2 * height * width }, (_, i) => Math.sin(i));
  return { size: { channels: 1, frames: 2, height, width }, data };
}

test('tiles that nothing is done to are the whole again, at any size and overlap', () => {
  const side = fc.integer({ min: 1, max: 13 });
  const overlap = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 6 }), overlap, (height, width, stride, more) => {
      const volume = aVolume(height, width);
      const tile = { size: stride + more, stride };
      const whole = joinedTiles(tilesOf(volume, tile), volume.size, { from: tile, to: tile });
      expect(whole.size).toEqual(volume.size);
      for (const [i, value] of whole.data.entries()) expect(value).toBeCloseTo(volume.data[i] ?? NaN, 5);
    }),
  );
});

test('tiles that grow meet in a ramp', () => {
  const volume: Volume = { size: { channels: 1, frames: 1, height: 1, width: 4 }, data: new Float32Array(4) };
  const tiling = { from: { size: 3, stride: 2 }, to: { size: 6, stride: 4 } };
  const grown = tilesOf(volume, tiling.from).map((row) =>
    row.map(({ size }, value): Volume => {
      const twice = { ...size, height: 2 * size.height, width: 2 * size.width };
      return { size: twice, data: new Float32Array(twice.height * twice.width).fill(value) };
    }),
  );
  const { data, size } = joinedTiles(grown, volume.size, tiling);
  expect(size).toMatchObject({ height: 2, width: 8 });
  expect(Array.from(data.subarray(0, 8))).toEqual([0, 0, 0, 0, 0, 0.5, 1, 1]);
});
