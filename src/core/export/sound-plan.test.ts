import { describe, expect, test } from 'vitest';
import type { Document } from '../document/records';
import { createRate } from '../time/rate';
import { insertAudio, setClipSound } from '../timeline/insert-audio';
import { setClipSpeed } from '../timeline/set-speed';
import { slipClip } from '../timeline/slip';
import { splitClip } from '../timeline/split';
import { after, anEmptyFilm } from '../timeline/test-films';
import { addTrack, setTrack } from '../timeline/tracks';
import { trimClip } from '../timeline/trim';
import { planSound } from './sound-plan';

const aSound = (id: string, trackId: string, start: number, frameCount: number) => (doc: Document) =>
  insertAudio(doc, { clipId: id, trackId, start, mediaId: `${id}-media`, name: id, frameCount });

function aFilmWithTwoSounds(rate = createRate(24)): Document {
  return after(
    anEmptyFilm(rate),
    (doc) => addTrack(doc, { id: 'a1', type: 'audio' }),
    (doc) => addTrack(doc, { id: 'a2', type: 'audio' }),
    aSound('music', 'a1', 0, 48),
    aSound('voice', 'a2', 24, 24),
  );
}
const heard = (doc: Document) => planSound(doc, { from: 0, to: 48 }).clips.map(({ mediaId }) => mediaId);

describe('what is heard', () => {
  test('every audio track, unless it is muted', () => {
    const doc = aFilmWithTwoSounds();
    expect(heard(doc)).toEqual(['music-media', 'voice-media']);
    expect(heard(after(doc, (now) => setTrack(now, 'a1', { isHidden: true })))).toEqual(['voice-media']);
  });

  test('only solo tracks where there is one, and a muted solo track is silent', () => {
    const solo = after(aFilmWithTwoSounds(), (doc) => setTrack(doc, 'a1', { isSolo: true }));
    expect(heard(solo)).toEqual(['music-media']);
    expect(heard(after(solo, (doc) => setTrack(doc, 'a1', { isHidden: true })))).toEqual([]);
  });
});

describe('in samples', () => {
  test('a clip lies where its frames lie, and a range that begins inside it leaves its fades alone', () => {
    const doc = after(aFilmWithTwoSounds(), (now) =>
      setClipSound(now, 'voice', { gainDb: -6, fadeIn: 12, fadeOut: 6 }),
    );
    expect(planSound(doc, { from: 30, to: 36 })).toMatchObject({
      length: 12_000,
      clips: [
        { start: -60_000, length: 96_000, sourceStart: 0 },
        { start: -12_000, length: 48_000, gainDb: -6, fadeIn: 24_000, fadeOut: 12_000 },
      ],
    });
  });

  test('an hour in at 30000/1001 there is no drift', () => {
    const frame = 107_892;
    const rate = createRate(30_000, 1001);
    const doc = after(
      anEmptyFilm(rate),
      (now) => addTrack(now, { id: 'a1', type: 'audio' }),
      aSound('late', 'a1', frame, 30),
    );
    const [clip] = planSound(doc, { from: 0, to: frame + 30 }).clips;
    // 107,892 · 1001/30000 s = 3599.9964 s, times 48,000.
    expect(clip?.start).toBe(Math.round((frame * 1001 * 48_000) / 30_000));
  });

  test('both halves of a split go on where the other stops, and a trimmed start is skipped in the file', () => {
    const split = after(
      aFilmWithTwoSounds(),
      (doc) => setClipSound(doc, 'music', { fadeIn: 8, fadeOut: 8 }),
      (doc) => splitClip(doc, 'music', 10, 'rest'),
      (doc) => trimClip(doc, 'rest', 'start', 12, { ripple: false }),
    );
    const [left, right] = planSound(split, { from: 0, to: 48 }).clips;
    expect([left, right]).toMatchObject([
      { start: 0, sourceStart: 0, length: 20_000, fadeIn: 16_000, fadeOut: 0 },
      { start: 24_000, sourceStart: 24_000, length: 72_000, fadeIn: 0, fadeOut: 16_000 },
    ]);
  });

  test('a slowed sound is heard from the sample of the slowed file on, also after a split, a trim and a slip', () => {
    const slow = after(
      aFilmWithTwoSounds(),
      (doc) => setClipSpeed(doc, 'music', 50),
      (doc) => splitClip(doc, 'music', 20, 'rest'),
      (doc) => trimClip(doc, 'rest', 'start', 24, { ripple: false }),
      (doc) => trimClip(doc, 'rest', 'end', 90, { ripple: false }),
      (doc) => slipClip(doc, 'rest', 3),
      (doc) => setClipSound(doc, 'rest', { fadeIn: 8 }),
    );
    const [left, right, voice] = planSound(slow, { from: 0, to: 96 }).clips;
    expect([left, right, voice]).toMatchObject([
      { speed: 50, start: 0, sourceStart: 0, length: 40_000 },
      { speed: 50, start: 48_000, sourceStart: 54_000, length: 132_000, fadeIn: 16_000 },
      { speed: 100, sourceStart: 0, length: 48_000 },
    ]);
  });

  test('fades longer than the clip are cut short, the first one last', () => {
    const short = after(
      aFilmWithTwoSounds(),
      (doc) => setClipSound(doc, 'voice', { fadeIn: 10, fadeOut: 10 }),
      (doc) => trimClip(doc, 'voice', 'end', 24 + 12, { ripple: false }),
    );
    expect(planSound(short, { from: 24, to: 36 }).clips.at(-1)).toMatchObject({ fadeIn: 20_000, fadeOut: 4_000 });
  });
});
