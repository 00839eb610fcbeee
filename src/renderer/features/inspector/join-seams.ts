/**
 * Where a bridge or a closed loop meets its neighbours: the stored frames on both sides of each seam, for measuring how
 * far the picture jumps there.
 */
import type { ShotFilm } from '@core/document/film';
import type { JoinedFrame, SegmentRecord } from '@core/document/records';
import type { FrameHash } from '@core/document/takes';

export interface JoinSeam {
  readonly side: 'before' | 'after';
  /** In the order in which they play; null while one side has none. */
  readonly around: { readonly frames: readonly FrameHash[]; readonly firstNew: number } | null;
}

/** Frames each side that the measure looks at. */
const AROUND = 5;

/** Both seams of a segment that joins something; none of any other. */
export function joinSeams(segment: SegmentRecord, filmOf: (shotId: string) => ShotFilm | null): JoinSeam[] {
  if (segment.joins === undefined) return [];
  const own = { shotId: segment.shotId, frame: segment.from };
  const before = segment.joins.before ?? { shotId: segment.shotId, frame: segment.from - 1 };
  const start = side(filmOf, before, -1);
  const opening = side(filmOf, own, 1);
  const seams: JoinSeam[] = [{ side: 'before', around: around(start.toReversed(), opening) }];
  if (segment.joins.after !== undefined) {
    const closing = side(filmOf, { ...own, frame: segment.from + segment.frameCount - 1 }, -1);
    seams.push({ side: 'after', around: around(closing.toReversed(), side(filmOf, segment.joins.after, 1)) });
  }
  return seams;
}

/** Stored frames without a hole from one frame of a shot on. An image has a size of its own and is not measured. */
function side(filmOf: (shotId: string) => ShotFilm | null, join: JoinedFrame, step: -1 | 1): FrameHash[] {
  const film = 'shotId' in join ? filmOf(join.shotId) : null;
  const found: FrameHash[] = [];
  if (film === null || !('frame' in join)) return found;
  for (let frame = join.frame; found.length < AROUND; frame += step) {
    const hash = film.frames[frame - film.from] ?? null;
    if (hash === null) break;
    found.push(hash);
  }
  return found;
}

function around(before: readonly FrameHash[], after: readonly FrameHash[]): JoinSeam['around'] {
  return before.length === 0 || after.length === 0 ? null : { frames: [...before, ...after], firstNew: before.length };
}
