import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurveEase, CurveKey } from '../document/records';
import { curveValue, easedShare, easeNames, handlesOf } from './evaluate';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const anyEase: fc.Arbitrary<CurveEase> = fc.oneof(
  fc.constantFrom(...easeNames),
  fc.record({ x1: unit, y1: unit, x2: unit, y2: unit }),
);
const anyKeys: fc.Arbitrary<CurveKey[]> = fc
  .uniqueArray(
    fc.record({
      frame: fc.integer({ min: -50, max: 200 }),
      value: fc.double({ min: -45, max: 45, noNaN: true }),
      ease: anyEase,
    }),
    { selector: ({ frame }) => frame, minLength: 1, maxLength: 8 },
  )
  .map((keys) => keys.sort((a, b) => a.frame - b.frame));

describe('a curve', () => {
  test('passes through its keys, and holds before the first and after the last', () => {
    fc.assert(
      fc.property(anyKeys, (keys) => {
        for (const { frame, value } of keys) expect(curveValue(keys, frame) === value).toBe(true);
        expect(curveValue(keys, keys[0]!.frame - 1000)).toBe(keys[0]!.value);
        expect(curveValue(keys, keys.at(-1)!.frame + 1000)).toBe(keys.at(-1)!.value);
      }),
    );
  });

  test('stays between the two keys around a frame', () => {
    fc.assert(
      fc.property(anyKeys, fc.double({ min: -60, max: 210, noNaN: true }), (keys, frame) => {
        const left = keys.findLast((key) => key.frame <= frame) ?? keys[0]!;
        const right = keys.find((key) => key.frame >= frame) ?? keys.at(-1)!;
        const value = curveValue(keys, frame);
        expect(value).toBeGreaterThanOrEqual(Math.min(left.value, right.value) - 1e-9);
        expect(value).toBeLessThanOrEqual(Math.max(left.value, right.value) + 1e-9);
      }),
    );
  });

  test('is a number at the smallest time there is', () => {
    const least = Number.MIN_VALUE;
    expect(easedShare({ x1: least, y1: 0, x2: 0, y2: 0 }, least)).toBe(0);
  });

  test('goes forward only: what is later is never nearer to the key before', () => {
    fc.assert(
      fc.property(anyEase, unit, unit, (ease, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        // Handles whose values cross (y1 > y2) turn back in value, never in time.
        const handles = handlesOf(ease);
        fc.pre(handles === null || handles.y1 <= handles.y2);
        expect(easedShare(ease, late)).toBeGreaterThanOrEqual(easedShare(ease, early) - 1e-9);
      }),
    );
  });

  test('has no jumps but at a held key: a thousandth of the time is a small step', () => {
    fc.assert(
      fc.property(
        fc.record({
          x1: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
          y1: unit,
          x2: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
          y2: unit,
        }),
        (ease) => {
          let before = 0;
          for (let i = 1; i <= 1000; i++) {
            const share = easedShare(ease, i / 1000);
            expect(Math.abs(share - before)).toBeLessThan(0.1);
            before = share;
          }
          expect(before).toBe(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('eases as CSS does', () => {
    // Chromium's values for ease-in-out and ease-in at a quarter, a half and three quarters.
    expect([0.25, 0.5, 0.75].map((time) => Number(easedShare('inOut', time).toFixed(4)))).toEqual([
      0.1292, 0.5, 0.8708,
    ]);
    expect(Number(easedShare('in', 0.5).toFixed(4))).toBe(0.3154);
    expect(Number(easedShare('out', 0.5).toFixed(4))).toBe(0.6846);
    expect(easedShare('hold', 0.999)).toBe(0);
  });
});
