import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fitScale,
  frameAtX,
  MAX_PIXELS_PER_FRAME,
  maxScrollX,
  MIN_PIXELS_PER_FRAME,
  scrollToShow,
  scrollToShowSpan,
  visibleFrames,
  xOfFrame,
  zoomAround,
} from './time-scale';

const aScale = fc.record({
  pixelsPerFrame: fc.double({ min: MIN_PIXELS_PER_FRAME, max: MAX_PIXELS_PER_FRAME, noNaN: true }),
  scrollX: fc.double({ min: 0, max: 1e6, noNaN: true }),
});

test('a frame goes to a pixel and back', () => {
  fc.assert(
    fc.property(aScale, fc.integer({ min: 0, max: 1_000_000 }), (scale, frame) => {
      expect(frameAtX(scale, xOfFrame(scale, frame))).toBeCloseTo(frame, 4);
    }),
  );
});

test('zooming keeps the frame under the pointer, unless the film starts first', () => {
  fc.assert(
    fc.property(
      aScale,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      (scale, factor, x) => {
        const before = frameAtX(scale, x);
        const after = zoomAround(scale, factor, x);
        expect(after.scrollX).toBeGreaterThanOrEqual(0);
        if (after.scrollX > 0) expect(frameAtX(after, x)).toBeCloseTo(before, 3);
      },
    ),
  );
});

test('zoom stops at its limits', () => {
  const scale = { pixelsPerFrame: 10, scrollX: 0 };
  expect([zoomAround(scale, 1e9, 0).pixelsPerFrame, zoomAround(scale, 1e-9, 0).pixelsPerFrame]).toEqual([
    MAX_PIXELS_PER_FRAME,
    MIN_PIXELS_PER_FRAME,
  ]);
});

test('a window sees the frames it cuts as well as those it contains', () => {
  expect(visibleFrames({ pixelsPerFrame: 10, scrollX: 15 }, 100)).toEqual({ from: 1, to: 12 });
});

test('fitting shows the whole film, an empty one the default length, a short one leaves room to grow', () => {
  expect([fitScale(100, 1_000, 50), fitScale(0, 1_000, 50), fitScale(1, 1_000, 50).pixelsPerFrame]).toEqual([
    { pixelsPerFrame: 9.2, scrollX: 0 },
    { pixelsPerFrame: 18.4, scrollX: 0 },
    48,
  ]);
});

test('the film can be scrolled to its tail and no further', () => {
  expect([maxScrollX(10, 100, 500), maxScrollX(10, 0, 500)]).toEqual([820, 0]);
});

test('following the playhead turns the page only when it leaves', () => {
  const scale = { pixelsPerFrame: 10, scrollX: 0 };
  expect([
    scrollToShow(scale, 30, 400),
    scrollToShow(scale, 39, 400),
    scrollToShow({ ...scale, scrollX: 500 }, 2, 400),
  ]).toEqual([0, 342, 0]);
});

test('a span is brought into sight by the least scrolling, its beginning first', () => {
  const at = (scrollX: number) => ({ pixelsPerFrame: 10, scrollX });
  expect(scrollToShowSpan(at(0), { from: 10, to: 20 }, 800)).toBe(0);
  expect(scrollToShowSpan(at(0), { from: 90, to: 100 }, 800)).toBe(1000 + 48 - 800);
  expect(scrollToShowSpan(at(2000), { from: 90, to: 100 }, 800)).toBe(900 - 48);
  expect(scrollToShowSpan(at(0), { from: 100, to: 400 }, 800)).toBe(1000 - 48);
});
