import { describe, expect, it } from 'vitest';
import { recordOf, recordsOf } from '@core/document/access';
import { applyDiff } from '@core/document/apply-diff';
import { pinAnchor } from '@core/timeline/anchors';
import { extendBackward, extendForward } from '@core/timeline/grow-segment';
import { startDocument } from '../state/session.test-support';
import { setPlannedLength } from './planned-length';

function shape(doc: ReturnType<typeof startDocument>) {
  const { start, duration, sourceIn } = recordOf(doc, 'clip', 'clip');
  const blocks = recordsOf(doc, 'prompt-block').map(({ from, to }) => [from, to]);
  return { start, duration, sourceIn, blocks };
}

describe('the length of a planned part', () => {
  it('moves the clip, the prompt and the last-frame image with the end', () => {
    const start = startDocument();
    const pinned = applyDiff(start, pinAnchor(start, { id: 'last', shotId: 'shot', frame: 8, mediaId: 'm' }));
    const longer = applyDiff(pinned, setPlannedLength(pinned, 'segment', 13));
    expect(shape(longer)).toEqual({ start: 0, duration: 13, sourceIn: 0, blocks: [[0, 13]] });
    expect(recordOf(longer, 'anchor', 'last').frame).toBe(12);
    const shorter = applyDiff(longer, setPlannedLength(longer, 'segment', 5));
    expect(shape(shorter)).toEqual({ start: 0, duration: 5, sourceIn: 0, blocks: [[0, 5]] });
    expect(recordOf(shorter, 'anchor', 'last').frame).toBe(4);
  });

  it('changes only the new block of an extension', () => {
    const start = startDocument();
    const growth = { segmentId: 'more', blockId: 'b2', frameCount: 5, text: 'it falls' };
    const grown = applyDiff(start, extendForward(start, 'clip', growth));
    const longer = applyDiff(grown, setPlannedLength(grown, 'more', 8));
    expect(shape(longer)).toEqual({
      start: 0,
      duration: 17,
      sourceIn: 0,
      blocks: [
        [0, 9],
        [9, 17],
      ],
    });
    const shorter = applyDiff(grown, setPlannedLength(grown, 'more', 1));
    expect(shape(shorter)).toEqual({
      start: 0,
      duration: 10,
      sourceIn: 0,
      blocks: [
        [0, 9],
        [9, 10],
      ],
    });
  });

  it('moves the start of a lead-in and leaves its end', () => {
    const start = startDocument();
    const growth = { segmentId: 'before', blockId: 'b0', frameCount: 4, text: 'an empty sky' };
    const grown = applyDiff(start, extendBackward(start, 'clip', growth));
    const shorter = applyDiff(grown, setPlannedLength(grown, 'before', 2));
    expect(recordOf(shorter, 'segment', 'before')).toMatchObject({ from: -2, frameCount: 2 });
    expect(
      recordsOf(shorter, 'prompt-block')
        .map(({ from, to }) => [from, to])
        .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
    ).toEqual([
      [-2, 0],
      [0, 9],
    ]);
  });

  it('refuses a part that others grew from, and no frames at all', () => {
    const start = startDocument();
    const growth = { segmentId: 'more', blockId: null, frameCount: 5, text: null };
    const grown = applyDiff(start, extendForward(start, 'clip', growth));
    expect(() => setPlannedLength(grown, 'segment', 12)).toThrow('the length of this part is fixed');
    expect(() => setPlannedLength(start, 'segment', 0)).toThrow('a part cannot have 0 frames');
  });
});
