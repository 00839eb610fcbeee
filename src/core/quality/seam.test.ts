import { describe, expect, it } from 'vitest';
import { measureSeam, psnr } from './seam';

const grey = (...values: number[]): Uint8Array[] => values.map((value) => new Uint8Array(12).fill(value));

describe('measureSeam', () => {
  it('sets the jump at the seam against the median motion around it', () => {
    expect(measureSeam(grey(0, 2, 4, 10, 12, 15), 3)).toEqual({ seam: 6, neighbours: 2, ratio: 3 });
  });

  it('looks no further than four pairs to either side', () => {
    expect(measureSeam(grey(200, 0, 1, 2, 3, 4, 5), 6)).toEqual({ seam: 1, neighbours: 1, ratio: 1 });
  });

  it('gives no ratio where nothing moves, or where there are no neighbours', () => {
    expect(measureSeam(grey(7, 7, 9, 9), 2)).toEqual({ seam: 2, neighbours: 0, ratio: null });
    expect(measureSeam(grey(7, 9), 1)).toEqual({ seam: 2, neighbours: null, ratio: null });
  });

  it('refuses a seam before the first frame', () => {
    expect(() => measureSeam(grey(1, 2), 0)).toThrow('no seam before frame 0');
  });
});

describe('psnr', () => {
  it('is infinite for equal frames and falls by the square of the error', () => {
    expect(psnr(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(Infinity);
    expect(psnr(Uint8Array.of(0, 0), Uint8Array.of(255, 255))).toBe(0);
  });
});
