/**
 * A drawing as wide as the film, in canvases of a fixed width that lie side by side. Scrolling moves them all at once,
 * with what holds them; only those that come into sight are drawn, or the one that is next to. There are as many
 * as the window needs and one more, and each is used again for the next part that comes.
 */

/** Pixels of the screen, so that no canvas begins between two of them. */
const TILE_DEVICE_PX = 480;
/** Elements are placed from a point at most this many tiles from the window's left edge: nothing gets far out. */
const TILES_PER_ORIGIN = 32;

/** Width of a tile in CSS pixels. */
export function tileWidth(ratio: number): number {
  return TILE_DEVICE_PX / ratio;
}

/** CSS pixels from one such point to the next. */
export function originStep(ratio: number): number {
  return tileWidth(ratio) * TILES_PER_ORIGIN;
}

/** The pixel of the film from which elements are placed while the window begins at `scrollX`. */
export function originOf(scrollX: number, ratio: number): number {
  const step = originStep(ratio);
  return Math.floor(scrollX / step) * step;
}

/** The tiles [first, last] of which something is seen. */
export function tilesInSight(scrollX: number, width: number, tile: number): { first: number; last: number } {
  const first = Math.floor(scrollX / tile);
  return { first, last: Math.max(first, Math.ceil((scrollX + width) / tile) - 1) };
}

/** Where the window is; pixels of the film, in CSS pixels. */
export interface TilesPlace {
  readonly scrollX: number;
  readonly origin: number;
}

/** What is drawn wherever it is; in CSS pixels. */
export interface TilesLook<T> {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** Draws the film's pixels [left, left + width); what it answers is kept for `invalidate`. */
  readonly paint: (ctx: CanvasRenderingContext2D, left: number, width: number) => T;
}

export type TilesDrawing<T> = TilesLook<T> & TilesPlace;

interface Tile<T> {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  /** Which part of the film it shows; null when none. */
  index: number | null;
  /** Whether it has to be drawn again before it is seen. */
  isStale: boolean;
  kept: T | null;
}

export class CanvasTiles<T> {
  readonly #parent: HTMLElement;
  readonly #isOpaque: boolean;
  readonly #tiles: Tile<T>[] = [];
  /** What the canvases were made for. */
  #size = '';

  constructor(parent: HTMLElement, { isOpaque }: { readonly isOpaque: boolean }) {
    this.#parent = parent;
    this.#isOpaque = isOpaque;
  }

  /** What is drawn again the next time that it is in sight: everything, or what was kept of it tells. */
  invalidate(isStale: (kept: T) => boolean = () => true): void {
    for (const tile of this.#tiles) tile.isStale ||= tile.kept !== null && isStale(tile.kept);
  }

  /** @returns what `paint` answered for the tiles that are in sight, and how many were drawn now */
  draw(drawing: TilesDrawing<T>): { readonly kept: readonly T[]; readonly painted: number } {
    const { scrollX, width, height, ratio } = drawing;
    const tile = tileWidth(ratio);
    const { first, last } = tilesInSight(scrollX, width, tile);
    const count = Math.ceil(width / tile) + 2;
    this.#resize(count, height, ratio);
    const kept: T[] = [];
    let painted = 0;
    for (let index = first; index <= last; index++) {
      const one = this.#of(index);
      if (one === undefined) continue;
      if (one.index !== index || one.isStale) {
        this.#paint(one, index, drawing);
        painted++;
      }
      if (one.kept !== null) kept.push(one.kept);
    }
    this.#place(drawing);
    return { kept, painted };
  }

  /**
   * Draws the tile that comes into sight next, if it is not there. Call it after `draw`, with the same.
   * @param direction where the window is moved to: 1 = right
   * @returns whether there was something to draw
   */
  drawAhead(drawing: TilesDrawing<T>, direction: 1 | -1): boolean {
    const { first, last } = tilesInSight(drawing.scrollX, drawing.width, tileWidth(drawing.ratio));
    const index = direction === 1 ? last + 1 : first - 1;
    const one = index < 0 ? undefined : this.#of(index);
    if (one === undefined || (one.index === index && !one.isStale)) return false;
    this.#paint(one, index, drawing);
    this.#place(drawing);
    return true;
  }

  #of(index: number): Tile<T> | undefined {
    return this.#tiles[index % this.#tiles.length];
  }

  #paint(one: Tile<T>, index: number, { ratio, paint }: TilesDrawing<T>): void {
    const tile = tileWidth(ratio);
    one.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    one.kept = paint(one.ctx, index * tile, tile);
    if (!one.canvas.isConnected) this.#parent.append(one.canvas);
    one.index = index;
    one.isStale = false;
  }

  /** Those out of sight too: none is left where it would come into sight with what is not there. */
  #place({ origin, ratio }: TilesDrawing<T>): void {
    const tile = tileWidth(ratio);
    for (const { canvas, index } of this.#tiles)
      if (index !== null) place(canvas.style, 'transform', `translateX(${String(index * tile - origin)}px)`);
  }

  #resize(count: number, height: number, ratio: number): void {
    const size = `${String(count)} ${String(height)} ${String(ratio)}`;
    if (size === this.#size) return;
    this.#size = size;
    while (this.#tiles.length > count) this.#tiles.pop()?.canvas.remove();
    while (this.#tiles.length < count) {
      const canvas = document.createElement('canvas');
      const ctx = canvas.getContext('2d', { alpha: !this.#isOpaque });
      if (ctx === null) return;
      canvas.style.position = 'absolute';
      canvas.style.top = '0';
      this.#tiles.push({ canvas, ctx, index: null, isStale: true, kept: null });
    }
    for (const tile of this.#tiles) {
      Object.assign(tile.canvas, { width: TILE_DEVICE_PX, height: Math.round(height * ratio) });
      place(tile.canvas.style, 'width', `${String(TILE_DEVICE_PX / ratio)}px`);
      place(tile.canvas.style, 'height', `${String(tile.canvas.height / ratio)}px`);
      // It is empty now, and black where it is opaque: it comes back when it is drawn, or it would lie over one that is.
      Object.assign(tile, { index: null, isStale: true, kept: null });
      tile.canvas.remove();
    }
  }
}

function place(style: CSSStyleDeclaration, name: 'transform' | 'width' | 'height', value: string): void {
  if (style[name] !== value) style[name] = value;
}
