import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRate } from './rate';
import { formatTimecode, hasDropFrame, parseTimecode } from './timecode';

const film = createRate(24_000, 1001);
const pal = createRate(25);
const ntsc = createRate(30_000, 1001);
const fast = createRate(60);
const ntscFast = createRate(60_000, 1001);

test.each([
  [0, pal, '00:00:00:00'],
  [24, film, '00:00:01:00'],
  [86_399, film, '00:59:59:23'],
  [90_000, pal, '01:00:00:00'],
  [1_000_000_000, fast, '4629:37:46:40'],
  [-26, pal, '-00:00:01:01'],
  [125, createRate(120), '00:00:01:005'],
])('frame %i is labelled in whole-second counts', (frame, rate, label) => {
  expect(formatTimecode(frame, rate)).toBe(label);
});

// The edges are those of SMPTE ST 12-1: 17,982 frames in ten minutes of 29.97.
test.each([
  [1799, '00:00:59;29'],
  [1800, '00:01:00;02'],
  [17_981, '00:09:59;29'],
  [17_982, '00:10:00;00'],
  [107_892, '01:00:00;00'],
])('29.97 drop-frame labels frame %i as %s', (frame, label) => {
  expect(formatTimecode(frame, ntsc, { dropFrame: true })).toBe(label);
  expect(parseTimecode(label, ntsc)).toBe(frame);
});

test('59.94 drop-frame leaves out four numbers a minute', () => {
  expect(formatTimecode(3600, ntscFast, { dropFrame: true })).toBe('00:01:00;04');
  expect(formatTimecode(215_784, ntscFast, { dropFrame: true })).toBe('01:00:00;00');
});

describe('parsing', () => {
  test('reads back what formatting writes, over many hours, at every rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -40_000_000, max: 40_000_000 }),
        fc.constantFrom(film, pal, ntsc, fast, ntscFast),
        fc.boolean(),
        (frame, rate, wantsDrop) => {
          const dropFrame = wantsDrop && hasDropFrame(rate);
          expect(parseTimecode(formatTimecode(frame, rate, { dropFrame }), rate)).toBe(frame);
        },
      ),
    );
  });

  test('reads short forms', () => {
    expect(['12', '1:12', '2:01:12', ' 1:02:01:12 '].map((text) => parseTimecode(text, pal))).toEqual([
      12, 37, 3037, 93_037,
    ]);
  });

  test.each(['', 'now', '1:2:3:4:5', '00:00:00:25', '00:60:00:00', '00:00:75:00', '1.5', '00:00:00;00'])(
    'refuses %j at 25 frames a second',
    (text) => {
      expect(() => parseTimecode(text, pal)).toThrowError(expect.objectContaining({ code: 'input/invalid' }));
    },
  );

  test('refuses the numbers that drop-frame leaves out', () => {
    expect(() => parseTimecode('00:01:00;01', ntsc)).toThrow('drop-frame has no frames 0 to 1');
    expect(parseTimecode('00:10:00;01', ntsc)).toBe(17_983);
  });
});
