/**
 * How far two pictures disagree once each is warped to the moment between them. A move that the flow understands gives next
 * to nothing (0.0003 … 0.03), a cut gives 0.14 and more: there is nothing between two shots, and what an interpolator draws
 * there is a morph.
 */
import type { Planes } from './planes';

/** Mean |difference| of the warped pictures above which the two are not one motion. */
export const CUT = 0.1;

/** Every so many pixels in both directions are looked at. */
const STRIDE = 2;

/**
 * @param flow [4, height, width] in pixels: (x, y) from the moment between to the first picture, then to the second
 * @returns mean over pixels and channels, in [0,1]
 */
export function disagreement(first: Planes, second: Planes, flow: Float32Array): number {
  const { width, height } = first;
  const area = width * height;
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y += STRIDE)
    for (let x = 0; x < width; x += STRIDE) {
      const at = y * width + x;
      const a = placeOf(first, x + (flow[at] ?? 0), y + (flow[area + at] ?? 0));
      const b = placeOf(second, x + (flow[2 * area + at] ?? 0), y + (flow[3 * area + at] ?? 0));
      for (let channel = 0; channel < 3; channel++)
        sum += Math.abs(bilinear(first, a, channel * area) - bilinear(second, b, channel * area));
      count += 3;
    }
  return sum / count;
}

interface Place {
  readonly corner: number;
  /** Share of the right and of the lower neighbour. */
  readonly right: number;
  readonly below: number;
}

/** Beyond the border lies the border. */
function placeOf({ width, height }: Planes, x: number, y: number): Place {
  const [u, v] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [left, top] = [Math.min(Math.floor(u), width - 2), Math.min(Math.floor(v), height - 2)];
  return { corner: top * width + left, right: u - left, below: v - top };
}

function bilinear({ data, width }: Planes, { corner, right, below }: Place, plane: number): number {
  const at = (offset: number): number => data[plane + corner + offset] ?? 0;
  const top = at(0) * (1 - right) + at(1) * right;
  const bottom = at(width) * (1 - right) + at(width + 1) * right;
  return top * (1 - below) + bottom * below;
}
