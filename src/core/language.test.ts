import { expect, test } from 'vitest';
import { languageOf, wordsIn } from './language';

test('the artist’s choice wins, else the system’s language, else English', () => {
  expect(languageOf('de', 'en-GB')).toBe('de');
  expect(languageOf('en', 'de-DE')).toBe('en');
  expect(languageOf('system', 'de_AT')).toBe('de');
  expect(languageOf(null, 'DE')).toBe('de');
  expect(languageOf({ odd: true }, 'fr-FR')).toBe('en');
});

test('words are those of the language', () => {
  const english = { a: 'frame', b: (count: number) => `${count} frames` } as const;
  const de = { a: 'Bild', b: (count: number) => `${count} Bilder` };
  expect(wordsIn('en', english, { de }).b(2)).toBe('2 frames');
  expect(wordsIn('de', english, { de }).a).toBe('Bild');
});
