/**
 * Steady guidance: the push of guidance is what neighbouring frames share. Two predictions of a small model differ by
 * something of their own in every frame, and a scale of 3 shows that three times as strongly: clips flicker. What the
 * prompt asks for changes slowly from frame to frame, so the difference is averaged over each frame and its neighbours
 * (1, 2, 1) before it is scaled; the prompt's own prediction keeps every frame's detail.
 *
 *   out = cond + (scale − 1) · [(1 − steady) · d + steady · near · (d₋₁ + 2 d + d₊₁) / 4],   d = cond − uncond
 *
 * Given frames need no push: their d is 0, and beside them guidance comes back over SEAM frames (near = 1/3, 2/3, 1), so
 * that an extension goes on as what was given and does not jump at the seam.
 *
 * Written as another `uncond`, so that every way of guiding follows it. Ours; measured in models/pocket/NOTES.md.
 */
import { assert } from '../errors';

const f = Math.fround;
/** Frames over which guidance comes back beside given ones. */
const SEAM = 3;

/** Where frames lie in a prediction: `offset` values that belong to none, then blocks of `frames` × `inner` values. */
export interface FrameLayout {
  readonly offset: number;
  readonly frames: number;
  /** Values that one frame has in a row. */
  readonly inner: number;
  /** Frames that are given and clean: they need no push, and their neighbours share that. */
  readonly isGiven: (frame: number) => boolean;
}

/**
 * @param steady 0 = plain guidance … 1 = only what neighbours share
 * @param out    float32, what stands for `uncond`; may be neither of the others
 */
export function steadyUncond(
  uncond: Float32Array,
  cond: Float32Array,
  { steady, layout, out }: { readonly steady: number; readonly layout: FrameLayout; readonly out: Float32Array },
): void {
  const { offset, frames, inner, isGiven } = layout;
  const block = frames * inner;
  assert(block > 0 && (out.length - offset) % block === 0, 'the layout must fit the prediction');
  out.set(uncond);
  const difference = (at: number): number => f((cond[at] ?? 0) - (uncond[at] ?? 0));
  for (let frame = 0; frame < frames; frame++) {
    if (isGiven(frame)) continue;
    const [before, after] = [besideOf(frame, frame - 1, layout), besideOf(frame, frame + 1, layout)];
    const near = nearnessOf(frame, layout);
    const own = f(1 - steady + (steady * near) / 2);
    const share = f((steady * near) / 4);
    if (before === 0 && after === 0 && near === 1) continue;
    for (let start = offset + frame * inner; start < out.length; start += block)
      for (let at = start; at < start + inner; at++) {
        const shared = f(
          (before === null ? 0 : difference(at + before)) + (after === null ? 0 : difference(at + after)),
        );
        out[at] = (cond[at] ?? 0) - f(f(own * difference(at)) + f(share * shared));
      }
  }
}

/** From a frame's values to those of the frame beside it: at an end that is the frame itself; null = given. */
function besideOf(frame: number, beside: number, { frames, inner, isGiven }: FrameLayout): number | null {
  if (beside < 0 || beside >= frames) return 0;
  return isGiven(beside) ? null : (beside - frame) * inner;
}

/** 1 far from given frames, less beside them. */
function nearnessOf(frame: number, { frames, isGiven }: FrameLayout): number {
  const isGivenAt = (at: number): boolean => at >= 0 && at < frames && isGiven(at);
  for (let distance = 1; distance < SEAM; distance++)
    if (isGivenAt(frame - distance) || isGivenAt(frame + distance)) return distance / SEAM;
  return 1;
}
