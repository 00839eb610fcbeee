/**
 * Deforum's 2-D camera. Every frame is seen from where the camera is at that frame. For most models a window is drawn from
 * one place: what it knows is first moved to that place, and what it has drawn is moved on from there, so that with one
 * new frame per window this is Deforum's loop, and with more it is its cadence. A model that follows the camera is told
 * where each token lies instead, and draws the movement itself (docs/adr/0061).
 *
 * Pictures are moved by bilinear sampling of 8-bit values in double arithmetic: the same bytes on every run. What comes in from
 * outside repeats the picture's edge pixels, Deforum's `replicate`.
 * @see deforum-art/deforum-stable-diffusion, helpers/animation.py, anim_frame_warp_2d (its middle is w//2, h//2)
 */
import { assert } from '../errors';

/** From the frame before to this one. */
export interface CameraMove {
  /** Pixels the picture moves to the right, and down. */
  readonly panX: number;
  readonly panY: number;
  /** Around the middle: above 1 the picture grows. */
  readonly zoom: number;
  /** Degrees the picture turns around the middle, against the clock. */
  readonly rotate: number;
}

export interface CameraPath {
  /** The index that the first move leads to. */
  readonly from: number;
  readonly moves: readonly CameraMove[];
}

/** x' = a·x + b·y + c, y' = d·x + e·y + f */
type Affine = readonly [number, number, number, number, number, number];

interface Size {
  readonly width: number;
  readonly height: number;
}

const STILL: Affine = [1, 0, 0, 0, 1, 0];

/**
 * The index from whose place a window is drawn: its first new frame, which goes on from those before; or, when it only
 * leads to a later frame, its last one, which is next to that.
 */
export function placeOf(window: {
  readonly prefix: number;
  readonly later: number | null;
  readonly keepFrom: number;
  readonly keepTo: number;
}): number {
  const leadsOnly = window.prefix === 0 && window.later !== null && window.later >= window.keepTo;
  return leadsOnly ? window.keepTo - 1 : window.keepFrom;
}

/** The picture of index `from` as it is seen from the place of index `to`. The same bytes where nothing moves. */
export function seenFrom(
  rgb: Uint8Array,
  size: Size,
  camera: CameraPath | undefined,
  { from, to }: { readonly from: number; readonly to: number },
): Uint8Array {
  if (camera === undefined || from === to) return rgb;
  const movement = movementBetween(camera, { from, to }, size);
  return movement.every((value, i) => value === STILL[i]) ? rgb : warped(rgb, size, movement);
}

/**
 * Where tokens lie in the picture of index `origin`, as the camera sees them from their own frames: pixels down and right
 * of their corners, moved in place. A token's middle is what the camera moves, so that a camera that stands still changes
 * nothing.
 * @param places float32 [2, S]: pixels down, then pixels right
 * @param indices [S], the index that each token's frame has
 * @param tokenSize pixels that a token is wide and high
 */
export function moveTokens(
  places: Float32Array,
  indices: ArrayLike<number>,
  { camera, origin, size, tokenSize }: TokenCamera,
): void {
  const count = places.length / 2;
  assert(indices.length === count, `${indices.length} indices are not those of ${count} tokens`);
  const toMiddle = (tokenSize - 1) / 2;
  const movements = new Map<number, Affine>();
  for (let token = 0; token < count; token++) {
    const index = indices[token] ?? origin;
    const known = movements.get(index);
    const [a, b, c, d, e, f] = known ?? movementBetween(camera, { from: index, to: origin }, size);
    if (known === undefined) movements.set(index, [a, b, c, d, e, f]);
    const [x, y] = [(places[count + token] ?? 0) + toMiddle, (places[token] ?? 0) + toMiddle];
    places[token] = d * x + e * y + f - toMiddle;
    places[count + token] = a * x + b * y + c - toMiddle;
  }
}

export interface TokenCamera {
  readonly camera: CameraPath;
  readonly origin: number;
  readonly size: Size;
  readonly tokenSize: number;
}

/** From the picture of one index to that of another. */
function movementBetween(camera: CameraPath, { from, to }: { from: number; to: number }, size: Size): Affine {
  if (from === to) return STILL;
  return from < to ? movementTo(camera, from, to, size) : inverse(movementTo(camera, to, from, size));
}

/** What the moves that lead from `from` to the later `to` do together. */
function movementTo({ from: first, moves }: CameraPath, from: number, to: number, size: Size): Affine {
  let movement = STILL;
  for (let index = from + 1; index <= to; index++) {
    const move = moves[index - first];
    if (move) movement = after(moveOf(move, size), movement);
  }
  return movement;
}

/** First the pan, then zoom and turn around the middle. */
function moveOf({ panX, panY, zoom, rotate }: CameraMove, { width, height }: Size): Affine {
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const angle = (rotate * Math.PI) / 180;
  const [cos, sin] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  const around: Affine = [
    cos,
    sin,
    (1 - cos) * centreX - sin * centreY,
    -sin,
    cos,
    sin * centreX + (1 - cos) * centreY,
  ];
  return after(around, [1, 0, panX, 0, 1, panY]);
}

/** `second` after `first`. */
function after(second: Affine, first: Affine): Affine {
  const [a, b, c, d, e, f] = second;
  const [p, q, r, s, t, u] = first;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  assert(determinant !== 0, 'a camera movement can be undone');
  const [p, q, s, t] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

function warped(rgb: Uint8Array, { width, height }: Size, movement: Affine): Uint8Array {
  assert(rgb.length === width * height * 3, `the picture is not ${width}×${height} RGB`);
  const [a, b, c, d, e, f] = inverse(movement);
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sourceX = clamp(a * x + b * y + c, width - 1);
      const sourceY = clamp(d * x + e * y + f, height - 1);
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const [shareX, shareY] = [sourceX - left, sourceY - top];
      const to = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const at = (column: number, line: number): number => rgb[(line * width + column) * 3 + channel] ?? 0;
        const upper = at(left, top) + shareX * (at(right, top) - at(left, top));
        const lower = at(left, bottom) + shareX * (at(right, bottom) - at(left, bottom));
        out[to + channel] = Math.floor(upper + shareY * (lower - upper) + 0.5);
      }
    }
  return out;
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
