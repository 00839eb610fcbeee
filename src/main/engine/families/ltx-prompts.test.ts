import { describe, expect, test } from 'vitest';
import { aWindow, plainMix } from '../../../../test/support/pocket';
import type { RecipeWindow } from '@contracts/recipe';
import { framePrompts, readByTokens, withoutPadding, type MaskedEmbeddings } from './ltx-prompts';

/** Two tokens of one value: what it says, and the padding. */
const embedding = (value: number) => ({ hidden: Float32Array.of(value, 0), mask: Float32Array.of(1, 0) });
const texts: MaskedEmbeddings = new Map([
  ['', embedding(0)],
  ['a', embedding(10)],
  ['b', embedding(20)],
]);
const window = (over: Partial<RecipeWindow>) => aWindow({ frames: 4, keepTo: 4, prompt: 'a', ...over }) as RecipeWindow;

describe('what the frames of a window read', () => {
  test('is one prompt where there is no other', () => {
    expect(framePrompts(window({}), texts)).toEqual({ prompts: [embedding(10)], ofFrame: [0] });
    const same = window({ travel: [plainMix(1, 'a'), plainMix(3, 'a')], promptStrength: [1, 1, 1, 1] });
    expect(framePrompts(same, texts)).toEqual({ prompts: [embedding(10)], ofFrame: [0] });
  });

  test('is each different prompt once, of every frame its own', () => {
    const blend = { frames: 1, from: 'a', to: 'b', kind: 'linear' as const, weight: 0.5 };
    const { prompts, ofFrame } = framePrompts(window({ travel: [plainMix(1, 'a'), blend, plainMix(2, 'b')] }), texts);
    expect(prompts.map(({ hidden }) => hidden[0])).toEqual([10, 15, 20]);
    expect(ofFrame).toEqual([0, 1, 2, 2]);
  });

  test('is weighed frame by frame where the strength has a curve', () => {
    const { prompts, ofFrame } = framePrompts(window({ promptStrength: [1, 0.5, 0.5, 1] }), texts);
    expect(prompts.map(({ hidden }) => hidden[0])).toEqual([10, 5]);
    expect(ofFrame).toEqual([0, 1, 1, 0]);
  });
});

describe('prompts without padding', () => {
  const prompt = (...mask: number[]) => ({
    hidden: Float32Array.from(mask, (_, i) => i),
    mask: Float32Array.from(mask),
  });

  test('are as long as the longest, all of them', () => {
    const short = withoutPadding([prompt(1, 0, 0, 0), prompt(1, 1, 1, 0)]);
    expect(short.map(({ hidden, mask }) => [[...hidden], [...mask]])).toEqual([
      [
        [0, 1, 2],
        [1, 0, 0],
      ],
      [
        [0, 1, 2],
        [1, 1, 1],
      ],
    ]);
  });

  test('keep a token where nothing is read', () => {
    expect(withoutPadding([prompt(0, 0)]).map(({ mask }) => mask.length)).toEqual([1]);
  });
});

describe('a mask with a row for each token', () => {
  const frames = { prompts: [embedding(10), embedding(20)], ofFrame: [0, 0, 1] };

  test("lets a token read its frame's prompt alone; behind the last frame, that one's", () => {
    // A later image's token in front, then one token for each of three frames.
    const { hidden, mask } = readByTokens(frames, [8, 0, 1, 2], 2);
    expect([...hidden]).toEqual([10, 0, 20, 0]);
    expect([...mask]).toEqual([...[0, 0, 1, 0], ...[1, 0, 0, 0], ...[1, 0, 0, 0], ...[0, 0, 1, 0]]);
  });

  test('leaves room that nobody reads, so that both predictions have one shape', () => {
    const { hidden, mask } = readByTokens({ prompts: [embedding(0)], ofFrame: [0] }, [0, 1], 2);
    expect([hidden.length, mask.length]).toEqual([4, 8]);
    expect([...mask]).toEqual([...[1, 0, 0, 0], ...[1, 0, 0, 0]]);
  });
});
