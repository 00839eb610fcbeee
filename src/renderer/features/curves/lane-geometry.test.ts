import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRate } from '@core/time/rate';
import { projectFrameOf } from '../timeline/shot-mapping';
import { pointUnder, shotFrameAtX, valueAtY, valueScale, xOfShotFrame, yOfValue } from './lane-geometry';

const anyRate = fc.constantFrom(createRate(8), createRate(24), createRate(30_000, 1001), createRate(60));
const anyPiece = fc.record({
  clip: fc.record({
    start: fc.nat(10_000),
    duration: fc.integer({ min: 1, max: 500 }),
    sourceIn: fc.integer({ min: -50, max: 50 }),
  }),
  shotRate: anyRate,
  projectRate: anyRate,
});
const anyScale = fc.record({
  pixelsPerFrame: fc.double({ min: 0.05, max: 160, noNaN: true }),
  scrollX: fc.double({ min: 0, max: 10_000, noNaN: true }),
});

test('a key goes to its place and back to its frame', () => {
  fc.assert(
    fc.property(anyPiece, anyScale, fc.integer({ min: -20, max: 400 }), (piece, scale, frame) => {
      expect(shotFrameAtX(piece, scale, xOfShotFrame(piece, scale, frame))).toBeCloseTo(frame, 4);
    }),
  );
});

test('a key stands on the project frame that first shows its frame, or on the one before it', () => {
  fc.assert(
    fc.property(anyPiece, fc.integer({ min: -20, max: 400 }), (piece, frame) => {
      const place = xOfShotFrame(piece, { pixelsPerFrame: 1, scrollX: 0 }, frame) - 0.5;
      const first = projectFrameOf(piece.clip, frame, piece.shotRate, piece.projectRate);
      expect(first - place).toBeGreaterThan(-1e-6);
      expect(first - place).toBeLessThan(1);
    }),
  );
});

test('values go up, and the scale holds them all', () => {
  const scale = valueScale([0, 10], [3, 14, -2]);
  expect(scale).toEqual({ low: -2, high: 14 });
  expect(yOfValue(scale, 14)).toBeLessThan(yOfValue(scale, 3));
  expect(valueAtY(scale, yOfValue(scale, 6.5))).toBeCloseTo(6.5, 9);
});

test('the nearest key within reach is meant', () => {
  const keys = [
    { x: 0, y: 0, name: 'a' },
    { x: 10, y: 0, name: 'b' },
  ];
  expect(pointUnder(keys, { x: 6, y: 1 }, 8)?.name).toBe('b');
  expect(pointUnder(keys, { x: 40, y: 1 }, 8)).toBeNull();
});
