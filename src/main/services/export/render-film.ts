/**
 * The frames of a film as pixels, one after another: decodes what each frame's layers name and lets the compositor lay
 * them over each other. It is the compositor the viewer uses, so the file shows what the viewer showed.
 */
import { compositeFrame } from '@core/compositor/composite';
import type { FilmPlan, Layer } from '@core/export/plan';
import type { FrameStore } from '../media/frame-store';
import type { RgbImage } from '../../platform/png';

/** Decoded frames kept, in bytes: a dissolve needs two at a time, a still is asked for again and again. */
const CACHE_BYTES_MAX = 128 * 1024 * 1024;

/**
 * Yields the RGB bytes [height, width, 3] of every frame of the plan in order. Frames that repeat are yielded as the
 * same array, so a caller must not write into it.
 * @throws AppError media/not-found, media/unreadable when a frame's file is gone or damaged
 */
export async function* renderFilm(
  plan: FilmPlan,
  frames: FrameStore,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const cache = new DecodedFrames(frames);
  let shown: { layers: readonly Layer[]; rgb: Uint8Array } | null = null;
  for (const layers of plan.frames) {
    options.signal?.throwIfAborted();
    if (shown === null || !areSameLayers(shown.layers, layers)) {
      const decoded = [];
      for (const layer of layers) decoded.push({ pixels: await cache.get(layer.frame), opacity256: layer.opacity256 });
      shown = { layers, rgb: rgbFromRgba(compositeFrame(decoded, plan.width, plan.height)) };
    }
    yield shown.rgb;
  }
}

/** @param rgba bytes [height, width, 4]; alpha is dropped, since a film is opaque. */
export function rgbFromRgba(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = rgba.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}

function areSameLayers(a: readonly Layer[], b: readonly Layer[]): boolean {
  return (
    a.length === b.length &&
    a.every((layer, index) => layer.frame === b[index]?.frame && layer.opacity256 === b[index].opacity256)
  );
}

/** Least recently used goes first; the newest is kept even when it is larger than the bound. */
class DecodedFrames {
  readonly #store: FrameStore;
  readonly #images = new Map<string, RgbImage>();
  #bytes = 0;

  constructor(store: FrameStore) {
    this.#store = store;
  }

  async get(hash: string): Promise<RgbImage> {
    const known = this.#images.get(hash);
    if (known !== undefined) {
      this.#images.delete(hash);
      this.#images.set(hash, known);
      return known;
    }
    const image = await this.#store.read(hash);
    this.#images.set(hash, image);
    this.#bytes += image.rgb.length;
    for (const [oldest, { rgb }] of this.#images) {
      if (this.#bytes <= CACHE_BYTES_MAX || oldest === hash) break;
      this.#images.delete(oldest);
      this.#bytes -= rgb.length;
    }
    return image;
  }
}
