import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CanvasTiles, originOf, tilesInSight, tileWidth, type TilesDrawing } from './canvas-tiles';

test.each([1, 1.25, 1.5, 2])('at %d pixels of the screen a CSS pixel, the tiles in sight cover the window', (ratio) => {
  const tile = tileWidth(ratio);
  expect(tile * ratio).toBe(480);
  for (const scrollX of [0, 1, 479, 480, 481, 100_000.5])
    for (const width of [1, 480, 1300]) {
      const { first, last } = tilesInSight(scrollX, width, tile);
      expect(first * tile).toBeLessThanOrEqual(scrollX);
      expect((first + 1) * tile).toBeGreaterThan(scrollX);
      expect((last + 1) * tile).toBeGreaterThanOrEqual(scrollX + width);
      expect(last * tile).toBeLessThan(scrollX + width);
      // One canvas each, and none for two.
      expect(last - first + 1).toBeLessThanOrEqual(Math.ceil(width / tile) + 1);
    }
});

test('elements are placed from where a tile begins, never far left of the window', () => {
  for (const ratio of [1, 1.25, 2])
    for (const scrollX of [0, 5_000, 123_456_789]) {
      const origin = originOf(scrollX, ratio);
      expect(Number.isInteger(origin / tileWidth(ratio))).toBe(true);
      expect(scrollX - origin).toBeGreaterThanOrEqual(0);
      expect(scrollX - origin).toBeLessThan(32 * tileWidth(ratio));
    }
});

describe('drawn', () => {
  interface FakeCanvas {
    readonly style: Record<string, string>;
    isConnected: boolean;
    shown: string;
  }
  let canvases: FakeCanvas[] = [];
  let look = 'a';

  beforeEach(() => {
    canvases = [];
    look = 'a';
    const createElement = () => {
      const canvas = {
        ...{ style: {}, isConnected: false, shown: 'nothing' },
        getContext: () => ({ canvas, setTransform: () => undefined }),
        remove: () => void (canvas.isConnected = false),
      };
      canvases.push(canvas);
      return canvas;
    };
    vi.stubGlobal('document', { createElement });
  });
  afterEach(() => void vi.unstubAllGlobals());

  function scrolled() {
    const append = (canvas: FakeCanvas): void => void (canvas.isConnected = true);
    const tiles = new CanvasTiles<string>({ append } as unknown as HTMLElement, { isOpaque: true });
    const drawing = (scrollX: number, height = 100): TilesDrawing<string> => ({
      ...{ scrollX, origin: originOf(scrollX, 1), width: 1_300, height, ratio: 1 },
      paint: ({ canvas }, left) => ((canvas as unknown as FakeCanvas).shown = `${look} ${left}`),
    });
    return { tiles, drawing };
  }

  /** What stands where in the window; without a place of its own it stands where elements are placed from. */
  function seen(scrollX: number): string[] {
    const at = ({ style }: FakeCanvas): number =>
      Number(/translateX\((.*)px\)/.exec(style['transform'] ?? '')?.[1] ?? 0) + originOf(scrollX, 1) - scrollX;
    return canvases
      .filter(({ isConnected }) => isConnected)
      .flatMap((one) => (at(one) < 1_300 && at(one) + 480 > 0 ? [`${one.shown} at ${at(one)}`] : []))
      .sort();
  }

  test('a canvas that nothing is drawn on lies over none that something is drawn on, after a resize neither', () => {
    const { tiles, drawing } = scrolled();
    for (const [scrollX, height] of [
      [0, 100],
      [480, 100],
      [480, 120],
      [0, 120],
    ] as const) {
      tiles.draw(drawing(scrollX, height));
      const lefts = [0, 480, 960].map((x) => `a ${scrollX + x} at ${x}`);
      expect(seen(scrollX)).toEqual(lefts.sort());
    }
  });

  test('wherever the window goes, all of it is drawn, as it is now, in its place', () => {
    const { tiles, drawing } = scrolled();
    const way = [0, 160, 320, 480, 481, 9_999, 15_359, 15_360, 15_300, 40_000, 39_000, 200, 0];
    for (const [i, scrollX] of way.entries()) {
      if (i % 4 === 3) {
        tiles.invalidate();
        look = `look ${i}`;
      }
      tiles.draw(drawing(scrollX));
      if (i % 3 !== 0) tiles.drawAhead(drawing(scrollX), i % 2 === 0 ? 1 : -1);
      const { first, last } = tilesInSight(scrollX, 1_300, 480);
      const wanted = Array.from({ length: last - first + 1 }, (_, n) => (first + n) * 480);
      const inPlace = wanted.map((left) => `${left} at ${left - scrollX}`).sort();
      const shown = seen(scrollX);
      expect(shown.map((one) => one.replace(/^(a|look \d+) /, '')).sort()).toEqual(inPlace);
      expect(shown.every((one) => one.startsWith(`${look} `))).toBe(true);
    }
  });

  test('what was drawn ahead is not drawn again when it comes', () => {
    const { tiles, drawing } = scrolled();
    expect(tiles.draw(drawing(0)).painted).toBe(3);
    expect(tiles.drawAhead(drawing(100), 1)).toBe(true);
    expect(tiles.drawAhead(drawing(100), 1)).toBe(false);
    expect(tiles.draw(drawing(160)).painted).toBe(0);
    expect(tiles.draw(drawing(1_100)).painted).toBe(1);
  });

  test('nothing lies before the film', () => {
    const { tiles, drawing } = scrolled();
    tiles.draw(drawing(0));
    expect(tiles.drawAhead(drawing(0), -1)).toBe(false);
  });
});
