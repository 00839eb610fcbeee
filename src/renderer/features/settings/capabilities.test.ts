import { describe, expect, it } from 'vitest';
import type { ModelView } from '@contracts/ipc';
import { capabilitiesOf } from './capabilities';

const base: Pick<ModelView['manifest'], 'conditioning' | 'defaults' | 'frameGrid' | 'sizeGrid' | 'maxSize'> = {
  conditioning: { text: true, firstFrames: { min: 1, max: 4 }, laterImages: 1, perFramePrompts: false },
  defaults: { steps: 24, guidance: 3, negative: '', extensionPrefix: 4 },
  frameGrid: { multiple: 1, plus: 0, min: 1, max: 13 },
  sizeGrid: 32,
  maxSize: [256, 256],
};

describe('what a model can do, in sentences', () => {
  it('says why prompts do not blend inside a window', () => {
    const { can, cannot } = capabilitiesOf(base as ModelView['manifest']);
    expect(cannot).toEqual([
      'be given clips inside a shot: it grows backwards to one frame',
      'change the prompt inside a window: prompts travel from window to window',
    ]);
    expect(can).toContain('go on from the last 4 frames');
  });

  it('says that motion can be asked for where it can', () => {
    const defaults = { ...base.defaults, motion: { bucket: 127, noise: 0.02 } };
    expect(capabilitiesOf({ ...base, defaults } as ModelView['manifest']).can).toContain('be told how much moves');
    expect(capabilitiesOf(base as ModelView['manifest']).can).not.toContain('be told how much moves');
  });

  it('says what only some models take', () => {
    const conditioning = { ...base.conditioning, laterImages: 8, laterClips: true, masks: true, references: 4 };
    const { can } = capabilitiesOf({ ...base, conditioning } as ModelView['manifest']);
    expect(can).toContain('be given pictures anywhere inside a shot');
    expect(can).toContain('be given clips inside a shot, and grow backwards into the motion of several frames');
    expect(can.join()).toContain('--mask');
    expect(can.join()).toContain('up to 4 reference pictures');
    expect(can.join()).not.toContain('camera');
    const moving = { ...conditioning, perFramePrompts: true, followsCamera: true };
    expect(capabilitiesOf({ ...base, conditioning: moving } as ModelView['manifest']).can).toEqual(
      expect.arrayContaining([
        'change the prompt from frame to frame',
        'draw what a moving camera sees, also inside a window',
      ]),
    );
  });

  it('promises nothing to a model that only draws from text', () => {
    const conditioning = { text: true, firstFrames: { min: 0, max: 0 }, laterImages: 0, perFramePrompts: false };
    const { cannot } = capabilitiesOf({ ...base, conditioning } as ModelView['manifest']);
    expect(cannot).toHaveLength(4);
    expect(cannot[1]).toBe('extend a clip');
  });
});
