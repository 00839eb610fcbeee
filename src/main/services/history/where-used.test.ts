import { expect, test } from 'vitest';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertShot } from '@core/timeline/insert-shot';
import { setSegment } from '@core/timeline/segments';
import type { TakeView } from '@contracts/job';
import { whereUsed } from './where-used';

const rate = { num: 8, den: 1 };
const size = { width: 64, height: 64, rate, modelId: 'pocket' };

function aFilm() {
  const empty = documentFromRecords(createProjectRecords({ name: 'Film', ...size }));
  const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 1, framesPerWindow: null };
  const ids = { shotId: 'shot', segmentId: 'segment', clipId: 'clip', blockId: null, trackId: 'track-1' };
  const shot = { ...ids, ...size, sampling, text: null, start: 4, name: 'Ball', frameCount: 2 };
  return applyDiff(empty, insertShot(empty, shot));
}

function aTake(id: string, more: Partial<TakeView> = {}): TakeView {
  const frames = ['a'.repeat(64), 'b'.repeat(64)];
  const base = { id, shotId: 'shot', segmentId: 'segment', parentTakeId: null, seed: 1, frames, createdAt: 1 };
  return { ...base, recipeHash: 'c'.repeat(64), draftKey: null, ...more };
}

test('names the clips that show the take in use, and none for the others', () => {
  const takes = [aTake('old'), aTake('new', { createdAt: 2 })];
  const of = (take: TakeView, document = aFilm()) =>
    whereUsed({ view: take, projectId: 'p' }, document, { takes, projectName: 'Film' });
  const clips = [{ clipId: 'clip', name: 'Ball', start: 4 }];
  const where = { projectId: 'p', projectName: 'Film', children: [] };
  expect([of(takes[1]!), of(takes[0]!)]).toEqual([
    { ...where, clips, isActive: true },
    { ...where, clips: [], isActive: false },
  ]);
  const chosen = applyDiff(aFilm(), setSegment(aFilm(), 'segment', { activeTakeId: 'old' }));
  expect(of(takes[0]!, chosen)).toEqual({ ...where, clips, isActive: true });
});

test('names the takes that grew from it; a shot that was deleted is no use', () => {
  const child = aTake('child', { parentTakeId: 'first', segmentId: 'later' });
  const first = aTake('first', { shotId: 'gone' });
  const options = { takes: [first, child], projectName: null };
  const answer = whereUsed({ view: first, projectId: 'p' }, aFilm(), options);
  expect(answer).toEqual({ projectId: 'p', projectName: null, clips: [], isActive: false, children: ['child'] });
});
