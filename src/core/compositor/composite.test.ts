import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compositeFrame, fittedBox, type RgbPixels } from './composite';

const solid = (width: number, height: number, colour: readonly [number, number, number]): RgbPixels => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!),
});
const rows = (rgba: Uint8ClampedArray, width: number) =>
  Array.from({ length: rgba.length / width / 4 }, (_, y) =>
    Array.from({ length: width }, (_, x) => rgba[(y * width + x) * 4]!),
  );
const anyPixels = (width: number, height: number) =>
  fc
    .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
    .map((rgb): RgbPixels => ({ width, height, rgb }));

test('no layers are opaque black', () => {
  expect([...compositeFrame([], 2, 1)]).toEqual([0, 0, 0, 255, 0, 0, 0, 255]);
});

test("an opaque layer of the film's size is copied bit for bit", () => {
  fc.assert(
    fc.property(anyPixels(5, 3), (pixels) => {
      const rgba = compositeFrame([{ pixels, opacity256: 256 }], 5, 3);
      expect(rgba.filter((_, i) => i % 4 !== 3)).toEqual(Uint8ClampedArray.from(pixels.rgb));
      expect(rgba.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    }),
  );
});

test('mixing rounds to the nearest, and its ends are exact', () => {
  fc.assert(
    fc.property(anyPixels(3, 2), anyPixels(3, 2), fc.integer({ min: 0, max: 256 }), (below, above, opacity256) => {
      const mixed = compositeFrame(
        [
          { pixels: below, opacity256: 256 },
          { pixels: above, opacity256 },
        ],
        3,
        2,
      ).filter((_, i) => i % 4 !== 3);
      const exact = Array.from(below.rgb, (a, i) =>
        Math.round((a * (256 - opacity256) + above.rgb[i]! * opacity256) / 256),
      );
      expect([...mixed]).toEqual(exact);
    }),
  );
});

test('an opaque layer hides what is below, and a reused buffer keeps nothing of the frame before', () => {
  const out = compositeFrame([{ pixels: solid(2, 2, [9, 9, 9]), opacity256: 256 }], 2, 2);
  const layers = [
    { pixels: solid(2, 2, [200, 0, 0]), opacity256: 100 },
    { pixels: solid(2, 2, [1, 2, 3]), opacity256: 256 },
  ];
  expect(compositeFrame(layers, 2, 2, out)).toBe(out);
  expect([...out.slice(0, 4)]).toEqual([1, 2, 3, 255]);
  compositeFrame([{ pixels: solid(2, 2, [200, 100, 0]), opacity256: 128 }], 2, 2, out);
  expect([...out.slice(0, 4)]).toEqual([100, 50, 0, 255]);
});

describe('a layer of another size', () => {
  test('fits inside, centred, with black bars', () => {
    expect(fittedBox({ width: 4, height: 3 }, 160, 90)).toEqual({ x: 20, y: 0, width: 120, height: 90 });
    expect(fittedBox({ width: 100, height: 10 }, 51, 51)).toEqual({ x: 0, y: 23, width: 51, height: 5 });
    expect(fittedBox({ width: 10_000, height: 1 }, 16, 16)).toEqual({ x: 0, y: 7, width: 16, height: 1 });
    expect(rows(compositeFrame([{ pixels: solid(1, 2, [8, 8, 8]), opacity256: 256 }], 4, 2), 4)).toEqual([
      [0, 8, 0, 0],
      [0, 8, 0, 0],
    ]);
  });

  test('keeps one colour one colour, at any scale', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(255),
        (width, height, level) => {
          const box = fittedBox({ width, height }, 24, 17);
          const drawn = rows(
            compositeFrame([{ pixels: solid(width, height, [level, level, level]), opacity256: 256 }], 24, 17),
            24,
          );
          const inside = drawn.slice(box.y, box.y + box.height).flatMap((row) => row.slice(box.x, box.x + box.width));
          expect(inside.every((value) => value === level)).toBe(true);
          expect(drawn.flat().reduce((sum, value) => sum + value, 0)).toBe(level * box.width * box.height);
        },
      ),
    );
  });

  test('has the same pixels as the plain formula, pixel by pixel', () => {
    const scaled = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .chain(([w, h]) => anyPixels(w, h));
    fc.assert(
      fc.property(scaled, (pixels) => {
        const [width, height] = [13, 11];
        const box = fittedBox(pixels, width, height);
        const drawn = compositeFrame([{ pixels, opacity256: 256 }], width, height);
        const sample = (i: number, from: number, to: number) => {
          const at = Math.min(Math.max(Math.floor((((2 * i + 1) * from - to) * 256) / (2 * to)), 0), (from - 1) * 256);
          return [at >> 8, Math.min((at >> 8) + 1, from - 1), at & 255] as const;
        };
        for (let y = 0; y < box.height; y++)
          for (let x = 0; x < box.width; x++) {
            const [x0, x1, fx] = sample(x, pixels.width, box.width);
            const [y0, y1, fy] = sample(y, pixels.height, box.height);
            const at = (px: number, py: number) => pixels.rgb[(py * pixels.width + px) * 3]!;
            const [top, bottom] = [y0, y1].map((py) => at(x0, py) * (256 - fx) + at(x1, py) * fx);
            const value = (top! * (256 - fy) + bottom! * fy + 32768) >> 16;
            expect(drawn[((box.y + y) * width + box.x + x) * 4]).toBe(value);
          }
      }),
    );
  });

  test('is drawn bilinear about pixel centres', () => {
    const pixels: RgbPixels = { width: 2, height: 1, rgb: Uint8Array.of(0, 0, 0, 100, 100, 100) };
    expect(rows(compositeFrame([{ pixels, opacity256: 256 }], 4, 2), 4)).toEqual([
      [0, 25, 75, 100],
      [0, 25, 75, 100],
    ]);
    const wide: RgbPixels = {
      width: 4,
      height: 2,
      rgb: Uint8Array.from([0, 10, 20, 30, 40, 50, 60, 70].flatMap((v) => [v, v, v])),
    };
    expect(rows(compositeFrame([{ pixels: wide, opacity256: 256 }], 2, 1), 2)).toEqual([[25, 45]]);
  });
});

test('pixels that do not match their size are a bug, not a picture', () => {
  expect(() =>
    compositeFrame([{ pixels: { width: 2, height: 2, rgb: new Uint8Array(11) }, opacity256: 256 }], 2, 2),
  ).toThrow('2 × 2 has 11 bytes');
  expect(() => compositeFrame([{ pixels: solid(1, 1, [0, 0, 0]), opacity256: 257 }], 1, 1)).toThrow(
    'opacity256 is 257',
  );
  expect(() => compositeFrame([], 2, 2, new Uint8ClampedArray(4))).toThrow('2 × 2 × 4');
});
