/**
 * What an autoencoder changes about a given frame, it changes about what stands still beside it too: an extension would jump
 * by that at its seam, and again at each further one. The frame as it was given is known, so the change is taken back, for
 * each pixel as far as a drawn frame agrees there with the given one as decoded:
 *
 *   y + Σ share · hold · w · (given − decoded),   w = exp(−(d² + m²) / 2·AGREE²)
 *
 * d²: the mean squared difference of the patches around, drawn and decoded. m²: the sum of those of the given frame and the given
 * ones that follow it on its far side: what has moved there will have moved on, and the tips of a star that the decoder never drew would else be
 * carried to where it was. `share`: between two given frames each counts by how near it is. What moves agrees with nothing and
 * stays as it is drawn. The given frames come back as they were given, as far as they were held.
 * Ours; measured in models/pocket/NOTES.md. The weights are those of a bilateral filter (Tomasi and Manduchi, ICCV 1998).
 */
import { assert } from '../errors';

/** How far patches may differ and still stand for the same, of pixels from −1 to 1. */
const AGREE = 0.1;
/** Pixels on each side of a patch's middle. */
const REACH = 2;

export interface PixelSize {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

export interface GivenFrame {
  readonly frame: number;
  /** float32 [3, H, W] from −1 to 1, as it was given. */
  readonly pixels: Float32Array;
  /** How firmly the model was held to it, 0 to 1. */
  readonly hold: number;
}

/**
 * Changes a decoded clip in place.
 * @param clip float32 [3, F, H, W], given frames as the decoder gave them
 * @param given by frame, ascending; drawn are all others
 */
export function carryGiven(clip: Float32Array, size: PixelSize, given: readonly GivenFrame[]): void {
  assert(clip.length === 3 * size.frames * size.width * size.height, 'the clip has the size that is named');
  const plane = size.width * size.height;
  const isGiven = new Set(given.map(({ frame }) => frame));
  const motions = new Map<string, Float32Array>();
  for (let frame = 0; frame < size.frames; frame++) {
    if (isGiven.has(frame)) continue;
    const before = given.findLast((one) => one.frame < frame);
    const after = given.find((one) => one.frame > frame);
    const change = new Float32Array(3 * plane);
    for (const [near, other] of [
      [before, after],
      [after, before],
    ] as const) {
      if (near === undefined) continue;
      const share = other === undefined ? 1 : Math.abs(other.frame - frame) / Math.abs(other.frame - near.frame);
      const away = Math.sign(near.frame - frame);
      // The same for all frames drawn on this side of it.
      const key = `${near.frame} ${away}`;
      const moved = motions.get(key) ?? motionBeyond(given, near, away);
      motions.set(key, moved);
      addChange(change, clip, { size, frame, near, moved, share: share * near.hold });
    }
    addTo(clip, size, { frame, change });
  }
  for (const { frame, pixels, hold } of given) {
    const decoded = (at: number): number => clip[planeOf(size, Math.floor(at / plane), frame) + (at % plane)] ?? 0;
    addTo(clip, size, { frame, change: pixels.map((value, at) => hold * (value - decoded(at))) });
  }
}

function addTo(
  clip: Float32Array,
  size: PixelSize,
  { frame, change }: { readonly frame: number; readonly change: Float32Array },
): void {
  const plane = size.width * size.height;
  for (let c = 0; c < 3; c++) {
    const at = planeOf(size, c, frame);
    for (let p = 0; p < plane; p++) clip[at + p] = (clip[at + p] ?? 0) + (change[c * plane + p] ?? 0);
  }
}

/** Of every pixel, by how much it differs, squared, in the given frames that follow this one without a gap, `away` being −1 or 1. */
function motionBeyond(given: readonly GivenFrame[], near: GivenFrame, away: number): Float32Array {
  const plane = near.pixels.length / 3;
  const squared = new Float32Array(plane);
  for (let at = near.frame + away; ; at += away) {
    const beyond = given.find(({ frame }) => frame === at);
    if (beyond === undefined) return squared;
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < plane; p++) {
        const moved = (near.pixels[c * plane + p] ?? 0) - (beyond.pixels[c * plane + p] ?? 0);
        squared[p] = (squared[p] ?? 0) + (moved * moved) / 3;
      }
  }
}

interface Nearby {
  readonly size: PixelSize;
  readonly frame: number;
  readonly near: GivenFrame;
  /** [H, W]: `motionBeyond` it. */
  readonly moved: Float32Array;
  readonly share: number;
}

function addChange(change: Float32Array, clip: Float32Array, { size, frame, near, moved, share }: Nearby): void {
  const plane = size.width * size.height;
  const squared = moved.slice();
  for (let c = 0; c < 3; c++) {
    const [drawn, decoded] = [planeOf(size, c, frame), planeOf(size, c, near.frame)];
    for (let p = 0; p < plane; p++) {
      const apart = (clip[drawn + p] ?? 0) - (clip[decoded + p] ?? 0);
      squared[p] = (squared[p] ?? 0) + (apart * apart) / 3;
    }
  }
  const patches = patchMean(squared, size);
  for (let p = 0; p < plane; p++) {
    const weight = share * Math.exp(-(patches[p] ?? 0) / (2 * AGREE * AGREE));
    for (let c = 0; c < 3; c++) {
      const at = c * plane + p;
      const lost = (near.pixels[at] ?? 0) - (clip[planeOf(size, c, near.frame) + p] ?? 0);
      change[at] = (change[at] ?? 0) + weight * lost;
    }
  }
}

function planeOf({ frames, width, height }: PixelSize, channel: number, frame: number): number {
  return (channel * frames + frame) * width * height;
}

/** The mean over each pixel's patch; of a patch over the edge, its part inside. */
function patchMean(values: Float32Array, { width, height }: PixelSize): Float32Array {
  const across = meanAlong(values, { count: width, step: 1, lines: height, line: width });
  return meanAlong(across, { count: height, step: width, lines: width, line: 1 });
}

function meanAlong(
  values: Float32Array,
  { count, step, lines, line }: { count: number; step: number; lines: number; line: number },
): Float32Array {
  const means = new Float32Array(values.length);
  for (let at = 0; at < lines; at++)
    for (let i = 0; i < count; i++) {
      const [from, to] = [Math.max(0, i - REACH), Math.min(count - 1, i + REACH)];
      let sum = 0;
      for (let j = from; j <= to; j++) sum += values[at * line + j * step] ?? 0;
      means[at * line + i * step] = sum / (to - from + 1);
    }
  return means;
}
