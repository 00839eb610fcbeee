import { expect, test } from 'vitest';
import type { ModelLimits } from '@core/prompt/model-limits';
import { framesPerExtension, snapExtension } from './extension-grid';

const limits: ModelLimits = {
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  nativeFrames: 9,
  conditioning: { firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
};
const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };

test('a window adds what its native length leaves beside the known frames', () => {
  expect([
    framesPerExtension(limits, sampling),
    framesPerExtension(limits, { ...sampling, contextFrames: 99 }),
    framesPerExtension(limits, { ...sampling, contextFrames: 1 }),
    framesPerExtension(limits, { ...sampling, framesPerWindow: 1 }),
  ]).toEqual([5, 5, 8, 1]);
});

test('a drag makes whole windows, never none, and single frames when asked', () => {
  expect([
    snapExtension(-3, 5, false),
    snapExtension(7, 5, false),
    snapExtension(8, 5, false),
    snapExtension(7.4, 5, true),
  ]).toEqual([5, 5, 10, 7]);
});
