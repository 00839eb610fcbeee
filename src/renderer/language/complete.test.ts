/**
 * Every table of words has a German one beside it, and nothing in it was left in English. That no word is missing is
 * the type checker's business.
 */
import { describe, expect, it } from 'vitest';

type Words = string | ((...args: never[]) => string) | { readonly [key: string]: Words };

const english = import.meta.glob<{ strings: Words }>('../**/*strings.ts', { eager: true });
const german = import.meta.glob<{ de: Words }>('../**/*strings.de.ts', { eager: true });

/** The same in both languages: names, technical terms and figures. */
const SAME = new Set([
  'Onionskin',
  'Prompt',
  'Prompts',
  'Clip',
  'Take',
  'Takes',
  'Seed',
  'Guidance',
  'Sampling',
  'Scheduler',
  'Film',
  'Marker',
  'Name',
  'Format',
  'GIF',
  'Slip',
  'Slide',
  'Slerp',
  'Linear',
  'linear',
  'Orange',
  'Zoom',
  'Version',
  'Match Frame',
  'auto',
  'Offline',
  'Pause',
]);
/** Nothing but figures, signs and the sample values below. */
const NO_WORDS =
  /^(?:[^\p{L}]|Δ|\b(?:ab|xy|dB|Hz|kHz|MiB|GiB|MB|kB|JSON|Deforum|AnimateDiff|A|B|s|f|Clip|Marker|Take|Prompt|Shot|H|PNG|MP|red|blue|a|ball|step)\b)*$/u;

/** Key and both wordings of every leaf; functions are called with samples. */
function* leaves(
  en: Words,
  de: Words | undefined,
  path: string,
): Iterable<readonly [string, string, string | undefined]> {
  if (typeof en === 'string') yield [path, en, typeof de === 'string' ? de : undefined];
  else if (typeof en === 'function') yield [path, said(en), typeof de === 'function' ? said(de) : undefined];
  else
    for (const [key, words] of Object.entries(en))
      yield* leaves(words, typeof de === 'object' ? de[key] : undefined, `${path}.${key}`);
}

/** With numbers where they are taken, else with words. */
function said(words: (...args: never[]) => string): string {
  for (const sample of [3, 'xy', ['ab', 'xy'], { window: 0, windows: 2, step: 1, steps: 3 }])
    try {
      const text = words(...([sample, sample, sample, sample] as never[]));
      if (typeof text === 'string' && !text.includes('undefined') && !text.includes('NaN')) return text;
    } catch {
      // It wants another kind of value: the next sample.
    }
  return '';
}

const tables = Object.entries(english).map(([file, { strings }]) => ({
  file,
  en: strings,
  de: german[file.replace(/\.ts$/, '.de.ts')]?.de,
}));

describe('the German tables', () => {
  it('are there for every table of words', () => {
    expect(tables.length).toBeGreaterThan(15);
    expect(tables.filter(({ de }) => de === undefined).map(({ file }) => file)).toEqual([]);
  });

  it('have nothing left in English by accident', () => {
    const left = tables.flatMap(({ file, en, de }) =>
      [...leaves(en, de, file)]
        .filter(([path]) => !/hintsList\.\d+\.0$/.test(path))
        .filter(([, a, b]) => b === undefined || (a === b && !SAME.has(a) && !NO_WORDS.test(a)))
        .map(([path, a]) => `${path}: ${a}`),
    );
    expect(left).toEqual([]);
  });

  it('have no English words in German sentences', () => {
    const found = tables.flatMap(({ file, en, de }) =>
      [...leaves(en, de, file)]
        .filter(([, , b]) =>
          /\b(the|this|and|with|frames|of|to)\b/.test((b ?? '').replace(/film still of|a red ball[^"]*/g, '')),
        )
        .map(([path, , b]) => `${path}: ${b}`),
    );
    expect(found).toEqual([]);
  });
});
