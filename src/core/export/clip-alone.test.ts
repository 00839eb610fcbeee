import { expect, test } from 'vitest';
import { applyDiff, documentFromRecords } from '../document/apply-diff';
import type { ClipRecord, Document, DocumentRecord } from '../document/records';
import { createProjectRecords } from '../timeline/create-project';
import { clipAlone } from './clip-alone';
import { planFilm } from './plan';
import { planSound } from './sound-plan';

const HASH = { a: 'a'.repeat(64), b: 'b'.repeat(64) };

function still(id: keyof typeof HASH, start: number, trackId = 'track-1', more: Partial<ClipRecord> = {}): ClipRecord {
  const source = { type: 'still', mediaId: id } as const;
  return { kind: 'clip', id, trackId, source, name: id, start, duration: 10, sourceIn: 0, ...more };
}

function sound(id: string, start: number, linkId?: string): ClipRecord {
  const source = { type: 'audio', mediaId: id, frameCount: 100, gainDb: 0, fadeIn: 0, fadeOut: 0 } as const;
  const link = linkId === undefined ? {} : { linkId };
  return { kind: 'clip', id, trackId: 'sound', source, name: id, start, duration: 10, sourceIn: 3, ...link };
}

function film(...records: DocumentRecord[]): Document {
  const start = createProjectRecords({ name: 'F', rate: { num: 24, den: 1 }, modelId: 'm', width: 64, height: 64 });
  const track = { kind: 'track', id: 'sound', name: 'A1', type: 'audio', order: 50 } as const;
  const off = { isLocked: false, isHidden: true, isSolo: false };
  return documentFromRecords([...start, { ...track, ...off }, ...records]);
}

const stills = (id: string): string | null => HASH[id as keyof typeof HASH];

test('only the clip is seen, where it lies, though another lies over it and its track is hidden', () => {
  let doc = film(still('a', 20), still('b', 20, 'track-2'));
  const track = doc.get('track-1');
  if (track?.kind !== 'track') throw new Error('no track');
  const updated = [{ from: track, to: { ...track, isHidden: true } }];
  doc = applyDiff(doc, { added: [], removed: [], updated });
  const { document, ...range } = clipAlone(doc, 'a');
  expect(range).toEqual({ from: 20, to: 30 });
  const { frames, missing } = planFilm(document, new Map(), { ...range, stills });
  expect(missing).toEqual([]);
  expect(new Set(frames.map((layers) => layers.map(({ frame }) => frame).join()))).toEqual(new Set([HASH.a]));
});

test('with the sound that is linked with it and no other, though its track is muted', () => {
  const doc = film(still('a', 20, 'track-1', { linkId: 'l' }), sound('own', 22, 'l'), sound('other', 40));
  const { document, ...range } = clipAlone(doc, 'a');
  expect(planSound(document, range).clips.map(({ mediaId }) => mediaId)).toEqual(['own']);
  expect(planSound(clipAlone(film(still('a', 20), sound('other', 20)), 'a').document, range).clips).toEqual([]);
});

test('a sound, or what is no clip, is refused by name', () => {
  const doc = film(sound('own', 0));
  expect(() => clipAlone(doc, 'own')).toThrow(expect.objectContaining({ code: 'input/invalid' }));
  expect(() => clipAlone(doc, 'gone')).toThrow();
});
