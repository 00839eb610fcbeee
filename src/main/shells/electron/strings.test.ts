import { expect, test } from 'vitest';
import { shellWords } from './strings';

/** The same word in both languages. */
const SAME = new Set(['Match Frame']);

test('the menu has nothing left in English, and an Alt key for every part of it', () => {
  const [en, de] = [shellWords('en'), shellWords('de')];
  const texts = (words: object): string[] =>
    Object.values(words).flatMap((one: string | ((...values: number[]) => string) | object) => {
      if (typeof one === 'string') return [one];
      return typeof one === 'function' ? [one(2, 1)] : texts(one);
    });
  const german = texts(de);
  expect(texts(en).filter((text, i) => text === german[i] && !SAME.has(text))).toEqual([]);
  const keys = [de.file, de.edit, de.generate, de.view, de.help].map((label) => /&(\p{L})/u.exec(label)?.[1]);
  expect(new Set(keys).size).toBe(5);
});
