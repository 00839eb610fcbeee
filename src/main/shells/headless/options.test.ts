import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ModelManifest } from '@contracts/model-manifest';
import { AppError } from '@core/errors';
import { describeError } from './exit-code';
import { parseFrames, parseRules, parseSize } from './options';

const pocket = ModelManifest.parse(JSON.parse(readFileSync('resources/models/pocket/onionskin.json', 'utf8')));
/** A model like LTX-Video: windows of 8n + 1 frames. */
const large = {
  ...pocket,
  ...{ id: 'large', sizeGrid: 32, maxSize: [1280, 720] as [number, number] },
  frameGrid: { multiple: 8, plus: 1, min: 9, max: 257 },
};

function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return describeError(error);
  }
  return expect.fail('was not refused');
}

describe('parseSize', () => {
  it('takes what is on the grid, and the native size when nothing is asked for', () => {
    expect(parseSize('96x256', pocket)).toEqual({ width: 96, height: 256 });
    expect(parseSize(undefined, pocket)).toEqual({ width: 128, height: 128 });
  });

  it.each([
    ['100x100', 'width must be a multiple of 32 for the model pocket; try 96x96 or 128x128'],
    ['128x130', 'height must be a multiple of 32 for the model pocket; try 128x128 or 128x160'],
    ['0x128', 'width must be a multiple of 32 for the model pocket; try 32x128'],
    ['128x512', 'height must be at most 256 for the model pocket; try 128x256'],
    ['-32x32', 'is not a size; try 128x128'],
    ['128', 'is not a size; try 128x128'],
  ])('refuses %s and names what would do', (text, sentence) => {
    expect(refusal(() => parseSize(text, pocket))).toBe(`onionskin: --size ${text}: ${sentence}`);
  });

  it('never suggests more than the model takes, even where that is off its grid', () => {
    expect(refusal(() => parseSize('1280x719', large))).toContain('try 1280x704');
  });
});

describe('parseFrames', () => {
  it('takes any number for a model without a grid, also beyond one window', () => {
    expect([1, 8, 13, 14, 200].map((count) => parseFrames(String(count), pocket))).toEqual([1, 8, 13, 14, 200]);
  });

  it('refuses a window off the grid and names the nearest below and above', () => {
    expect(parseFrames('25', large)).toBe(25);
    expect(refusal(() => parseFrames('20', large))).toBe(
      'onionskin: --frames 20: must be a multiple of 8 plus 1 for the model large; try 17 or 25',
    );
    expect(refusal(() => parseFrames('3', large))).toContain('try 9');
  });

  it.each(['0', '-1', '1.5', 'nine', '', '10001'])('refuses %s', (text) => {
    expect(refusal(() => parseFrames(text, pocket))).toContain(`onionskin: --frames`);
  });
});

describe('rules of guidance and step reuse', () => {
  const plain = { ...pocket, defaults: { ...pocket.defaults, guidanceRule: undefined } };

  it('are those of the package where nothing is typed, and what is typed goes before', () => {
    const steady = { ...pocket, defaults: { ...pocket.defaults, guidanceRule: { steady: 1 } } };
    expect(parseRules({}, steady)).toEqual({ guidanceRule: { steady: 1 } });
    expect(parseRules({ steady: '0.25', rescale: '0.5' }, steady)).toEqual({
      guidanceRule: { steady: 0.25, rescale: 0.5 },
    });
    expect(refusal(() => parseRules({ steady: '2' }, steady))).toContain('--steady');
  });

  it('are read as typed, and nothing typed is no rule', () => {
    expect(parseRules({}, plain)).toEqual({});
    expect(parseRules({ guidanceMethod: 'apg:0.3', rescale: '0.7', guided: '0.1-0.8', reuse: '0.1' }, plain)).toEqual({
      guidanceRule: {
        method: { kind: 'apg', eta: 0.3, momentum: -0.5, normThreshold: 0 },
        rescale: 0.7,
        interval: { start: 0.1, stop: 0.8 },
      },
      stepReuse: { threshold: 0.1, warmUpSteps: 3 },
    });
    expect(parseRules({ guidanceMethod: 'zero-star' }, plain)).toEqual({
      guidanceRule: { method: { kind: 'zero-star', zeroInitSteps: 1 } },
    });
  });

  it.each([
    ['--guidance-method', { guidanceMethod: 'magic' }],
    ['--guided', { guided: '0.5' }],
    ['--rescale', { rescale: '2' }],
    ['--reuse', { reuse: 'much' }],
    ['--second-guidance', { secondGuidance: '3' }],
  ])('%s is refused by name', (field, options) => {
    expect(() => parseRules(options, pocket)).toThrow(
      expect.objectContaining({ code: 'input/invalid', detail: expect.objectContaining({ field }) as object }) as Error,
    );
  });
});
