import { describe, expect, it } from 'vitest';
import { takeIndexFrom } from '@core/document/film';
import type { Document } from '@core/document/records';
import type { TakeView } from '@core/document/takes';
import { extendForward } from '@core/timeline/grow-segment';
import { after, aShot, aTake, anEmptyFilm } from '@core/timeline/test-films';
import { framesAroundSeam, seamRange, sideOf } from './compare-sides';

/** Nine frames from nothing, then four more; at 8 frames a second throughout. */
function aGrownFilm(): Document {
  return after(anEmptyFilm({ num: 8, den: 1 }), aShot('a'), (doc) =>
    extendForward(doc, 'a-clip', { segmentId: 'a-more', blockId: null, text: null, frameCount: 4 }),
  );
}

function side(doc: Document, takes: readonly TakeView[], take: TakeView) {
  const found = sideOf({ doc, takes: takeIndexFrom(takes), stills: () => null }, take);
  if (found === null) throw new Error('no side');
  return found;
}

describe('a side of a comparison', () => {
  const doc = aGrownFilm();
  const start = aTake(doc, 'start', 'a-first');
  const [old, young] = [
    aTake(doc, 'old', 'a-more', { parentTakeId: 'start' }),
    aTake(doc, 'young', 'a-more', { parentTakeId: 'start', createdAt: 1 }),
  ];
  const takes = [start, old, young];

  it('is the film as it would be with the take, whatever the film shows now', () => {
    const shown = (take: TakeView): string[] =>
      [8, 9, 12].flatMap((frame) =>
        side(doc, takes, take)
          .reader.layersAt(frame)
          .layers.map((layer) => layer.frame),
      );
    expect(shown(young)).toEqual(['start:8', 'young:0', 'young:3']);
    expect(shown(old)).toEqual(['start:8', 'old:0', 'old:3']);
  });

  it('has a seam where the take meets another part, from either side of it', () => {
    expect([side(doc, takes, old).seams, side(doc, takes, start).seams]).toEqual([[9], [9]]);
    const alone = after(anEmptyFilm(), aShot('a'));
    expect(side(alone, [start], start).seams).toEqual([]);
  });

  it('loops half a second to both sides of the seam, within the film', () => {
    const grown = side(doc, takes, old);
    expect(seamRange(grown, 9, 0)).toEqual({ from: 5, to: 13 });
    expect(seamRange(grown, 40, 0)).toBeNull();
  });

  it('measures a seam by the frames around it that are there', () => {
    const { film } = side(doc, takes, old);
    expect(framesAroundSeam(film, 9)).toEqual({
      frames: ['start:4', 'start:5', 'start:6', 'start:7', 'start:8', 'old:0', 'old:1', 'old:2', 'old:3'],
      firstNew: 5,
    });
    const stopped = aTake(doc, 'stopped', 'a-more', { kept: 1 });
    expect(framesAroundSeam(side(doc, [start, stopped], stopped).film, 9)?.frames).toHaveLength(6);
    expect(framesAroundSeam(film, 0)).toBeNull();
  });

  it('is none when the part is no longer in the film', () => {
    const gone = after(anEmptyFilm(), aShot('b'));
    expect(sideOf({ doc: gone, takes: takeIndexFrom(takes), stills: () => null }, old)).toBeNull();
  });
});
