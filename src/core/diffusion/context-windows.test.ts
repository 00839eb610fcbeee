import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextStarts, contextWeights, loopStarts } from './context-windows';

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

  test('around a loop: two at least, evenly apart, and every pair of neighbours lies inside one of them', () => {
    expect(loopStarts(16, 16)).toEqual([0, 8]);
    expect(loopStarts(24, 16)).toEqual([0, 12]);
    expect(loopStarts(27, 16)).toEqual([0, 9, 18]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 0, max: 200 }), (contextFrames, more) => {
        const frames = contextFrames + more;
        const starts = loopStarts(frames, contextFrames);
        expect(new Set(starts).size).toBe(starts.length);
        const joined = new Set<number>();
        for (const start of starts) for (let i = 0; i + 1 < contextFrames; i++) joined.add((start + i) % frames);
        // Frame f and the one after it, the last and the first among them.
        expect(joined.size).toBe(frames);
      }),
    );
  });
});
