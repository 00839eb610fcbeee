import { expect, test } from 'vitest';
import { carryGiven, type GivenFrame } from './carry-given';

const size = { frames: 4, width: 8, height: 8 };
const plane = size.width * size.height;

/** Every frame of one grey; [3, F, H, W]. */
function clipOf(...greys: number[]): Float32Array {
  const clip = new Float32Array(3 * size.frames * plane);
  for (let c = 0; c < 3; c++)
    for (const [f, grey] of greys.entries())
      clip.fill(grey, (c * size.frames + f) * plane, (c * size.frames + f + 1) * plane);
  return clip;
}

function given(frame: number, grey: number, hold = 1): GivenFrame {
  return { frame, hold, pixels: new Float32Array(3 * plane).fill(grey) };
}

/** The first channel's value of every frame at a pixel. */
function seen(clip: Float32Array, pixel = 0): number[] {
  return Array.from({ length: size.frames }, (_, f) => Number((clip[f * plane + pixel] ?? NaN).toFixed(4)));
}

test('what stands still is moved to the frame as it was given, which comes back itself', () => {
  const clip = clipOf(0.1, 0.1, 0.1, 0.1);
  carryGiven(clip, size, [given(0, 0.13)]);
  expect(seen(clip)).toEqual([0.13, 0.13, 0.13, 0.13]);
});

test('what moves stays as it is drawn, a few pixels away from what does not', () => {
  const clip = clipOf(0.1, 0.1, 0.1, 0.1);
  // Right of the middle something bright has come in frame 2.
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 8; y++) for (let x = 4; x < 8; x++) clip[(c * 4 + 2) * plane + y * 8 + x] = 0.9;
  carryGiven(clip, size, [given(0, 0.13)]);
  expect(seen(clip, 0)).toEqual([0.13, 0.13, 0.13, 0.13]);
  expect(seen(clip, 7)).toEqual([0.13, 0.13, 0.9, 0.13]);
});

test('nothing is carried to where something moved among the given frames, which will have moved on', () => {
  const clip = clipOf(0.1, 0.1, 0.1, 0.1);
  const [left, right] = [given(0, 0.13), given(1, 0.13)];
  // Something bright that the decoder does not draw leaves the right side: it was there in the first frame alone.
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 8; y++) for (let x = 5; x < 8; x++) left.pixels[c * plane + y * 8 + x] = 0.9;
  carryGiven(clip, size, [left, right]);
  expect(seen(clip, 0)).toEqual([0.13, 0.13, 0.13, 0.13]);
  expect(seen(clip, 7)).toEqual([0.9, 0.13, 0.1, 0.1]);
});

test('between two given frames each counts by how near it is', () => {
  const clip = clipOf(0, 0, 0, 0);
  carryGiven(clip, size, [given(0, 0.03), given(3, -0.03)]);
  expect(seen(clip)).toEqual([0.03, 0.01, -0.01, -0.03]);
});

test('a frame that is held by half gives back half', () => {
  const clip = clipOf(0, 0, 0, 0);
  carryGiven(clip, size, [given(3, 0.04, 0.5)]);
  expect(seen(clip)).toEqual([0.02, 0.02, 0.02, 0.02]);
});

test('nothing given, nothing changed', () => {
  const clip = clipOf(0.1, 0.2, 0.3, 0.4);
  carryGiven(clip, size, []);
  expect(clip).toEqual(clipOf(0.1, 0.2, 0.3, 0.4));
});
