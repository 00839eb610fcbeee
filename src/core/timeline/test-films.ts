/**
 * Documents and takes for tests: a small builder over the real edits, so that test films obey every rule.
 */
import { recordOf } from '../document/access';
import { applyDiff, documentFromRecords } from '../document/apply-diff';
import type { DocumentDiff } from '../document/diff';
import type { Document, SamplingSettings } from '../document/records';
import type { TakeView } from '../document/takes';
import type { Rate } from '../time/rate';
import { createProjectRecords } from './create-project';
import { insertShot, type NewShot } from './insert-shot';

export const testSampling: SamplingSettings = {
  steps: 24,
  guidance: 3,
  negative: '',
  contextFrames: 4,
  framesPerWindow: null,
};

/** An empty project with tracks track-1 and track-2; 24 frames a second unless given. */
export function anEmptyFilm(rate: Rate = { num: 24, den: 1 }): Document {
  return documentFromRecords(createProjectRecords({ name: 'Film', rate, width: 64, height: 32, modelId: 'pocket' }));
}

export function after(doc: Document, ...edits: readonly ((doc: Document) => DocumentDiff)[]): Document {
  return edits.reduce((state, edit) => applyDiff(state, edit(state)), doc);
}

/** A shot `name` whose records are `name-shot`, `name-first`, `name-clip` and `name-block`; 9 frames at 8 a second. */
export function aShot(name: string, over: Partial<NewShot> = {}): (doc: Document) => DocumentDiff {
  return (doc) =>
    insertShot(doc, {
      shotId: `${name}-shot`,
      segmentId: `${name}-first`,
      clipId: `${name}-clip`,
      blockId: `${name}-block`,
      text: `${name} prompt`,
      trackId: 'track-1',
      start: 0,
      name,
      modelId: 'pocket',
      rate: { num: 8, den: 1 },
      width: 64,
      height: 32,
      sampling: testSampling,
      frameCount: 9,
      ...over,
    });
}

/** A take of a segment whose frames are called `take:0`, `take:1` …; all of the segment's unless `kept` says fewer. */
export function aTake(
  doc: Document,
  id: string,
  segmentId: string,
  over: Partial<TakeView> & { readonly kept?: number } = {},
): TakeView {
  const segment = recordOf(doc, 'segment', segmentId);
  const { kept = segment.frameCount, ...rest } = over;
  return {
    id,
    shotId: segment.shotId,
    segmentId,
    parentTakeId: null,
    seed: 1,
    frames: Array.from({ length: kept }, (_, i) => `${id}:${i}`),
    recipeHash: '',
    draftKey: null,
    createdAt: 0,
    ...rest,
  };
}
