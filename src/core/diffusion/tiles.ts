/**
 * A volume [C, F, H, W] through an autoencoder in overlapping tiles, as diffusers' tiled_encode and tiled_decode do:
 * each tile is blended into its upper and left neighbour along their overlap, then cut to the stride. Values are float32,
 * in their order.
 */
import { assert } from '../errors';
import type { LatentSize } from './latent-geometry';

export interface Volume {
  readonly size: LatentSize;
  readonly data: Float32Array;
}

export interface Tiling {
  /** Side of a tile and the way to the next, before and after the autoencoder. */
  readonly from: { readonly size: number; readonly stride: number };
  readonly to: { readonly size: number; readonly stride: number };
}

/** Row by row. */
export function tilesOf(volume: Volume, { size, stride }: Tiling['from']): Volume[][] {
  const { height, width } = volume.size;
  const starts = (length: number): number[] => Array.from({ length: Math.ceil(length / stride) }, (_, i) => i * stride);
  return starts(height).map((y) => starts(width).map((x) => cut(volume, { y, x, height: size, width: size })));
}

/**
 * What the autoencoder made of them, as one volume. The tiles are changed.
 * @param size of the volume they were cut from
 */
export function joinedTiles(
  rows: readonly (readonly Volume[])[],
  { height, width }: Pick<LatentSize, 'height' | 'width'>,
  { from, to }: Tiling,
): Volume {
  const overlap = to.size - to.stride;
  const scaled = (side: number): number => (side / from.stride) * to.stride;
  const first = rows[0]?.[0];
  assert(first, 'a volume has a tile');
  const size = { ...first.size, height: scaled(height), width: scaled(width) };
  const whole = { size, data: new Float32Array(size.channels * size.frames * size.height * size.width) };
  // diffusers blends in place, so a neighbour is blended with what was made of it.
  for (const [r, row] of rows.entries())
    for (const [c, tile] of row.entries()) {
      const [above, left] = [rows[r - 1]?.[c], row[c - 1]];
      if (above) blend(above, tile, { overlap, axis: 'height' });
      if (left) blend(left, tile, { overlap, axis: 'width' });
      paste(tile, whole, { y: r * to.stride, x: c * to.stride, side: to.stride });
    }
  return whole;
}

function blend(a: Volume, b: Volume, { overlap, axis }: { overlap: number; axis: 'height' | 'width' }): void {
  const extent = Math.min(a.size[axis], b.size[axis], overlap);
  const { fround } = Math;
  const across = axis === 'height' ? 'width' : 'height';
  const at = ({ size }: Volume, plane: number, along: number, other: number): number => {
    const [y, x] = axis === 'height' ? [along, other] : [other, along];
    return (plane * size.height + y) * size.width + x;
  };
  for (let plane = 0; plane < b.size.channels * b.size.frames; plane++)
    for (let i = 0; i < extent; i++) {
      const [before, after] = [fround(1 - i / extent), fround(i / extent)];
      for (let other = 0; other < b.size[across]; other++) {
        const to = at(b, plane, i, other);
        const from = a.data[at(a, plane, a.size[axis] - extent + i, other)] ?? 0;
        b.data[to] = fround(from * before) + fround((b.data[to] ?? 0) * after);
      }
    }
}

/** Tiles at the far edges are smaller. */
function cut({ size, data }: Volume, at: { y: number; x: number; height: number; width: number }): Volume {
  const height = Math.min(at.height, size.height - at.y);
  const width = Math.min(at.width, size.width - at.x);
  const planes = size.channels * size.frames;
  const tile = new Float32Array(planes * height * width);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < height; y++) {
      const from = (plane * size.height + at.y + y) * size.width + at.x;
      tile.set(data.subarray(from, from + width), (plane * height + y) * width);
    }
  return { size: { ...size, height, width }, data: tile };
}

function paste(tile: Volume, whole: Volume, { y, x, side }: { y: number; x: number; side: number }): void {
  const height = Math.min(side, tile.size.height, whole.size.height - y);
  const width = Math.min(side, tile.size.width, whole.size.width - x);
  for (let plane = 0; plane < tile.size.channels * tile.size.frames; plane++)
    for (let row = 0; row < height; row++) {
      const from = (plane * tile.size.height + row) * tile.size.width;
      whole.data.set(
        tile.data.subarray(from, from + width),
        (plane * whole.size.height + y + row) * whole.size.width + x,
      );
    }
}
