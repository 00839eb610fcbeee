import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CameraMove, moveTokens, placeOf, seenFrom } from './camera';

const size = { width: 24, height: 16 };
const still: CameraMove = { panX: 0, panY: 0, zoom: 1, rotate: 0 };
const path = (move: Partial<CameraMove>, count = 9) => ({
  from: 1,
  moves: Array.from({ length: count }, () => ({ ...still, ...move })),
});
/** A gradient with a bright cross: no two places look alike. */
const picture = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => {
  const [x, y, c] = [Math.floor(i / 3) % 24, Math.floor(i / 3 / 24), i % 3];
  return x === 8 || y === 5 ? 250 : (x * 9 + y * 3 + c * 20) % 256;
});
const pixel = (rgb: Uint8Array, x: number, y: number) => [...rgb.subarray((y * 24 + x) * 3, (y * 24 + x) * 3 + 3)];

describe('the camera', () => {
  test('pans by whole pixels exactly; what comes in repeats the edge', () => {
    const seen = seenFrom(picture, size, path({ panX: 2, panY: -1 }), { from: 0, to: 3 });
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 24; x++)
        expect(pixel(seen, x, y)).toEqual(pixel(picture, Math.max(0, x - 6), Math.min(15, y + 3)));
  });

  test('half a pixel is the mean of two', () => {
    const seen = seenFrom(picture, size, path({ panX: 0.5 }), { from: 0, to: 1 });
    const [a, b] = [pixel(picture, 3, 2), pixel(picture, 4, 2)];
    expect(pixel(seen, 4, 2)).toEqual(a.map((value, i) => Math.floor((value + b[i]!) / 2 + 0.5)));
  });

  test('a quarter turn of a square is a quarter turn against the clock', () => {
    const square = picture.slice(0, 8 * 8 * 3);
    const at = (rgb: Uint8Array, x: number, y: number) => [...rgb.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)];
    const turned = seenFrom(square, { width: 8, height: 8 }, path({ rotate: 45 }), { from: 0, to: 2 });
    // The right edge comes to the top.
    for (let x = 0; x < 8; x++) for (let y = 0; y < 8; y++) expect(at(turned, x, y)).toEqual(at(square, 7 - y, x));
  });

  test('zooms around the middle', () => {
    const dot = new Uint8Array(9 * 9 * 3);
    dot.fill(255, (4 * 9 + 4) * 3, (4 * 9 + 4) * 3 + 3);
    const seen = seenFrom(dot, { width: 9, height: 9 }, path({ zoom: 2 }), { from: 0, to: 1 });
    const red = (x: number, y: number) => seen[(y * 9 + x) * 3];
    expect([red(4, 4), red(3, 4), red(2, 4), red(4, 5), red(6, 6)]).toEqual([255, 128, 0, 128, 0]);
  });

  test('standing still, and from a place to itself, gives the very picture', () => {
    expect(seenFrom(picture, size, path({}), { from: 0, to: 5 })).toBe(picture);
    expect(seenFrom(picture, size, path({ panX: 3 }), { from: 4, to: 4 })).toBe(picture);
    expect(seenFrom(picture, size, undefined, { from: 0, to: 5 })).toBe(picture);
  });

  test('gives the same bytes every time, and there and back comes near the picture in the middle', () => {
    const anyMove = fc.record({
      panX: fc.double({ min: -1, max: 1, noNaN: true }),
      panY: fc.double({ min: -1, max: 1, noNaN: true }),
      zoom: fc.double({ min: 0.98, max: 1.02, noNaN: true }),
      rotate: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    const smooth = picture.map((_, i) => 2 * (Math.floor(i / 3) % 24) + 3 * Math.floor(i / 3 / 24));
    fc.assert(
      fc.property(anyMove, (move) => {
        const there = seenFrom(smooth, size, path(move), { from: 0, to: 3 });
        expect(seenFrom(smooth, size, path(move), { from: 0, to: 3 })).toEqual(there);
        const back = seenFrom(there, size, path(move), { from: 3, to: 0 });
        const [x, y] = [12, 8];
        expect(Math.abs(pixel(back, x, y)[0]! - pixel(smooth, x, y)[0]!)).toBeLessThanOrEqual(2);
      }),
      { numRuns: 40 },
    );
  });

  test('draws a window from its first new frame; one that only leads on to a frame, from its last', () => {
    expect(placeOf({ prefix: 4, later: null, keepFrom: 9, keepTo: 14 })).toBe(9);
    expect(placeOf({ prefix: 4, later: 20, keepFrom: 9, keepTo: 14 })).toBe(9);
    expect(placeOf({ prefix: 0, later: 14, keepFrom: 9, keepTo: 14 })).toBe(13);
    expect(placeOf({ prefix: 0, later: 12, keepFrom: 9, keepTo: 14 })).toBe(9);
    expect(placeOf({ prefix: 0, later: null, keepFrom: 0, keepTo: 9 })).toBe(0);
  });
});

describe('tokens that a camera sees', () => {
  const tokens = { width: 64, height: 64 };
  /** Corners of 2 × 2 tokens of 32 pixels, of two frames: rows, then columns. */
  const corners = Float32Array.of(0, 0, 32, 32, 0, 0, 32, 32, 0, 32, 0, 32, 0, 32, 0, 32);
  const indices = [5, 5, 5, 5, 8, 8, 8, 8];
  const seen = (move: Partial<CameraMove>): number[] => {
    const places = corners.slice();
    moveTokens(places, indices, { camera: path(move), origin: 5, size: tokens, tokenSize: 32 });
    return [...places];
  };

  test('lie where they are in the picture of the origin: a picture that moves right shows what was to the left', () => {
    expect(seen({ panX: 2, panY: -1 })).toEqual([0, 0, 32, 32, 3, 3, 35, 35, 0, 32, 0, 32, -6, 26, -6, 26]);
  });

  test('come closer to the middle when the picture grows, and turn around it', () => {
    // 2³ times as large: an eighth of the distance to the middle of the picture.
    expect(seen({ zoom: 2 }).slice(4, 8)).toEqual([14, 14, 18, 18]);
    const turned = seen({ rotate: 30 });
    // A quarter turn against the clock shows at the top left what was at the top right.
    expect(turned[4]).toBeCloseTo(0, 4);
    expect(turned[12]).toBeCloseTo(32, 4);
  });

  test('stay where they are when it stands still', () => {
    expect(seen({})).toEqual([...corners]);
  });

  test('agree with the pictures: what a token sees is at its place in the picture of the origin', () => {
    const move = { panX: 1, panY: 0.5, zoom: 1.02, rotate: 1.5 };
    const smooth = picture.map((_, i) => 4 * (Math.floor(i / 3) % 24) + 6 * Math.floor(i / 3 / 24));
    const moved = seenFrom(smooth, size, path(move), { from: 0, to: 3 });
    const places = Float32Array.of(8, 12);
    moveTokens(places, [3], { camera: path(move), origin: 0, size, tokenSize: 1 });
    const [y = 0, x = 0] = places;
    expect(Math.abs(pixel(moved, 12, 8)[0]! - (4 * x + 6 * y))).toBeLessThanOrEqual(1);
  });
});
