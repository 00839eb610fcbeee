/**
 * The known frames on either side of a segment: those of the film it grows in, and those of other shots that it joins
 * (a filled gap, a closed loop). Joined frames are read from the takes in use, so another take next door is noticed.
 */
import { resolveShot, type ShotFilm } from '../document/film';
import type { Document, JoinedFrame, PinnedClip, SegmentRecord, ShotRecord } from '../document/records';
import type { FrameHash, TakeIndex } from '../document/takes';
import { type AppError, invalidInput } from '../errors';
import { floorToRate } from '../time/rate';
import type { KnownImage } from './plan';

export interface Sides {
  /** Oldest first. */
  readonly prior: readonly KnownImage[];
  readonly following: readonly KnownImage[];
}

/** More than any model sees in one window; the plan takes those next to the segment. */
const MAX_SIDE = 256;

/** The frames of the parent's film that condition the segment. @throws AppError input/invalid when they are not made */
export function sidesOf(segment: SegmentRecord, film: ShotFilm | null): Sides {
  if (!film) return { prior: [], following: [] };
  const end = segment.from + segment.frameCount;
  const needsPrior = segment.role === 'forward' || (segment.role === 'retake' && segment.from > film.from);
  const needsFollowing = segment.role === 'backward' || (segment.role === 'retake' && end < film.to);
  const prior = needsPrior ? framesUpTo(film, segment.from - 1) : [];
  const following = needsFollowing ? framesFrom(film, end) : [];
  if (needsPrior && prior.length === 0) throw notMade(segment.from - 1);
  if (needsFollowing && following.length === 0) throw notMade(end);
  return { prior, following };
}

interface JoinQuestion {
  readonly doc: Document;
  readonly takes: TakeIndex;
  readonly segment: SegmentRecord;
  readonly parentFilm: ShotFilm | null;
}

/** The sides with what the segment joins in their place. @throws AppError input/invalid when that is gone or not made */
export function joinedSides(question: JoinQuestion, sides: Sides): Sides {
  const { before, after } = question.segment.joins ?? {};
  return {
    prior: before ? joinedFrames(question, before) : sides.prior,
    following: after ? joinedFrames(question, after).slice(-1) : sides.following,
  };
}

export interface PlannedSource {
  readonly strength: number;
  /** Index of the first one. */
  readonly from: number;
  readonly frames: FrameHash[];
}

/**
 * The film that a segment is drawn over, as the takes in use show it. Where it ends early its last frame stays.
 * @throws AppError input/invalid when the shot is gone or its frames are not made
 */
export function sourceOf({ doc, takes, segment }: JoinQuestion): PlannedSource | null {
  const { source } = segment;
  if (source === undefined) return null;
  const shot = doc.get(source.shotId);
  if (shot?.kind !== 'shot')
    throw invalidInput(
      'segment.source',
      source.shotId,
      'the shot that this one is drawn over is no longer in the film',
      'Undo until it is there again, or delete this clip.',
    );
  const film = resolveShot(doc, source.shotId, takes);
  const frames: FrameHash[] = [];
  for (let index = source.from - film.from; frames.length < segment.frameCount; index++) {
    const frame = film.frames[index];
    if (!frame) break;
    frames.push(frame);
  }
  if (frames.length === 0)
    throw invalidInput(
      'segment.source',
      source.from,
      `frame ${source.from} of "${shot.name}", which this one is drawn over, is not made yet`,
      `Generate "${shot.name}" first.`,
    );
  return { strength: source.strength, from: 0, frames };
}

/** Up to and with the joined frame, oldest first. */
function joinedFrames(question: JoinQuestion, join: JoinedFrame): KnownImage[] {
  if ('mediaId' in join) return [{ mediaId: join.mediaId }];
  const { doc, takes, segment, parentFilm } = question;
  const shot = doc.get(join.shotId);
  if (shot?.kind !== 'shot')
    throw invalidInput(
      'segment.joins',
      join.shotId,
      'the shot that this one joins is no longer in the film',
      'Undo until it is there again, or delete this clip and fill the gap anew.',
    );
  // A loop lands in its own shot: on the film it grows from, not on itself.
  const film = join.shotId === segment.shotId && parentFilm ? parentFilm : resolveShot(doc, join.shotId, takes);
  const frames = framesUpTo(film, join.frame);
  if (frames.length === 0)
    throw invalidInput(
      'segment.joins',
      join.frame,
      `frame ${join.frame} of "${shot.name}", which this one joins, is not made yet`,
      `Generate "${shot.name}" first.`,
    );
  return frames;
}

/** Stored frames without a hole that end with `last`, oldest first; none when that one is not made. */
function framesUpTo(film: ShotFilm, last: number): KnownImage[] {
  const frames: KnownImage[] = [];
  for (let index = last - film.from; index >= 0 && frames.length < MAX_SIDE; index--) {
    const frame = film.frames[index];
    if (!frame) break;
    frames.unshift({ frame });
  }
  return frames;
}

/** Stored frames without a hole from `first` on; none when that one is not made. */
function framesFrom(film: ShotFilm, first: number): KnownImage[] {
  const frames: KnownImage[] = [];
  for (let index = first - film.from; frames.length < MAX_SIDE; index++) {
    const frame = film.frames[index];
    if (!frame) break;
    frames.push({ frame });
  }
  return frames;
}

/**
 * The frames of a pinned clip at the shot's own rate, as the takes in use show them.
 * @throws AppError input/invalid when its shot is gone, of another size, or one of its frames is not made
 */
export function clipFrames(
  { doc, takes, shot }: { readonly doc: Document; readonly takes: TakeIndex; readonly shot: ShotRecord },
  clip: PinnedClip,
): KnownImage[] {
  const source = doc.get(clip.shotId);
  if (source?.kind !== 'shot')
    throw invalidInput(
      'anchor.clip',
      clip.shotId,
      'the shot of a pinned clip is no longer in the film',
      'Undo until it is there again, or remove the pinned clip.',
    );
  if (source.width !== shot.width || source.height !== shot.height)
    throw invalidInput(
      'anchor.clip',
      `${source.width}×${source.height}`,
      `the pinned clip "${source.name}" is ${source.width}×${source.height}, this shot is ${shot.width}×${shot.height}`,
      'Pin a clip of the same size.',
    );
  const film = resolveShot(doc, clip.shotId, takes);
  return Array.from({ length: clip.frames }, (_, i): KnownImage => {
    const at = clip.from + floorToRate(i, shot.rate, source.rate);
    const frame = film.frames[at - film.from];
    if (!frame)
      throw invalidInput(
        'anchor.clip',
        at,
        `frame ${at} of "${source.name}", which is pinned here, is not made yet`,
        `Generate "${source.name}" first, or pin a shorter clip.`,
      );
    return { frame };
  });
}

function notMade(frame: number): AppError {
  return invalidInput(
    'segment',
    frame,
    `frame ${frame} of the shot, which this one grows from, is not made yet`,
    'Generate the segment before it first.',
  );
}
