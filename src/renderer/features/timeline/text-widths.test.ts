import { beforeEach, expect, test } from 'vitest';
import { ellipsis, forgetTextWidths } from './text-widths';

/** Letters 6 wide, an "m" 12 and an "i" 3; "…" 8. */
const widthOf: Readonly<Record<string, number>> = { m: 12, i: 3, '…': 8 };
let measured = 0;
const ctx = {
  font: 'before',
  measureText: (text: string) => {
    measured++;
    return { width: [...text].reduce((sum, letter) => sum + (widthOf[letter] ?? 6), 0) };
  },
} as unknown as CanvasRenderingContext2D;
const fitted = (text: string, width: number): string => ellipsis(ctx, 'any', text, width);

beforeEach(() => {
  forgetTextWidths();
  measured = 0;
});

test.each([
  ['a red ball', 60, 'a red ball'],
  ['a red ball', 59, 'a red ba…'],
  ['a red ball', 38, 'a red…'],
  ['a red ball', 20, 'a…'],
  ['a red ball', 13, ''],
  ['mmmmiiiiiiii', 40, 'mm…'],
  ['', 10, ''],
])('of "%s" in %d pixels "%s" is written', (text, width, expected) => {
  expect(fitted(text, width)).toBe(expected);
});

test('as much as there is room for, and no more', () => {
  for (let width = 0; width < 90; width++) {
    const shown = fitted('mimimi lili mmm', width);
    const long = ctx.measureText(shown).width;
    expect(long).toBeLessThanOrEqual(width);
  }
});

test('little is measured of a text of 5,000 letters', () => {
  expect(fitted('ab'.repeat(2_500), 104)).toBe(`${'ab'.repeat(8)}…`);
  expect(measured).toBeLessThan(8);
});

test('the font is as it was', () => {
  fitted('a red ball', 30);
  expect(ctx.font).toBe('before');
});
