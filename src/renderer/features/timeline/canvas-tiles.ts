/**
 * A drawing as wide as the film, in canvases of a fixed width that lie side by side. Scrolling moves them all at once, by a
 * transform of what holds them; only those that come into sight are drawn. There are as many as the window needs, and each
 * is used again for the next part that comes.
 */

/** Pixels of the screen, so that no canvas begins between two of them. */
const TILE_DEVICE_PX = 480;
/** Elements are placed from a point at most this many tiles from the window's left edge: nothing gets far out. */
const TILES_PER_ORIGIN = 32;

/** Width of a tile in CSS pixels. */
export function tileWidth(ratio: number): number {
  return TILE_DEVICE_PX / ratio;
}

/** The pixel of the film from which elements are placed while the window begins at `scrollX`. */
export function originOf(scrollX: number, ratio: number): number {
  const step = tileWidth(ratio) * TILES_PER_ORIGIN;
  return Math.floor(scrollX / step) * step;
}

/** The tiles [first, last] of which something is seen. */
export function tilesInSight(scrollX: number, width: number, tile: number): { first: number; last: number } {
  const first = Math.floor(scrollX / tile);
  return { first, last: Math.max(first, Math.ceil((scrollX + width) / tile) - 1) };
}

export interface TilesDrawing<T> {
  /** All in CSS pixels; `scrollX` and `origin` are pixels of the film. */
  readonly scrollX: number;
  readonly origin: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** Draws the film's pixels [left, left + width); what it answers is kept for `invalidate`. */
  readonly paint: (ctx: CanvasRenderingContext2D, left: number, width: number) => T;
}

interface Tile<T> {
  readonly canvas: HTMLCanvasElement;
  /** Which part of the film it shows; null when it has to be drawn again. */
  index: number | null;
  kept: T | null;
}

export class CanvasTiles<T> {
  readonly #parent: HTMLElement;
  readonly #isOpaque: boolean;
  #tiles: readonly Tile<T>[] = [];

  constructor(parent: HTMLElement, { isOpaque }: { readonly isOpaque: boolean }) {
    this.#parent = parent;
    this.#isOpaque = isOpaque;
  }

  /** What is drawn again the next time: everything, or what was kept of it tells. */
  invalidate(isStale: (kept: T) => boolean = () => true): void {
    for (const tile of this.#tiles) if (tile.kept !== null && isStale(tile.kept)) tile.index = null;
  }

  /** What `paint` answered for the tiles that are in sight. */
  draw(drawing: TilesDrawing<T>): readonly T[] {
    const { scrollX, origin, width, height, ratio } = drawing;
    const tile = tileWidth(ratio);
    const { first, last } = tilesInSight(scrollX, width, tile);
    const count = Math.ceil(width / tile) + 1;
    this.#resize({ count, ratio, width: TILE_DEVICE_PX, height: Math.round(height * ratio) });
    const kept: T[] = [];
    for (const one of this.#tiles) if (one.index === null || one.index < first || one.index > last) hide(one);
    for (let index = first; index <= last; index++) {
      const one = this.#tiles[index % this.#tiles.length];
      if (one === undefined) continue;
      one.canvas.style.visibility = '';
      place(one.canvas.style, 'left', index * tile - origin);
      if (one.index !== index || one.kept === null) this.#paint(one, index, drawing);
      if (one.kept !== null) kept.push(one.kept);
    }
    return kept;
  }

  #paint(one: Tile<T>, index: number, { ratio, paint }: TilesDrawing<T>): void {
    const ctx = one.canvas.getContext('2d', { alpha: !this.#isOpaque });
    if (ctx === null) return;
    const tile = tileWidth(ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    one.kept = paint(ctx, index * tile, tile);
    one.index = index;
  }

  /** Width and height in pixels of the screen. */
  #resize({ count, ratio, width, height }: Readonly<Record<'count' | 'ratio' | 'width' | 'height', number>>): void {
    if (this.#tiles.length !== count) {
      for (const { canvas } of this.#tiles) canvas.remove();
      this.#tiles = Array.from({ length: count }, () => {
        const canvas = document.createElement('canvas');
        canvas.style.position = 'absolute';
        canvas.style.top = '0';
        this.#parent.append(canvas);
        return { canvas, index: null, kept: null };
      });
    }
    for (const tile of this.#tiles) {
      place(tile.canvas.style, 'width', width / ratio);
      place(tile.canvas.style, 'height', height / ratio);
      if (tile.canvas.width === width && tile.canvas.height === height) continue;
      Object.assign(tile.canvas, { width, height });
      tile.index = null;
    }
  }
}

function hide<T>(tile: Tile<T>): void {
  tile.canvas.style.visibility = 'hidden';
}

function place(style: CSSStyleDeclaration, side: 'left' | 'width' | 'height', px: number): void {
  const value = `${String(px)}px`;
  if (style[side] !== value) style[side] = value;
}
