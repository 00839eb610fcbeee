/**
 * The lists against OpenTimelineIO itself: test/fixtures/interchange holds what this code writes, and what OpenTimelineIO and
 * its CMX 3600 reader make of it (read_back.py). `ONIONSKIN_WRITE_FIXTURES=1` writes the former anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { takeIndexFrom } from '../document/film';
import { insertAudio } from '../timeline/insert-audio';
import { insertStill } from '../timeline/insert-still';
import { addMarker, setMarker } from '../timeline/markers';
import { aShot, aTake, after, anEmptyFilm } from '../timeline/test-films';
import { addTrack } from '../timeline/tracks';
import { addDissolve } from '../timeline/transitions';
import type { Rate } from '../time/rate';
import { edlOf, hasEdl } from './edl';
import { otioOf } from './otio';
import { planInterchange, type Interchange } from './plan';

const folder = join(import.meta.dirname, '../../../test/fixtures/interchange');

/** Two shots that dissolve, a gap, a still on V2, a sound with fades, a marker with a note. */
function anInterchange(rate: Rate): Interchange {
  const doc = after(
    anEmptyFilm(rate),
    aShot('a', { name: 'Über “Bälle”', rate }),
    aShot('b', { start: 9, name: 'Balloon', rate, frameCount: 20 }),
    (d) => addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 4 }),
    aShot('c', { start: 40, name: 'Balloon', rate }),
    (d) => insertStill(d, { clipId: 's', trackId: 'track-2', start: 42, duration: 5, mediaId: 'p', name: 'Sky.png' }),
    (d) => addTrack(d, { id: 'a1', type: 'audio' }),
    (d) => insertAudio(d, { clipId: 'x', trackId: 'a1', start: 3, mediaId: 'm', name: 'Sea.wav', frameCount: 30 }),
    (d) => addMarker(d, { id: 'm', frame: 12, name: 'Here' }),
    (d) => setMarker(d, 'm', { color: 'red', note: 'later' }),
  );
  const takes = takeIndexFrom(['a', 'b', 'c'].map((name) => aTake(doc, name.toUpperCase(), `${name}-first`)));
  return planInterchange(doc, takes, { from: 0, to: 49, stills: () => 'sky', extensionOfSound: () => '.wav' });
}

const Row = z.object({
  track: z.string(),
  name: z.string(),
  file: z.string().nullable(),
  fileIn: z.number(),
  start: z.number(),
  duration: z.number(),
});
const ReadBack = z.object({
  otio: z.object({
    rate: z.number(),
    rows: z.array(Row.extend({ fileFrames: z.number() })),
    dissolves: z.array(z.object({ before: z.number(), after: z.number() })),
    markers: z.array(z.object({ name: z.string(), color: z.string(), frame: z.number(), comment: z.string() })),
    prompts: z.array(z.object({ name: z.string(), start: z.number(), duration: z.number() })),
  }),
  edl: z.array(Row).nullable(),
});

function kept(name: string, text: string): string {
  if (process.env.ONIONSKIN_WRITE_FIXTURES === '1') writeFileSync(join(folder, name), text);
  return readFileSync(join(folder, name), 'utf8');
}

describe.each([
  ['24', { num: 24, den: 1 }],
  ['29.97', { num: 30_000, den: 1001 }],
  ['8', { num: 8, den: 1 }],
] as const)('at %s frames a second', (name, rate) => {
  const interchange = anInterchange(rate);
  const otio = `${JSON.stringify(otioOf(interchange, { withPrompts: true }), null, 1)}\n`;
  const [v1] = interchange.tracks;

  test('the list is the one that was read back', () => {
    expect(otio).toBe(kept(`film-${name}.otio`, otio));
    if (v1 !== undefined && hasEdl(rate)) {
      const edl = edlOf(interchange.name, v1, rate);
      expect(edl).toBe(kept(`film-${name}.edl`, edl));
    }
  });

  test('OpenTimelineIO reads the film that was planned', () => {
    const { otio: found, edl } = ReadBack.parse(JSON.parse(readFileSync(join(folder, `film-${name}.json`), 'utf8')));
    const rows = interchange.tracks.flatMap(({ name: track, clips }) =>
      clips.map(({ name: clip, file, fileIn, fileFrames, start, duration }) => ({
        ...{ track, name: clip, file, fileIn, fileFrames, start, duration },
      })),
    );
    expect(found.rate).toBeCloseTo(rate.num / rate.den, 9);
    expect(found.rows).toEqual(rows);
    expect(found.dissolves).toEqual([{ before: 2, after: 2 }]);
    expect(found.markers).toEqual([{ name: 'Here', color: 'RED', frame: 12, comment: 'later' }]);
    expect(found.prompts.map(({ name: text }) => text)).toEqual(['a prompt', 'b prompt', 'c prompt']);
    expect(edl === null).toBe(!hasEdl(rate));
    if (edl === null) return;
    // A dissolve belongs whole to the clip that comes in: two frames of the cut at 7 are the second clip's.
    const [first, second, third] = rows.filter(({ track }) => track === 'V1');
    const row = (of: typeof first, before: number, after: number) => ({
      name: of?.file.replace('media/', ''),
      fileIn: (of?.fileIn ?? 0) - before,
      start: (of?.start ?? 0) - before,
      duration: (of?.duration ?? 0) + before - after,
    });
    expect(edl).toMatchObject([row(first, 0, 2), row(second, 2, 0), row(third, 0, 0)]);
  });
});

test.each([
  [24, 1, true],
  [24_000, 1001, true],
  [25, 1, true],
  [60, 1, true],
  [8, 1, false],
  [12, 1, false],
  [24_500, 1001, false],
])('a rate of %i/%i has a list of its own: %s', (num, den, has) => {
  expect(hasEdl({ num, den })).toBe(has);
});
