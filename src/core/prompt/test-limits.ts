/**
 * Limits of real models, for tests of planning.
 */
import type { ModelLimits } from './model-limits';

/** The embedded model as it was: any frame count from 1 to 13 (17 since version 8), trained on 9. */
export const pocketLimits: ModelLimits = {
  family: 'ltx',
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  nativeFrames: 9,
  conditioning: { firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
};

/** LTX-Video 2B: 8k + 1 frames, a prefix of 1, 9 or 17. */
export const ltxLimits: ModelLimits = {
  family: 'ltx',
  frameGrid: { multiple: 8, plus: 1, min: 9, max: 257 },
  sizeGrid: 32,
  nativeFrames: 97,
  conditioning: { firstFrames: { min: 1, max: 17 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 40, guidance: 3, negative: '', extensionPrefix: 9 },
};

/** LTX-Video as it is exported since it is shown clips, in a small size. */
export const ltxClipLimits: ModelLimits = {
  ...ltxLimits,
  nativeFrames: 41,
  conditioning: { ...ltxLimits.conditioning, laterImages: 8, laterClips: true },
};

/** VACE: 4k + 1 frames, known ones anywhere. */
export const vaceLimits: ModelLimits = {
  family: 'wan',
  frameGrid: { multiple: 4, plus: 1, min: 5, max: 81 },
  sizeGrid: 16,
  nativeFrames: 41,
  conditioning: {
    firstFrames: { min: 1, max: 37 },
    laterImages: 40,
    laterClips: true,
    masks: true,
    references: 4,
    perFramePrompts: false,
  },
  defaults: { steps: 30, guidance: 5, negative: '', extensionPrefix: 9 },
};

/** AnimateDiff: always 16 frames, no images. */
export const animateDiffLimits: ModelLimits = {
  family: 'animatediff',
  frameGrid: { multiple: 16, plus: 0, min: 16, max: 16 },
  sizeGrid: 8,
  nativeFrames: 16,
  conditioning: { firstFrames: { min: 0, max: 0 }, laterImages: 0, perFramePrompts: true },
  defaults: { steps: 25, guidance: 7.5, negative: '', extensionPrefix: 0 },
};
