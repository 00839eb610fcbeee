import { describe, expect, it } from 'vitest';
import { promptSpans } from './reuse';

const window = (keepFrom: number, keepTo: number, prompt: string) => ({
  start: keepFrom,
  frames: keepTo - keepFrom,
  prefix: 0,
  later: null,
  keepFrom,
  keepTo,
  prompt,
  negative: '',
  seed: 1,
});

describe('the prompts of a recipe', () => {
  it('are one block for windows with the same text', () => {
    const windows = [window(0, 9, 'a ball'), window(9, 14, 'a ball'), window(14, 20, 'a boat')];
    expect(promptSpans({ windows, frameCount: 20 })).toEqual([
      { from: 0, to: 14, text: 'a ball' },
      { from: 14, to: 20, text: 'a boat' },
    ]);
  });

  it('lie in order inside the new frames, whatever order the windows ran in', () => {
    const windows = [window(6, 20, 'late'), window(0, 6, 'early')];
    expect(promptSpans({ windows, frameCount: 9 })).toEqual([
      { from: 0, to: 6, text: 'early' },
      { from: 6, to: 9, text: 'late' },
    ]);
  });

  it('leave out windows that keep no frame', () => {
    expect(promptSpans({ windows: [window(0, 0, 'none'), window(0, 4, 'all')], frameCount: 4 })).toEqual([
      { from: 0, to: 4, text: 'all' },
    ]);
  });
});
