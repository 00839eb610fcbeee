/**
 * Draws two films into canvases of the film's size. Both sides are composed by the export's compositor from the frames
 * of the window's cache, and a picture changes only when both sides are here: what is seen is always the same instant.
 */
import { compositeFrame, type PixelLayer } from '@core/compositor/composite';
import type { Layer } from '@core/export/plan';
import { differenceOf, paintDifference, type FrameDifference } from '@core/quality/frame-difference';
import type { FrameCache } from '../../media/frame-cache';
import type { SideName } from './compare-ui.svelte';

type Pixels = Uint8ClampedArray<ArrayBuffer>;

interface Picture {
  readonly key: string;
  readonly pixels: Pixels;
}

export class ComparePainter {
  readonly #cache: FrameCache;
  readonly #pictures: Record<SideName, Picture | null> = { a: null, b: null };
  #difference: { readonly key: string; readonly value: FrameDifference } | null = null;
  #scratch: Pixels = new Uint8ClampedArray(0);
  #width = 0;
  #height = 0;

  constructor(cache: FrameCache) {
    this.#cache = cache;
  }

  /** Composes both sides for one instant. False, with nothing changed, while a frame is not decoded yet. */
  compose(layers: Record<SideName, readonly Layer[]>, width: number, height: number): boolean {
    const [a, b] = [this.#pixelsOf(layers.a), this.#pixelsOf(layers.b)];
    if (a === null || b === null) return false;
    if (width !== this.#width || height !== this.#height) Object.assign(this.#pictures, { a: null, b: null });
    this.#width = width;
    this.#height = height;
    this.#compose('a', layers.a, a);
    this.#compose('b', layers.b, b);
    return true;
  }

  difference(): FrameDifference | null {
    const { a, b } = this.#pictures;
    if (a === null || b === null) return null;
    const key = `${a.key} ${b.key}`;
    if (this.#difference?.key !== key) this.#difference = { key, value: differenceOf(a.pixels, b.pixels) };
    return this.#difference.value;
  }

  paintSide(canvas: HTMLCanvasElement, name: SideName): void {
    const picture = this.#pictures[name];
    if (picture !== null) this.#contextOf(canvas)?.putImageData(this.#imageOf(picture.pixels), 0, 0);
  }

  /** `left` shows up to column `at`, the other side from there on. */
  paintWipe(canvas: HTMLCanvasElement, left: SideName, at: number): void {
    const other = this.#pictures[left === 'a' ? 'b' : 'a'];
    this.paintSide(canvas, left);
    if (other === null || at >= this.#width) return;
    this.#contextOf(canvas)?.putImageData(this.#imageOf(other.pixels), 0, 0, at, 0, this.#width - at, this.#height);
  }

  paintDifference(canvas: HTMLCanvasElement, gain: number): void {
    const { a, b } = this.#pictures;
    if (a === null || b === null) return;
    if (this.#scratch.length !== a.pixels.length) this.#scratch = new Uint8ClampedArray(a.pixels.length);
    paintDifference(a.pixels, b.pixels, { gain, out: this.#scratch });
    this.#contextOf(canvas)?.putImageData(this.#imageOf(this.#scratch), 0, 0);
  }

  #pixelsOf(layers: readonly Layer[]): PixelLayer[] | null {
    const found: PixelLayer[] = [];
    for (const { frame, opacity256 } of layers) {
      const pixels = this.#cache.rgbOf(frame);
      if (pixels !== null) found.push({ pixels, opacity256 });
      else if (this.#cache.failureOf(frame) === null) return null;
    }
    return found;
  }

  #compose(name: SideName, layers: readonly Layer[], pixels: readonly PixelLayer[]): void {
    // A frame that failed and came back later gives another picture of the same layers.
    const key = `${String(pixels.length)} ${layers.map((layer) => `${layer.frame}@${String(layer.opacity256)}`).join()}`;
    const known = this.#pictures[name];
    if (known?.key === key) return;
    const size = this.#width * this.#height * 4;
    const out = known?.pixels.length === size ? known.pixels : new Uint8ClampedArray(size);
    this.#pictures[name] = { key, pixels: compositeFrame(pixels, this.#width, this.#height, out) };
  }

  #imageOf(pixels: Pixels): ImageData {
    return new ImageData(pixels, this.#width, this.#height);
  }

  #contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    if (canvas.width !== this.#width) canvas.width = this.#width;
    if (canvas.height !== this.#height) canvas.height = this.#height;
    return canvas.getContext('2d', { alpha: false });
  }
}
