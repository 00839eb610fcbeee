import { describe, expect, it } from 'vitest';
import { cellsOf, parseValues } from './grid';

const guidance = { name: 'Guidance', min: 0, max: 50, isWhole: false };
const sampling = { steps: 24, guidance: 3, negative: 'blur', contextFrames: 4, framesPerWindow: null };

describe('a grid', () => {
  it('reads numbers however they are parted, each once and in order', () => {
    expect(parseValues(' 4, 2.5;2.5  3', guidance)).toEqual([2.5, 3, 4]);
    expect(parseValues('', guidance)).toEqual([]);
  });

  it('names a value that is none', () => {
    expect(() => parseValues('3, many', guidance)).toThrow(/Guidance cannot be “many”/);
    expect(() => parseValues('51', guidance)).toThrow(/51/);
    expect(() => parseValues('2.5', { ...guidance, isWhole: true })).toThrow(/2\.5/);
    expect(() => parseValues(Array.from({ length: 21 }, (_, i) => i).join(), guidance)).toThrow(/21/);
  });

  it('has a cell for every pair, and keeps what is not asked for', () => {
    expect(cellsOf(sampling, { guidance: [1, 2], steps: [8, 16] }).map((cell) => [cell.guidance, cell.steps])).toEqual([
      [1, 8],
      [1, 16],
      [2, 8],
      [2, 16],
    ]);
    expect(cellsOf(sampling, { guidance: [], steps: [] })).toEqual([sampling]);
  });
});
