import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guidedFromPair } from './guidance';
import { steadyUncond, type FrameLayout } from './guidance-steady';
import { StepRule } from './step-rule';

const none = (): boolean => false;
/** [outer, frames, inner] */
const layoutOf = (frames: number, inner: number, over: Partial<FrameLayout> = {}): FrameLayout => ({
  ...{ offset: 0, frames, inner, isGiven: none },
  ...over,
});

function steadied(uncond: Float32Array, cond: Float32Array, steady: number, layout: FrameLayout): Float32Array {
  const out = new Float32Array(uncond.length);
  steadyUncond(uncond, cond, { steady, layout, out });
  return out;
}

/** cond − out: the difference that is scaled. */
const differences = (uncond: Float32Array, cond: Float32Array, steady: number, layout: FrameLayout) =>
  steadied(uncond, cond, steady, layout).map((value, i) => (cond[i] ?? 0) - value);

describe('the difference that guidance scales', () => {
  test('is averaged 1, 2, 1 over neighbouring frames; the ends stand beside themselves', () => {
    const cond = Float32Array.of(4, 0, 0, 8);
    expect([...differences(new Float32Array(4), cond, 1, layoutOf(4, 1))]).toEqual([3, 1, 2, 6]);
    expect([...differences(new Float32Array(4), cond, 0.5, layoutOf(4, 1))]).toEqual([3.5, 0.5, 1, 7]);
  });

  test('is averaged within each channel, whether frames or channels come first', () => {
    const cond = Float32Array.of(4, 0, 0, 8, 40, 0, 0, 80);
    const channelsFirst = [...differences(new Float32Array(8), cond, 1, layoutOf(4, 1))];
    expect(channelsFirst).toEqual([3, 1, 2, 6, 30, 10, 20, 60]);
    const framesFirst = Float32Array.of(4, 40, 0, 0, 0, 0, 8, 80);
    expect([...differences(new Float32Array(8), framesFirst, 1, layoutOf(4, 2))]).toEqual([3, 30, 1, 10, 2, 20, 6, 60]);
  });

  test('is none in given frames, comes back beside them, and leaves alone what belongs to no frame', () => {
    const cond = Float32Array.of(100, 500, 12, 0, 24, 0, 900);
    const layout = layoutOf(6, 1, { offset: 1, isGiven: (frame) => frame === 0 || frame === 5 });
    const kept = [...differences(new Float32Array(7), cond, 1, layout)];
    // Averages of 6, 9, 12 and 6; a third of them beside what is given, two thirds one further.
    [100, 500, 2, 6, 8, 2, 900].forEach((wanted, i) => expect(kept[i]).toBeCloseTo(wanted, 5));
  });

  test('of what moves evenly, or of one frame, is what it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 8 }),
        (frames, inner, eighths) => {
          const ramp = Float32Array.from({ length: frames * inner }, (_, i) => (i % inner) + 1);
          expect(steadied(new Float32Array(ramp.length), ramp, eighths / 8, layoutOf(frames, inner))).toEqual(
            new Float32Array(ramp.length),
          );
        },
      ),
    );
  });
});

describe('in a run', () => {
  const size = 6;
  const pair = Float32Array.from({ length: 2 * size }, (_, i) => Math.sin(3 * i));
  const guided = (steady: number | undefined): Float32Array => {
    const rule = new StepRule({
      ...{ steps: 4, guidance: 3, isGuided: true, size, layout: layoutOf(3, 2) },
      ...(steady !== undefined && { guidanceRule: { steady } }),
    });
    const out = new Float32Array(size);
    expect(rule.passes(0, new Float32Array(size))).toBe(2);
    rule.predict(new Float32Array(size), pair, out);
    return out;
  };

  test('0 and nothing are plain guidance, bit for bit; 1 keeps the mean of every place over time', () => {
    const plain = new Float32Array(size);
    guidedFromPair(pair, 3, plain);
    expect([guided(undefined), guided(0)]).toEqual([plain, plain]);
    const steady = guided(1);
    expect(steady).not.toEqual(plain);
    // Smoothing moves the difference between frames and loses none of it.
    const sum = (values: Float32Array, place: number) =>
      values.filter((_, i) => i % 2 === place).reduce((a, b) => a + b, 0);
    for (const place of [0, 1]) expect(sum(steady, place)).toBeCloseTo(sum(plain, place), 5);
  });
});
