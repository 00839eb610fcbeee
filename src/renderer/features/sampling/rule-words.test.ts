import { expect, test } from 'vitest';
import { methodNamed, reuseOf, ruleWith, ruleWords } from './rule-words';

test('parts that ask for nothing leave no trace, so that a plain shot has no rule', () => {
  const some = ruleWith(undefined, { rescale: 0.7 });
  expect(some).toEqual({ rescale: 0.7 });
  expect(ruleWith(some, { rescale: 0 })).toBeUndefined();
  expect(ruleWith(some, { interval: { start: 0, stop: 1 } })).toEqual({ rescale: 0.7 });
  expect(ruleWith(ruleWith(some, { method: methodNamed('apg', true) }), { method: undefined })).toEqual(some);
  expect(reuseOf(0)).toBeUndefined();
});

test('a noise model is given no silent step', () => {
  expect(methodNamed('zero-star', false)).toEqual({ kind: 'zero-star', zeroInitSteps: 0 });
});

test('are said in a few words', () => {
  expect(ruleWords(undefined, undefined)).toBe('plain');
  expect(ruleWords({ method: methodNamed('apg', true), interval: { start: 0, stop: 0.8 } }, reuseOf(7.5))).toBe(
    'Projected (APG) · guided 0 % to 80 % · reuse 7.5 %',
  );
});
