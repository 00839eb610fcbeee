import { expect, test } from 'vitest';
import { PromptBlockRecord } from './document';
import { RecipeWindow } from './recipe';

const window = {
  start: 0,
  frames: 9,
  prefix: 0,
  later: null,
  keepFrom: 0,
  keepTo: 9,
  prompt: 'a',
  negative: '',
  seed: 1,
};
const mix = { frames: 9, from: 'a', to: 'b', kind: 'slerp', weight: 0.35 };

test('windows and blocks from before there was travel are read as they were, without a new field', () => {
  expect(RecipeWindow.parse(window)).toStrictEqual(window);
  const block = { kind: 'prompt-block', id: 'b', shotId: 's', from: 0, to: 9, text: 'a' };
  expect(PromptBlockRecord.parse(block)).toStrictEqual(block);
});

test('travel is kept whole, and a weight outside 0 to 1 or a kind nobody knows is refused', () => {
  expect(RecipeWindow.parse({ ...window, travel: [mix] })).toStrictEqual({ ...window, travel: [mix] });
  for (const bad of [{ weight: 1.01 }, { weight: NaN }, { kind: 'cubic' }, { frames: 0 }])
    expect(RecipeWindow.safeParse({ ...window, travel: [{ ...mix, ...bad }] }).success).toBe(false);
  expect(RecipeWindow.safeParse({ ...window, travel: [] }).success).toBe(false);
});
