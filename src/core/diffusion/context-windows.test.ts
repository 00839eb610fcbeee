import { describe, expect, test } from 'vitest';
import { contextStarts, contextWeights } from './context-windows';

describe('contexts', () => {
  test('a window that fits is one context', () => expect(contextStarts(16, 16)).toEqual([0]));

  test('a longer one is covered by contexts that overlap, the last one ending with it', () => {
    expect(contextStarts(27, 16)).toEqual([0, 11]);
    expect(contextStarts(64, 16)).toEqual([0, 12, 24, 36, 48]);
  });

  test.each([1, 2, 5, 16, 17])('of %i frames leave no frame out, at any length', (contextFrames) => {
    const weights = contextWeights(contextFrames);
    for (let frames = contextFrames; frames < 100; frames++) {
      const seen = new Array<number>(frames).fill(0);
      const starts = contextStarts(frames, contextFrames);
      expect(new Set(starts).size).toBe(starts.length);
      for (const start of starts) weights.forEach((weight, i) => (seen[start + i] = (seen[start + i] ?? NaN) + weight));
      expect(Math.min(...seen)).toBeGreaterThan(0);
      expect(seen).toHaveLength(frames);
    }
  });

  test('weigh their middle most', () => {
    expect(contextWeights(16)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(contextWeights(5)).toEqual([1, 2, 3, 2, 1]);
  });
});
