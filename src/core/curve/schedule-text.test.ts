import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurveKey } from '../document/records';
import { AppError } from '../errors';
import { curveValue, easeNames } from './evaluate';
import { parseSchedule, printSchedule } from './schedule-text';

const span = { from: 0, to: 48 };
const pairs = (keys: readonly CurveKey[]) => keys.map(({ frame, value }) => [frame, value]);
function refusal(
  text: string,
  parameter: 'guidance' | 'panX' = 'panX',
): { column: string; message: string; remedy: string } {
  try {
    parseSchedule(text, parameter, span);
  } catch (thrown) {
    if (thrown instanceof AppError)
      return { column: thrown.detail.field ?? '', message: thrown.message, remedy: thrown.detail.remedy ?? '' };
    throw thrown;
  }
  throw new Error(`${text} was read`);
}

describe('a schedule', () => {
  test('of numbers becomes keys in a straight line', () => {
    expect(parseSchedule(' 24:( 1.5 ), 0:(1.0) ,', 'guidance', span)).toEqual([
      { frame: 0, value: 1, ease: 'linear' },
      { frame: 24, value: 1.5, ease: 'linear' },
    ]);
    expect(pairs(parseSchedule('0:(-2), 12:(.5), "max_f-1":(1e1)', 'panX', span))).toEqual([
      [0, -2],
      [12, 0.5],
      [47, 10],
    ]);
  });

  test('of arithmetic has at every frame what the arithmetic says', () => {
    const keys = parseSchedule('0:(1.0), 24:(1.5*sin(2*3.14*t/10))', 'panX', span);
    for (let frame = 0; frame < 24; frame++) {
      const end = 1.5 * Math.sin((2 * 3.14 * 24) / 10);
      expect(curveValue(keys, frame)).toBeCloseTo(1 + (frame / 24) * (end - 1), 3);
    }
    for (let frame = 24; frame < 48; frame++)
      expect(curveValue(keys, frame)).toBeCloseTo(1.5 * Math.sin((2 * 3.14 * frame) / 10), 3);
  });

  test('that draws a straight line has its two ends only', () => {
    expect(pairs(parseSchedule('0:(t*0.5)', 'panX', span))).toEqual([
      [0, 0],
      [47, 23.5],
    ]);
    expect(pairs(parseSchedule('0:(3+0*t)', 'panX', span))).toEqual([
      [0, 3],
      [47, 3],
    ]);
  });

  test('keeps every number that was written, and is read in time that grows with its length', () => {
    expect(pairs(parseSchedule('0:(1), 12:(1), 24:(1)', 'panX', span))).toEqual([
      [0, 1],
      [12, 1],
      [24, 1],
    ]);
    expect(parseSchedule('0:(t/1000)', 'panX', { from: 0, to: 100_000 })).toHaveLength(2);
  });

  test('counts from the first frame of the film, wherever that is', () => {
    expect(pairs(parseSchedule('0:(1), 8:(2)', 'panX', { from: -8, to: 8 }))).toEqual([
      [-8, 1],
      [0, 2],
    ]);
  });

  test('knows powers, remainders, conditions and functions', () => {
    const at = (text: string, frame: number) => curveValue(parseSchedule(`0:(${text})`, 'panX', span), frame);
    expect(at('t**2 % 7', 5)).toBe(4);
    expect(at('where(t<10, 1, 2)', 9)).toBe(1);
    expect(at('where(t<10, 1, 2)', 10)).toBe(2);
    expect(at('t>=12 ? max_f : 0', 12)).toBe(48);
    expect(at('max(abs(-3), min(1,2)) + cos(0*t) + floor(pi)', 0)).toBe(7);
  });

  test.each([
    ['', 'column 1', 'there is no key'],
    ['24', 'column 1', 'there is no ":" after the frame'],
    ['a:(1)', 'column 1', '"a" is not a frame'],
    ['0:(1), 2.5:(1)', 'column 8', '"2.5" is not a frame'],
    ['0:1', 'column 3', 'frame 0 has no "(" after the ":"'],
    ['0:(sin(t)', 'column 3', 'this bracket is never closed'],
    ['0:()', 'column 4', 'the brackets are empty'],
    ['0:(1) 4:(2)', 'column 7', 'a comma is missing after frame 0'],
    ['0:(1), 0:(2)', 'column 8', 'frame 0 has a value at column 1 already'],
    ['0:(1+)', 'column 5', 'it cannot be read here'],
    ['0:(2^t)', 'column 5', '"^" is no operator here'],
    ['0:(1+foo(t))', 'column 6', '"foo" is no function here'],
    ['0:(1+ x)', 'column 7', '"x" is not known'],
    ['0:(sin(1,2))', 'column 4', '"sin" takes 1 value, not 2'],
    ['0:("1")', 'column 4', '""1"" is not a number'],
    ['0:(1 2)', 'column 4', '"1 2" is more than one expression'],
    ['0:(1), 4:(1/0)', 'column 11', 'it has no value at frame 4'],
    ['0:(t*10)', 'column 4', 'it is 210 at frame 21'],
  ])('%s is refused by name', (text, column, message) => {
    const found = refusal(text);
    expect(found.column).toBe(column);
    expect(found.message).toContain(message);
    expect(found.message).toMatch(/^Column \d+: /);
    expect(found.remedy).not.toBe('');
  });

  test.each([
    'constructor.constructor("return 1")()',
    'this.x',
    't.constructor',
    '[1][0]',
    '__proto__',
    'toString()',
    'hasOwnProperty(t)',
    'eval("1")',
  ])('%s is no arithmetic: nothing of the program can be reached', (text) => {
    expect(() => parseSchedule(`0:(${text})`, 'panX', span)).toThrow(AppError);
  });

  test('written out and read in has the same value at every frame', () => {
    const anyKeys = fc
      .uniqueArray(
        fc.record({
          frame: fc.integer({ min: -10, max: 60 }),
          value: fc.integer({ min: -200_000, max: 200_000 }).map((n) => n / 10_000),
          ease: fc.oneof(fc.constantFrom(...easeNames), fc.constant({ x1: 0.9, y1: 0.1, x2: 0.2, y2: 0.8 })),
        }),
        { selector: ({ frame }) => frame, minLength: 1, maxLength: 6 },
      )
      .map((keys): CurveKey[] => keys.sort((a, b) => a.frame - b.frame));
    fc.assert(
      fc.property(anyKeys, fc.integer({ min: -5, max: 5 }), (keys, from) => {
        const read = parseSchedule(printSchedule(keys, { from }), 'panX', { from, to: from + 48 });
        for (let frame = from; frame < 70; frame++)
          expect(curveValue(read, frame)).toBeCloseTo(curveValue(keys, frame), 3);
      }),
      { numRuns: 80 },
    );
  });

  test('whatever is typed is read or refused by an error of ours', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9:(),.t+*/ a-z"^-]{0,24}$/), (text) => {
        try {
          parseSchedule(text, 'guidance', span);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
