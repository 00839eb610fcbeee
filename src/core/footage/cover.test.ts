import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covered } from './cover';

const grey = (values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [value, value, value]));

describe('a picture that covers another size', () => {
  test('is itself where the size is the same', () => {
    const rgb = grey([1, 2, 3, 4]);
    expect(covered({ width: 2, height: 2, rgb }, { width: 2, height: 2 })).toBe(rgb);
  });

  test('keeps its middle where the shape differs', () => {
    const rgb = grey([10, 20, 30, 40]);
    expect(covered({ width: 4, height: 1, rgb }, { width: 2, height: 1 })).toEqual(grey([20, 30]));
  });

  test('is a mean where it shrinks, and lies between its pixels where it grows', () => {
    expect(
      covered({ width: 4, height: 4, rgb: grey(new Array<number>(16).fill(77)) }, { width: 2, height: 2 }),
    ).toEqual(grey([77, 77, 77, 77]));
    const grown = covered({ width: 2, height: 2, rgb: grey([0, 100, 0, 100]) }, { width: 4, height: 4 });
    expect(Array.from(grown.filter((_, i) => i % 3 === 0).subarray(0, 4))).toEqual([0, 25, 75, 100]);
  });

  test('never leaves the range of its values, at any size', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, width, height, value) => {
        const out = covered(
          { width: w, height: h, rgb: grey(new Array<number>(w * h).fill(value)) },
          { width, height },
        );
        expect(out).toEqual(grey(new Array<number>(width * height).fill(value)));
      }),
    );
  });
});
