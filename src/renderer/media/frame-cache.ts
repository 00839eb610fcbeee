/**
 * Frames by hash, decoded. Holds RGB pixels for the compositor (exactly the stored bytes) and small bitmaps for
 * thumbnails, each within a bytes budget. Loading is driven by wish lists, one per purpose: a list replaces the one
 * before, so what is no longer wanted is never loaded and the queue cannot grow. Viewer first, then read-ahead, then
 * seams and thumbnails; the same frame is loaded once however many ask for it.
 */
import { ByteLru } from './byte-lru';
import type { Decoder } from './decode-pool';
import { rgbaFromRgb, type RgbImage } from './decode-rgb';

export type Purpose = 'viewer' | 'ahead' | 'seams' | 'thumbnails';
const purposes: readonly Purpose[] = ['viewer', 'ahead', 'seams', 'thumbnails'];

export interface Thumbnail {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

export interface FrameCacheParts {
  readonly fetchBytes: (hash: string) => Promise<ArrayBuffer>;
  readonly decoder: Decoder;
  readonly makeThumbnail: (image: RgbImage) => Promise<Thumbnail>;
  readonly rgbBudgetBytes: number;
  readonly thumbnailBudgetBytes: number;
  readonly maxLoads: number;
}

const MAX_WISHES = 2_000;
const MAX_FAILURES = 1_000;

export class FrameCache {
  readonly #parts: FrameCacheParts;
  readonly #rgb: ByteLru<RgbImage>;
  readonly #thumbnails: ByteLru<Thumbnail>;
  readonly #wishes = new Map<Purpose, readonly string[]>();
  /** What the present list already got. A list larger than its budget would otherwise load and evict for ever. */
  readonly #granted = new Map<Purpose, Set<string>>();
  readonly #loading = new Set<string>();
  readonly #failures = new Map<string, string>();
  readonly #listeners = new Set<(hash: string) => void>();

  constructor(parts: FrameCacheParts) {
    this.#parts = parts;
    this.#rgb = new ByteLru(parts.rgbBudgetBytes);
    this.#thumbnails = new ByteLru(parts.thumbnailBudgetBytes, closeThumbnail);
  }

  /** The pixels if they are here now; ask for them with `want` otherwise. */
  rgbOf(hash: string): RgbImage | null {
    return this.#rgb.get(hash) ?? null;
  }

  thumbnailOf(hash: string): Thumbnail | null {
    return this.#thumbnails.get(hash) ?? null;
  }

  /** Why a frame could not be shown; null while there is nothing against it. */
  failureOf(hash: string): string | null {
    return this.#failures.get(hash) ?? null;
  }

  /** Replaces what `purpose` wants, the most urgent first. */
  want(purpose: Purpose, hashes: readonly string[]): void {
    const wishes = hashes.slice(0, MAX_WISHES);
    const before = this.#granted.get(purpose);
    this.#wishes.set(purpose, wishes);
    this.#granted.set(purpose, new Set(before === undefined ? [] : wishes.filter((hash) => before.has(hash))));
    this.#pump();
  }

  /** Called with the hash of each frame that arrives or fails. */
  onLoaded(listener: (hash: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets failed frames be tried again, for instance after a missing disk came back. */
  forgetFailures(): void {
    this.#failures.clear();
    this.#pump();
  }

  close(): void {
    this.#wishes.clear();
    this.#listeners.clear();
    this.#rgb.clear();
    this.#thumbnails.clear();
    this.#parts.decoder.close();
  }

  #pump(): void {
    for (const purpose of purposes) {
      for (const hash of this.#wishes.get(purpose) ?? []) {
        if (this.#loading.size >= this.#parts.maxLoads) return;
        if (this.#isServed(purpose, hash) || this.#loading.has(hash) || this.#failures.has(hash)) continue;
        if (this.#granted.get(purpose)?.has(hash)) continue;
        this.#loading.add(hash);
        void this.#load(hash);
      }
    }
  }

  #isServed(purpose: Purpose, hash: string): boolean {
    return purpose === 'thumbnails' ? this.#thumbnails.has(hash) : this.#rgb.has(hash);
  }

  #isWanted(purpose: Purpose, hash: string): boolean {
    return this.#wishes.get(purpose)?.includes(hash) ?? false;
  }

  async #load(hash: string): Promise<void> {
    try {
      const known = this.#rgb.get(hash);
      const image = known ?? (await this.#parts.decoder.decode(await this.#parts.fetchBytes(hash)));
      const isPixelsWanted = this.#isWanted('viewer', hash) || this.#isWanted('ahead', hash);
      if (isPixelsWanted && !this.#rgb.set(hash, image, image.rgb.byteLength))
        this.#fail(hash, 'this frame is larger than the memory set aside for frames');
      if (this.#isWanted('thumbnails', hash)) {
        const thumbnail = await this.#parts.makeThumbnail(image);
        if (!this.#thumbnails.set(hash, thumbnail, thumbnail.width * thumbnail.height * 4))
          this.#fail(hash, 'this thumbnail is larger than the memory set aside for thumbnails');
      }
    } catch (error) {
      this.#fail(hash, error instanceof Error ? error.message : String(error));
    } finally {
      this.#loading.delete(hash);
    }
    for (const purpose of purposes) if (this.#isServed(purpose, hash)) this.#granted.get(purpose)?.add(hash);
    for (const listener of this.#listeners) listener(hash);
    this.#pump();
  }

  #fail(hash: string, reason: string): void {
    const oldest = this.#failures.keys().next();
    if (this.#failures.size >= MAX_FAILURES && !oldest.done) this.#failures.delete(oldest.value);
    this.#failures.set(hash, reason);
  }
}

function closeThumbnail(thumbnail: Thumbnail): void {
  if (typeof ImageBitmap !== 'undefined' && thumbnail.image instanceof ImageBitmap) thumbnail.image.close();
}

const THUMBNAIL_HEIGHT_MAX = 144;

/** A bitmap of at most THUMBNAIL_HEIGHT_MAX lines. */
export async function thumbnailFromRgb({ width, height, rgb }: RgbImage): Promise<Thumbnail> {
  const pixels = new ImageData(rgbaFromRgb(rgb, width * height), width, height);
  const isSmall = height <= THUMBNAIL_HEIGHT_MAX;
  const image = await (isSmall
    ? createImageBitmap(pixels)
    : createImageBitmap(pixels, { resizeHeight: THUMBNAIL_HEIGHT_MAX, resizeQuality: 'medium' }));
  return { image, width: image.width, height: image.height };
}

/** A frame file's bytes from the studio's own scheme. */
export async function fetchFrameBytes(hash: string): Promise<ArrayBuffer> {
  const response = await fetch(`/frames/${hash}.png`);
  if (!response.ok) throw new Error(`frame ${hash.slice(0, 8)} is not in the library (${String(response.status)})`);
  return response.arrayBuffer();
}
