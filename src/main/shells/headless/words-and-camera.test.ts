import { describe, expect, it } from 'vitest';
import { planDirect } from '@core/prompt/plan';
import { pocketManifest } from '../../../../test/support/pocket';
import { parseCamera, parseWords, withCamera } from './words-and-camera';

const film = { manifest: pocketManifest, frameCount: 14 };
const one = { ...pocketManifest, conditioning: { ...pocketManifest.conditioning, perFramePrompts: false } };
const planned = (prompt: string, then: readonly string[], manifest = pocketManifest) => {
  const words = parseWords(prompt, then, { ...film, manifest });
  const { draft, notes } = planDirect({
    ...{ modelId: 'pocket', limits: manifest, width: 128, height: 128, rate: manifest.nativeRate },
    ...{ frameCount: film.frameCount, seed: 1, ...words.request },
  });
  return { draft, notes: [...notes, ...words.notes(draft)].map(({ text }) => text), texts: words.texts };
};
const refusal = (field: string, remedy: string): Error =>
  expect.objectContaining({
    code: 'input/invalid',
    detail: expect.objectContaining({ field, remedy: expect.stringContaining(remedy) as string }) as object,
  }) as Error;

describe('--then', () => {
  it('gives every frame its own prompt where the model reads them so', () => {
    const { draft, notes, texts } = planned('red', ['11=blue', '4=green']);
    expect(texts).toEqual(['red', 'green', 'blue']);
    expect(draft.windows.map(({ travel }) => travel?.map(({ frames, from }) => [frames, from]))).toEqual([
      [
        [4, 'red'],
        [5, 'green'],
      ],
      [
        [6, 'green'],
        [3, 'blue'],
      ],
    ]);
    expect(notes).toEqual([]);
  });

  it('says where a model that reads one prompt per window changes instead', () => {
    const { draft, notes } = planned('red', ['8=green'], one);
    expect(draft.windows.map(({ prompt, travel }) => [prompt, travel])).toEqual([
      ['red', undefined],
      ['green', undefined],
    ]);
    expect(notes).toEqual(['The prompt changes at frame 9 instead of 8: a window has one prompt.']);
  });

  it('is the plan without it where there is none', () => {
    const { draft } = planned('red', []);
    expect(draft.windows.every(({ prompt, travel }) => prompt === 'red' && travel === undefined)).toBe(true);
  });

  it.each([
    ['a green ball', '4="a green ball"'],
    ['4=  ', '4="a green ball"'],
    ['0=green', ''],
    ['14=green', ''],
  ])('refuses %s', (typed, remedy) => {
    expect(() => parseWords('red', [typed], film)).toThrow(refusal('--then', remedy));
  });

  it('refuses two prompts for one frame', () => {
    expect(() => parseWords('red', ['4=green', '4=blue'], film)).toThrow(refusal('--then', 'one of them'));
  });
});

describe('--camera', () => {
  it('moves the camera at every frame, at a medium pace unless another is said', () => {
    const { draft } = planned('red', []);
    expect(withCamera(draft, null)).toBe(draft);
    const { camera } = withCamera(draft, parseCamera('pan-right', pocketManifest));
    expect(camera?.from).toBe(1);
    expect(camera?.moves).toEqual(Array.from({ length: 13 }, () => ({ panX: -4, panY: 0, zoom: 1, rotate: 0 })));
    const slow = withCamera(draft, parseCamera('zoom-in:slow', pocketManifest)).camera?.moves[0];
    expect(slow?.zoom).toBeCloseTo(1.06 ** (1 / 8), 4);
  });

  it.each(['pan', 'panLeft', 'pan-left:quick', 'pan-left:slow:slow', ''])(
    'refuses “%s” and names the moves',
    (typed) => {
      expect(() => parseCamera(typed, pocketManifest)).toThrow(refusal('--camera', 'pan-left, pan-right, tilt-up'));
    },
  );

  it('is refused by a model that has none', () => {
    expect(() => parseCamera('pan-left', { ...pocketManifest, family: 'wan' })).toThrow(refusal('--camera', 'leave'));
  });
});
