import { expect, test } from 'vitest';
import { curveParameters } from '../curve/parameters';
import { recordOf } from '../document/access';
import { copyCurveKeys, pasteCurveKeys } from './copy-keys';
import { curveKeys, type CurveOf, setCurve } from './curves';
import { aShot, after, anEmptyFilm } from './test-films';

const guidance: CurveOf = { shotId: 'a-shot', parameter: 'guidance' };
const film = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 60 }), (doc) =>
  setCurve(doc, guidance, [
    { frame: 2, value: 1, ease: 'in' },
    { frame: 4, value: 3, ease: 'hold' },
    { frame: 9, value: 5, ease: 'linear' },
  ]),
);
const copied = copyCurveKeys(film, guidance, [2, 4]);

test('keys are put down at a frame with their distances, values and easing, and take the place of those there', () => {
  const { diff, frames } = pasteCurveKeys(film, guidance, copied, 7);
  expect(frames).toEqual([7, 9]);
  const shot = recordOf(
    after(film, () => diff),
    'shot',
    'a-shot',
  );
  expect(curveKeys(shot, 'guidance').slice(2)).toEqual([
    { frame: 7, value: 1, ease: 'in' },
    { frame: 9, value: 3, ease: 'hold' },
  ]);
});

test('another shot gets the same values, another setting the same shape', () => {
  const other = { shotId: 'b-shot', parameter: 'guidance' } as const;
  const doc = after(film, (now) => pasteCurveKeys(now, other, copied, 0).diff);
  expect(curveKeys(recordOf(doc, 'shot', 'b-shot'), 'guidance').map(({ value }) => value)).toEqual([1, 3]);
  const hold = { shotId: 'b-shot', parameter: 'hold' } as const;
  const shaped = after(film, (now) => pasteCurveKeys(now, hold, copied, 0).diff);
  const share = (parameter: 'guidance' | 'hold', value: number) => {
    const { min, max } = curveParameters[parameter];
    return (value - min) / (max - min);
  };
  const values = curveKeys(recordOf(shaped, 'shot', 'b-shot'), 'hold').map(({ value }) => share('hold', value));
  expect(values[0]).toBeCloseTo(share('guidance', 1), 2);
  expect(values[1]).toBeCloseTo(share('guidance', 3), 2);
});

test('without keys there is nothing to copy, and pasting says what to do', () => {
  expect(copyCurveKeys(film, guidance, [3])).toBeNull();
  expect(() => pasteCurveKeys(film, guidance, null, 0)).toThrow(/no keys to paste/);
});
