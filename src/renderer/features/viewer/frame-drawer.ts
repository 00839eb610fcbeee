/**
 * Draws one frame of the film into a canvas of the film's size, by the same compositor that the export uses: what is
 * seen is what is exported, byte for byte, before the window scales it. Onion skin and step previews are laid over it
 * and exist only here.
 */
import { compositeFrame, type PixelLayer } from '@core/compositor/composite';
import type { Layer } from '@core/export/plan';
import type { FrameCache } from '../../media/frame-cache';

export interface GhostLayers {
  readonly layers: readonly Layer[];
  readonly opacity: number;
  readonly side: 'before' | 'after';
}

export class FrameDrawer {
  readonly #cache: FrameCache;
  #scratch: OffscreenCanvas | null = null;
  #pixels: Uint8ClampedArray<ArrayBuffer> = new Uint8ClampedArray(0);

  constructor(cache: FrameCache) {
    this.#cache = cache;
  }

  /** The layers with their pixels; null while one of them is not here yet. */
  pixelsOf(layers: readonly Layer[]): readonly PixelLayer[] | null {
    const found: PixelLayer[] = [];
    for (const { frame, opacity256 } of layers) {
      const pixels = this.#cache.rgbOf(frame);
      if (pixels !== null) found.push({ pixels, opacity256 });
      else if (this.#cache.failureOf(frame) === null) return null;
    }
    return found;
  }

  drawFilm(ctx: CanvasRenderingContext2D, layers: readonly PixelLayer[]): void {
    const { width, height } = ctx.canvas;
    ctx.putImageData(this.#composite(layers, width, height), 0, 0);
  }

  /** Neighbours over the frame, tinted: warm before, cool after. Those that are not decoded yet are left out. */
  drawGhosts(ctx: CanvasRenderingContext2D, ghosts: readonly GhostLayers[]): void {
    const { width, height } = ctx.canvas;
    for (const ghost of ghosts) {
      const layers = this.pixelsOf(ghost.layers);
      if (layers === null || layers.length === 0) continue;
      const scratch = this.#scratchOf(width, height);
      const over = scratch.getContext('2d');
      if (over === null) return;
      over.globalCompositeOperation = 'source-over';
      over.putImageData(this.#composite(layers, width, height), 0, 0);
      over.globalCompositeOperation = 'multiply';
      over.fillStyle = ghost.side === 'before' ? '#ffc9a3' : '#a8d8ff';
      over.fillRect(0, 0, width, height);
      ctx.globalAlpha = ghost.opacity;
      ctx.drawImage(scratch, 0, 0);
      ctx.globalAlpha = 1;
    }
  }

  /** A step preview at film size, smoothed: it has a few pixels per latent cell. */
  drawPreview(ctx: CanvasRenderingContext2D, image: OffscreenCanvas): void {
    const { width, height } = ctx.canvas;
    ctx.imageSmoothingEnabled = true;
    ctx.imageSmoothingQuality = 'high';
    ctx.drawImage(image, 0, 0, width, height);
  }

  #composite(layers: readonly PixelLayer[], width: number, height: number): ImageData {
    if (this.#pixels.length !== width * height * 4) this.#pixels = new Uint8ClampedArray(width * height * 4);
    compositeFrame(layers, width, height, this.#pixels);
    return new ImageData(this.#pixels, width, height);
  }

  #scratchOf(width: number, height: number): OffscreenCanvas {
    if (this.#scratch?.width !== width || this.#scratch.height !== height)
      this.#scratch = new OffscreenCanvas(width, height);
    return this.#scratch;
  }
}
