import { describe, expect, test } from 'vitest';
import { plainMix } from '../../../test/support/pocket';
import { assertRunFits, type PlannedRun, type PlannedWindow, type WindowLimits } from './window-rules';

const limits: WindowLimits = {
  name: 'Toy',
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  maxSize: [256, 192],
  nativeFrames: 9,
  conditioning: { text: true, firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
};
const aWindow = (overrides: Partial<PlannedWindow> = {}): PlannedWindow => ({
  start: 0,
  frames: 9,
  prefix: 0,
  later: null,
  keepFrom: 0,
  keepTo: 9,
  prompt: 'a ball',
  ...overrides,
});
const aRun = (overrides: Partial<PlannedRun> = {}): PlannedRun => ({
  width: 128,
  height: 128,
  steps: 4,
  frameCount: 9,
  known: [],
  windows: [aWindow()],
  ...overrides,
});
const refusal = (field: string, remedy: string | RegExp): Error =>
  expect.objectContaining({
    code: 'input/invalid',
    detail: expect.objectContaining({ field, remedy: expect.stringMatching(remedy) as string }) as object,
  }) as Error;

describe('assertRunFits', () => {
  test.each<[string, Partial<PlannedRun>]>([
    ['a native window', {}],
    ['the largest size', { width: 256, height: 192 }],
    [
      'an extension by two windows over frames that the first has made',
      {
        frameCount: 10,
        known: [-4, -3, -2, -1].map((index) => ({ index })),
        windows: [
          aWindow({ start: -4, prefix: 4, keepTo: 5 }),
          aWindow({ start: 1, prefix: 4, keepFrom: 5, keepTo: 10 }),
        ],
      },
    ],
    [
      'a backward extension, later frames first',
      {
        frameCount: 8,
        known: [{ index: 8 }],
        windows: [
          aWindow({ start: 4, frames: 4, later: 8, keepFrom: 4, keepTo: 8 }),
          aWindow({ start: 0, frames: 4, later: 4, keepTo: 4 }),
        ],
      },
    ],
  ])('accepts %s', (_, overrides) => {
    expect(() => assertRunFits(aRun(overrides), limits)).not.toThrow();
  });

  test.each<[string, Partial<PlannedRun>, string, string | RegExp]>([
    ['a width off the grid', { width: 130 }, 'width', 'Use 128 instead'],
    ['a height over the largest', { height: 224 }, 'height', 'Use 192 instead'],
    ['a width of one block too few', { width: 0 }, 'width', 'Use 32 instead'],
    ['too long a window', { windows: [aWindow({ frames: 14 })] }, 'windows.0.frames', 'Use 1 to 13 frames'],
    ['too many context frames', { windows: [aWindow({ prefix: 5 })] }, 'windows.0.prefix', 'Use 4 context frames'],
    ['nothing new', { windows: [aWindow({ frames: 2, prefix: 2 })] }, 'windows.0.prefix', 'longer window'],
    ['an unknown prior frame', { windows: [aWindow({ prefix: 1 })] }, 'windows.0.prefix', 'Give an image'],
    ['an unknown later frame', { windows: [aWindow({ later: 8 })] }, 'windows.0.later', 'Give an image'],
    [
      'a later image that is the first frame',
      { known: [{ index: 0 }], windows: [aWindow({ later: 0 })] },
      'windows.0.later',
      'first frame',
    ],
    ['two images for one frame', { known: [{ index: 3 }, { index: 3 }] }, 'known.1.index', 'Keep one'],
    ['frames kept outside the window', { windows: [aWindow({ keepTo: 10 })] }, 'windows.0.keepTo', 'up to 9'],
    ['a frame made twice', { windows: [aWindow(), aWindow()] }, 'windows.1.keepFrom', 'once'],
    ['a frame never made', { frameCount: 10 }, 'frameCount', 'once'],
  ])('refuses %s', (_, overrides, field, remedy) => {
    expect(() => assertRunFits(aRun(overrides), limits)).toThrow(refusal(field, remedy));
  });

  test('a scale for the second expert is for models that have two, and are guided', () => {
    const two: WindowLimits = { ...limits, files: [{ path: 'transformer_2/model.onnx' }] };
    const run = aRun({ guidance: 4, secondGuidance: 3 });
    expect(() => assertRunFits(run, two)).not.toThrow();
    expect(() => assertRunFits(run, limits)).toThrow(refusal('secondGuidance', 'Leave'));
    expect(() => assertRunFits({ ...run, guidance: 1 }, two)).toThrow(refusal('secondGuidance', 'above 1'));
  });

  test('clips behind the first frames are for models that are shown some, or take masks', () => {
    const known = Array.from({ length: 9 }, (_, index) => ({ index }));
    const run = aRun({ known, windows: [aWindow({ also: [{ index: 4, frames: 3 }] })] });
    const shown = (more: object): WindowLimits => ({ ...limits, conditioning: { ...limits.conditioning, ...more } });
    expect(() => assertRunFits(run, limits)).toThrow(refusal('windows.0.also.frames', 'single image'));
    expect(() => assertRunFits(run, shown({ laterClips: true }))).not.toThrow();
    expect(() => assertRunFits(run, shown({ masks: true }))).not.toThrow();
  });

  test('a prompt, or a strength of it, for every frame is for models that read them so', () => {
    const family = 'ltx';
    const each: WindowLimits = { ...limits, family, conditioning: { ...limits.conditioning, perFramePrompts: true } };
    const two = aRun({ windows: [aWindow({ travel: [plainMix(4, 'a'), plainMix(5, 'b')] })] });
    const rising = aRun({ windows: [aWindow({ promptStrength: Array.from({ length: 9 }, (_, frame) => frame / 9) })] });
    for (const run of [two, rising]) expect(() => assertRunFits(run, each)).not.toThrow();
    expect(() => assertRunFits(two, { ...limits, family })).toThrow(refusal('windows.0.travel', 'one mix'));
    expect(() => assertRunFits(rising, { ...limits, family })).toThrow(
      refusal('windows.0.promptStrength', 'one value'),
    );
    const few = aRun({ windows: [aWindow({ travel: [plainMix(4, 'a'), plainMix(4, 'b')] })] });
    expect(() => assertRunFits(few, each)).toThrow(refusal('windows.0.travel', 'cover every frame'));
  });

  test('says what a model cannot do at all', () => {
    const poor: WindowLimits = {
      ...limits,
      frameGrid: { multiple: 8, plus: 1, min: 9, max: 97 },
      conditioning: { text: false, firstFrames: { min: 0, max: 0 }, laterImages: 0, perFramePrompts: false },
    };
    const refuses = (run: PlannedRun, field: string, remedy: string): void =>
      expect(() => assertRunFits(run, poor)).toThrow(refusal(field, remedy));
    refuses(aRun(), 'windows.0.prompt', 'empty');
    refuses(aRun({ windows: [aWindow({ frames: 16 })] }), 'windows.0.frames', '8n\\+1');
    refuses(aRun({ known: [{ index: 0 }], windows: [aWindow({ prefix: 1 })] }), 'windows.0.prefix', 'another model');
    refuses(aRun({ known: [{ index: 8 }], windows: [aWindow({ later: 8 })] }), 'windows.0.later', 'Remove');
  });
});
