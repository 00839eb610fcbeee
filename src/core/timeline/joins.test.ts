import { describe, expect, test } from 'vitest';
import { clipsOfTrack, recordOf } from '../document/access';
import { resolveShot, takeIndexFrom } from '../document/film';
import { violations } from '../document/invariants';
import type { Document } from '../document/records';
import type { TakeView } from '../document/takes';
import { planSegment } from '../prompt/plan';
import { pocketLimits } from '../prompt/test-limits';
import { createRate } from '../time/rate';
import { closeLoop } from './close-loop';
import { deleteClips } from './delete-clips';
import { bridgeFrames, closeGap, fillGap, gapAt, gapBetween } from './fill-gap';
import { insertStill } from './insert-still';
import { splitClip } from './split';
import { aShot, aTake, after, anEmptyFilm } from './test-films';
import { trimClip } from './trim';

/** Two shots of 27 project frames with 24 between them: 8 shot frames. */
const apart = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 51 }));
const made = takeIndexFrom([aTake(apart, 'ta', 'a-first'), aTake(apart, 'tb', 'b-first')]);

function filled(doc: Document, leftId = 'a-clip', rightId = 'b-clip'): Document {
  const gap = gapBetween(doc, leftId, rightId);
  if (!gap) throw new Error('no gap');
  const { modelId, rate, width, height, sampling } = recordOf(doc, 'shot', 'a-shot');
  return after(doc, (now) =>
    fillGap(now, {
      gap,
      shotId: 'g-shot',
      segmentId: 'g',
      clipId: 'g-clip',
      blockId: 'g-block',
      name: 'Bridge',
      text: 'between',
      like: { modelId, rate, width, height, sampling },
    }),
  );
}

const plan = (doc: Document, segmentId: string, takes: ReadonlyMap<string, readonly TakeView[]> = made) =>
  planSegment({ doc, segmentId, takes, limits: pocketLimits, seed: 1 });

describe('a gap', () => {
  test('is the room between two neighbours of one track', () => {
    expect(gapAt(apart, 'track-1', 30)).toMatchObject({
      left: { id: 'a-clip' },
      right: { id: 'b-clip' },
      from: 27,
      to: 51,
    });
    expect(gapAt(apart, 'track-1', 26)).toBeNull();
    expect(gapAt(apart, 'track-1', 90)).toBeNull();
    expect(gapAt(apart, 'track-2', 30)).toBeNull();
    expect(gapBetween(apart, 'b-clip', 'a-clip')).toEqual(gapAt(apart, 'track-1', 27));
    expect(gapBetween(after(anEmptyFilm(), aShot('a'), aShot('b', { start: 27 })), 'a-clip', 'b-clip')).toBeNull();
  });

  test('is closed by what follows it', () => {
    const gap = gapAt(apart, 'track-1', 30);
    if (!gap) throw new Error('no gap');
    expect(
      clipsOfTrack(
        after(apart, (doc) => closeGap(doc, gap)),
        'track-1',
      ).map(({ start }) => start),
    ).toEqual([0, 27]);
  });

  test('is filled by a shot that fits it exactly and touches neither neighbour', () => {
    const doc = filled(apart);
    expect(clipsOfTrack(doc, 'track-1').map(({ id, start, duration }) => [id, start, duration])).toEqual([
      ['a-clip', 0, 27],
      ['g-clip', 27, 24],
      ['b-clip', 51, 27],
    ]);
    expect(recordOf(doc, 'segment', 'g')).toMatchObject({
      role: 'first',
      frameCount: 8,
      joins: { before: { shotId: 'a-shot', frame: 8 }, after: { shotId: 'b-shot', frame: 0 } },
    });
    expect(violations(doc)).toEqual([]);
  });

  test('of a length that is no whole number of shot frames is filled to its end and no further', () => {
    const rate = createRate(24_000, 1001);
    const doc = after(anEmptyFilm(rate), aShot('a'), aShot('b', { start: 35 }));
    const gap = gapBetween(doc, 'a-clip', 'b-clip');
    const full = filled(doc);
    expect(recordOf(full, 'clip', 'g-clip').duration).toBe((gap?.to ?? 0) - (gap?.from ?? 0));
    expect(gap && bridgeFrames(doc, gap, recordOf(doc, 'shot', 'a-shot'))).toBe(3);
  });

  test('is bridged from the frames that the neighbours show, trims counted', () => {
    const trimmed = after(
      apart,
      (doc) => trimClip(doc, 'a-clip', 'end', 24, { ripple: false }),
      (doc) => trimClip(doc, 'b-clip', 'start', 54, { ripple: false }),
    );
    const { draft } = plan(filled(trimmed), 'g');
    expect(draft.known).toContainEqual({ index: -1, frame: 'ta:7' });
    expect(draft.known).toContainEqual({ index: draft.frameCount, frame: 'tb:1' });
    expect(draft.windows.at(-1)?.later).toBe(draft.frameCount);
    expect(draft.windows[0]?.prefix).toBeGreaterThan(0);
  });

  test('follows the take in use next door, so that another one there is noticed', () => {
    const doc = filled(apart);
    const other = takeIndexFrom([aTake(doc, 'ta', 'a-first'), aTake(doc, 'new', 'b-first')]);
    expect(plan(doc, 'g', other).draft.known).toContainEqual({ index: 8, frame: 'new:0' });
  });

  test('between a still and a shot starts from the image', () => {
    const still = { clipId: 's', trackId: 'track-1', start: 0, duration: 12, mediaId: 'photo', name: 'Photo' };
    const doc = after(anEmptyFilm(), aShot('a', { start: 36 }), (now) => insertStill(now, still));
    const { draft } = plan(filled(doc, 's', 'a-clip'), 'g', takeIndexFrom([aTake(doc, 'ta', 'a-first')]));
    expect(draft.known).toContainEqual({ index: -1, mediaId: 'photo' });
    expect(draft.known).toContainEqual({ index: 8, frame: 'ta:0' });
  });

  test('cannot be bridged from frames that are not made, nor from a shot of another size', () => {
    expect(() => plan(filled(apart), 'g', takeIndexFrom([]))).toThrow(/frame 8 of "a".*not made yet/);
    const small = after(anEmptyFilm(), aShot('a'), aShot('b', { start: 51, width: 32 }));
    expect(() => filled(small)).toThrow(/is 32 × 32 and the bridge would be 64 × 32/);
  });

  test('keeps its bridge when a neighbour is deleted', () => {
    const doc = after(filled(apart), (now) => deleteClips(now, ['a-clip'], { ripple: false }));
    expect(plan(doc, 'g').draft.known).toContainEqual({ index: -1, frame: 'ta:8' });
  });
});

describe('a loop', () => {
  const loop = { segmentId: 'l', frameCount: 6 };

  test('grows the clip by frames that lead from its last frame to its first', () => {
    const doc = after(apart, (now) => closeLoop(now, 'a-clip', loop));
    expect(recordOf(doc, 'clip', 'a-clip').duration).toBe(45);
    const { draft } = plan(doc, 'l');
    expect(draft.known).toContainEqual({ index: -1, frame: 'ta:8' });
    expect(draft.known).toContainEqual({ index: 6, frame: 'ta:0' });
    expect(draft.role).toBe('forward');
  });

  test('runs from the frames that a trimmed clip shows', () => {
    const doc = after(
      apart,
      (now) => trimClip(now, 'a-clip', 'start', 3, { ripple: false }),
      (now) => trimClip(now, 'a-clip', 'end', 21, { ripple: false }),
      (now) => closeLoop(now, 'a-clip', loop),
    );
    expect(recordOf(doc, 'clip', 'a-clip')).toMatchObject({ start: 3, sourceIn: 3, duration: 36 });
    const { draft } = plan(doc, 'l');
    expect(draft.known).toContainEqual({ index: -1, frame: 'ta:6' });
    expect(draft.known).toContainEqual({ index: 6, frame: 'ta:1' });
  });

  test('once made, meets itself: what it lands on is not its own picture', () => {
    const doc = after(apart, (now) => closeLoop(now, 'a-clip', loop));
    const takes = takeIndexFrom([
      aTake(doc, 'ta', 'a-first'),
      aTake(doc, 'tl', 'l', { parentTakeId: 'ta' }),
      aTake(doc, 'tb', 'b-first'),
    ]);
    expect(plan(doc, 'l', takes).draft.known).toContainEqual({ index: 6, frame: 'ta:0' });
    expect(resolveShot(doc, 'a-shot', takes).frames.at(-1)).toBe('tl:5');
  });

  test('takes no frames from another clip of the shot', () => {
    const doc = after(apart, (now) => splitClip(now, 'a-clip', 12, 'right'));
    expect(() => closeLoop(doc, 'a-clip', loop)).toThrow(/another clip shows what follows "a"/);
    expect(
      recordOf(
        after(doc, (now) => closeLoop(now, 'right', loop)),
        'clip',
        'right',
      ).duration,
    ).toBe(33);
  });
});

test('only a first segment goes on from another shot, and joins are whole frames', () => {
  const doc = new Map(filled(apart));
  const segment = recordOf(doc, 'segment', 'g');
  doc.set('g', { ...segment, joins: { after: { shotId: 'b-shot', frame: 0.5 } } });
  expect(violations(doc)).toEqual(['segment g joins 0.5, which is not a frame']);
  const grown = new Map(after(apart, (now) => closeLoop(now, 'a-clip', { segmentId: 'l', frameCount: 2 })));
  grown.set('l', { ...recordOf(grown, 'segment', 'l'), joins: { before: { mediaId: 'm' } } });
  expect(violations(grown)).toEqual(['segment l is a forward segment and goes on from another shot']);
});
