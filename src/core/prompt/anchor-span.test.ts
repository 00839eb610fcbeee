import { expect, test } from 'vitest';
import { pinAnchor } from '../timeline/anchors';
import { after, anEmptyFilm, aShot } from '../timeline/test-films';
import { anchorSpan } from './anchor-span';
import { animateDiffLimits, pocketLimits } from './test-limits';

/** Windows of 9, then of 5 new frames each: 0–9, 9–14, 14–19, 19–20. */
const film = (frame: number) =>
  after(anEmptyFilm(), aShot('a', { frameCount: 20 }), (doc) =>
    pinAnchor(doc, { id: 'p', shotId: 'a-shot', frame, mediaId: 'm' }),
  );
const spanOf = (frame: number, limits = pocketLimits) =>
  anchorSpan(film(frame), 'p', { segmentId: 'a-first', takes: new Map(), limits });

test('a pinned image reaches as far as the windows that know it', () => {
  expect(spanOf(0)).toEqual({ from: 0, to: 9 });
  expect(spanOf(5)).toEqual({ from: 0, to: 9 });
  expect(spanOf(12)).toEqual({ from: 9, to: 14 });
  expect(spanOf(19)).toEqual({ from: 19, to: 20 });
});

test('an image outside the segment, or one that the model cannot take, reaches nothing', () => {
  expect(spanOf(20)).toBeNull();
  expect(spanOf(5, animateDiffLimits)).toBeNull();
});
