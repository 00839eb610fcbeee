import { describe, expect, it } from 'vitest';
import type { ModelView } from '@contracts/ipc';
import { capabilitiesOf } from './capabilities';

const base: Pick<ModelView['manifest'], 'conditioning' | 'frameGrid' | 'sizeGrid' | 'maxSize'> = {
  conditioning: { text: true, firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  maxSize: [256, 256],
};

describe('what a model can do, in sentences', () => {
  it('says why prompts do not blend inside a window', () => {
    const { can, cannot } = capabilitiesOf(base as ModelView['manifest']);
    expect(cannot).toEqual(['change the prompt inside a window: prompts travel from window to window']);
    expect(can).toContain('go on from the last 4 frames');
  });

  it('promises nothing to a model that only draws from text', () => {
    const conditioning = { text: true, firstFrames: { min: 0, max: 0 }, laterImages: 0, perFramePrompts: false };
    const { cannot } = capabilitiesOf({ ...base, conditioning } as ModelView['manifest']);
    expect(cannot).toHaveLength(4);
    expect(cannot[1]).toBe('extend a clip');
  });
});
