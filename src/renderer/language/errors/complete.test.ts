/**
 * The German of errors against the sentences in the source. What an artist meets is complete; what is left in English, as
 * the command line's, is counted, so that it does not grow unseen.
 */
import { describe, expect, it } from 'vitest';
import { errorSentences } from '../../../../test/support/error-sentences';
import { said } from './error-table';
import { german, germanErrors } from './german';

/** Sentences of the command line and of main's own doors, English in every language. */
const LEFT_IN_SHELLS = 83;
/** In core's invariants, which have no AppError of their own, and joined sentences (a remedy of two). */
const ELSEWHERE = [
  'clip "{}" at frame {} would overlap "{}", which ends at {}',
  'the prompt block at frame {} would overlap the one that ends at {}',
  'It can go from {} to {}. {}',
  'It can go from {} to {}.',
  'Ripple trim moves the neighbour along.',
  'Extend the shot to get more frames.',
  // Of the window's shell: a drag out.
  'The film of this clip is not made yet.',
  'Make the file in the inspector first, then drag it.',
];

const sources = import.meta.glob<string>(['../../../**/*.ts', '!**/*test*'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text.replaceAll('{}', ''));
const textsIn = (isMeant: (file: string) => boolean): string[] => [
  ...new Set(
    Object.entries(sources)
      .filter(([file]) => isMeant(file))
      .flatMap(([, source]) => errorSentences(source))
      .filter(hasWords),
  ),
];
const isShell = (file: string): boolean => file.includes('/main/shells/');

describe('errors in German', () => {
  const texts = textsIn((file) => !isShell(file));

  it('are there for every sentence of the film, the library and the engine', () => {
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.filter((text) => german[text] === undefined)).toEqual([]);
  });

  it('are for sentences that exist', () => {
    const known = new Set([...textsIn(() => true), ...ELSEWHERE]);
    expect(Object.keys(german).filter((text) => !known.has(text))).toEqual([]);
  });

  it('are found by their own sentence, with every value in its place', () => {
    const wrong = Object.entries(german).filter(([english, translation]) => {
      let place = 0;
      const sentence = english.replace(/\{\}/g, () => `v${++place}`);
      const wanted = translation.replace(/\{(\d)(?::[ws])?\}/g, 'v$1');
      return said(sentence, germanErrors) !== wanted;
    });
    expect(wrong).toEqual([]);
  });

  it('lose no value', () => {
    const places = (text: string) => new Set(text.match(/\{\d/g)).size;
    const lost = Object.entries(german).filter(([english, text]) => english.split('{}').length - 1 !== places(text));
    expect(lost).toEqual([]);
  });

  it('leave a counted rest in English', () => {
    const left = textsIn(isShell).filter((text) => german[text] === undefined);
    expect(left.length).toBeLessThanOrEqual(LEFT_IN_SHELLS);
  });

  it('say words and sentences inside a sentence in German too', () => {
    expect([
      said('the start of "Boot: am Kai" cannot be at frame 3', germanErrors),
      said('It can go from 1 to 5. Ripple trim moves the neighbour along.', germanErrors),
      said('there is nothing to paste', germanErrors),
      said('never heard of', germanErrors),
    ]).toEqual([
      'der Anfang von „Boot: am Kai“ kann nicht bei Bild 3 liegen',
      'Möglich ist 1 bis 5. Mit Ripple wandert der Nachbar mit.',
      'es gibt nichts einzufügen',
      'never heard of',
    ]);
  });
});
