import { describe, expect, it } from 'vitest';
import { toyManifest as manifest } from '../../state/toy-manifest.test-support';
import { rateChoices, sizePresets } from './new-project';

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
