/**
 * One side of a comparison: the film as it would be with a take in use. Both sides are whole films, so what is compared
 * is what would be exported: dissolves, other tracks and branches of another length included. Pure.
 */
import { clipsOfShot, filmEnd, projectOf, recordOf } from '@core/document/access';
import { applyDiff } from '@core/document/apply-diff';
import { projectFrameAt } from '@core/document/branch';
import { resolveShot, type ShotFilm } from '@core/document/film';
import type { Document, SegmentRecord } from '@core/document/records';
import type { FrameHash, TakeIndex, TakeView } from '@core/document/takes';
import { AppError } from '@core/errors';
import { createFilmReader, type FilmReader, type StillFrame } from '@core/export/plan';
import { framesPerSecond } from '@core/time/rate';
import { useTakeDiff } from '../../actions/takes';

export interface CompareSide {
  readonly take: TakeView;
  readonly segment: SegmentRecord;
  /** The document with the take in use. */
  readonly doc: Document;
  readonly film: ShotFilm;
  readonly reader: FilmReader;
  /** Exclusive last project frame. */
  readonly end: number;
  /** Shot frames at which the take meets frames of another part: the first frame after each seam, earliest first. */
  readonly seams: readonly number[];
}

export interface SideSource {
  readonly doc: Document;
  readonly takes: TakeIndex;
  readonly stills: StillFrame;
}

export function takeById(takes: TakeIndex, takeId: string): TakeView | null {
  for (const list of takes.values()) {
    const found = list.find((take) => take.id === takeId);
    if (found !== undefined) return found;
  }
  return null;
}

/** null when the take's shot or part is no longer in the document. */
export function sideOf({ doc, takes, stills }: SideSource, take: TakeView): CompareSide | null {
  try {
    const segment = recordOf(doc, 'segment', take.segmentId);
    const shown = applyDiff(doc, useTakeDiff(doc, take));
    const film = resolveShot(shown, take.shotId, takes);
    return {
      take,
      segment,
      doc: shown,
      film,
      reader: createFilmReader(shown, takes, stills),
      end: filmEnd(shown),
      seams: seamsOf(film, segment.id),
    };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function seamsOf(film: ShotFilm, segmentId: string): number[] {
  return film.spans
    .filter((span, i) => {
      const before = film.spans[i - 1];
      return before !== undefined && (span.segmentId === segmentId) !== (before.segmentId === segmentId);
    })
    .map((span) => span.from);
}

/** Frames each side of a seam that its measure looks at. */
const AROUND = 5;

/** Stored frames around a seam without a hole; null when one side of the seam has none. */
export function framesAroundSeam(
  film: ShotFilm,
  seam: number,
): { readonly frames: readonly FrameHash[]; readonly firstNew: number } | null {
  const run = (from: number, step: -1 | 1): FrameHash[] => {
    const found: FrameHash[] = [];
    for (let frame = from; found.length < AROUND; frame += step) {
      const hash = film.frames[frame - film.from] ?? null;
      if (hash === null) break;
      found.push(hash);
    }
    return found;
  };
  const before = run(seam - 1, -1).reverse();
  const after = run(seam, 1);
  return before.length === 0 || after.length === 0 ? null : { frames: [...before, ...after], firstNew: before.length };
}

/** Project frames to loop over a seam: half a second before it and after it, within the film. Null when it is not shown. */
export function seamRange(
  side: CompareSide,
  seam: number,
  playhead: number,
): { readonly from: number; readonly to: number } | null {
  const clips = clipsOfShot(side.doc, side.take.shotId);
  const covers = (start: number, duration: number, frame: number): boolean =>
    start <= frame && frame < start + duration;
  const shows = clips.filter((clip) => covers(clip.start, clip.duration, projectFrameAt(side.doc, clip, seam)));
  const clip = shows.find(({ start, duration }) => covers(start, duration, playhead)) ?? shows[0];
  if (clip === undefined) return null;
  const at = projectFrameAt(side.doc, clip, seam);
  const half = Math.max(1, Math.ceil(framesPerSecond(projectOf(side.doc).rate) / 2));
  return { from: Math.max(0, at - half), to: Math.min(side.end, at + half) };
}
