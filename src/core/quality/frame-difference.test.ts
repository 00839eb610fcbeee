import { describe, expect, it } from 'vitest';
import { differenceOf, paintDifference } from './frame-difference';

const rgba = (...bytes: number[]): Uint8ClampedArray<ArrayBuffer> => Uint8ClampedArray.from(bytes);

describe('differenceOf', () => {
  it('is nothing for equal pictures, whatever their alpha', () => {
    expect(differenceOf(rgba(1, 2, 3, 255), rgba(1, 2, 3, 0))).toEqual({ mean: 0, max: 0, psnr: Infinity });
  });

  it('counts colour bytes only', () => {
    const found = differenceOf(rgba(10, 0, 0, 255, 0, 0, 0, 255), rgba(0, 0, 0, 255, 0, 0, 2, 255));
    expect(found).toEqual({ mean: 2, max: 10, psnr: 10 * Math.log10((65_025 * 6) / 104) });
  });

  it('ends at 0 dB for black against white', () => {
    expect(differenceOf(rgba(0, 0, 0, 255), rgba(255, 255, 255, 255))).toEqual({ mean: 255, max: 255, psnr: 0 });
  });

  it('refuses pictures of two sizes', () => {
    expect(() => differenceOf(rgba(0, 0, 0, 255), rgba())).toThrow('one size');
  });
});

describe('paintDifference', () => {
  it('is the same either way round', () => {
    const [a, b] = [rgba(10, 200, 3, 255), rgba(12, 100, 3, 255)];
    const expected = rgba(2, 100, 0, 255);
    expect(paintDifference(a, b, { gain: 1, out: rgba(9, 9, 9, 9) })).toEqual(expected);
    expect(paintDifference(b, a, { gain: 1, out: rgba(0, 0, 0, 0) })).toEqual(expected);
  });

  it('amplifies and holds at white', () => {
    const painted = paintDifference(rgba(10, 200, 3, 255), rgba(12, 100, 3, 0), { gain: 4, out: rgba(0, 0, 0, 0) });
    expect(painted).toEqual(rgba(8, 255, 0, 255));
  });
});
