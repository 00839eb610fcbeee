import { describe, expect, it } from 'vitest';
import type { ModelView } from '@contracts/ipc';
import { rateChoices, sizePresets } from './new-project';

const manifest: ModelView['manifest'] = {
  schemaVersion: 1,
  id: 'toy',
  version: '1',
  name: 'Toy',
  kind: 'generator',
  family: 'ltx',
  licence: 'MIT',
  description: '',
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  nativeSize: [128, 128],
  maxSize: [256, 256],
  nativeRate: { num: 8, den: 1 },
  nativeFrames: 9,
  promptTokens: 32,
  conditioning: { text: true, firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
  memoryMiB: 400,
  files: [{ path: 'model_index.json', bytes: 1, sha256: 'a'.repeat(64) }],
};

describe('sizes and rates of a new project', () => {
  it('offers square, wide and tall on the model’s grid', () => {
    expect(sizePresets(manifest)).toEqual([
      { label: 'Square', width: 128, height: 128 },
      { label: 'Wide', width: 192, height: 128 },
      { label: 'Tall', width: 128, height: 192 },
    ]);
  });

  it('leaves out what is larger than the model can make', () => {
    expect(sizePresets({ ...manifest, maxSize: [160, 128] })).toEqual([{ label: 'Square', width: 128, height: 128 }]);
  });

  it('offers a wide model’s own size once', () => {
    const wide = { ...manifest, nativeSize: [768, 512] as [number, number], maxSize: [768, 768] as [number, number] };
    expect(sizePresets(wide).map(({ width, height }) => [width, height])).toEqual([
      [768, 512],
      [512, 768],
    ]);
  });

  it('names the native rate first and never twice', () => {
    expect(rateChoices(manifest).map((rate) => rate.num)).toEqual([8, 24, 25, 30]);
    expect(rateChoices({ ...manifest, nativeRate: { num: 24, den: 1 } }).map((rate) => rate.num)).toEqual([24, 25, 30]);
  });
});
