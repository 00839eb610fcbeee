import { expect, test } from 'vitest';
import { isRightToLeft } from './paint-prompts';

test.each([
  ['a red ball', false],
  ['كرة حمراء', true],
  ['12 – כדור אדום', true],
  ['ball כדור', false],
  ['🎈', false],
  ['', false],
])('the first letter decides where "%s" begins', (text, expected) => {
  expect(isRightToLeft(text)).toBe(expected);
});
