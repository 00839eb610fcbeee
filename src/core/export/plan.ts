/**
 * Which frames are on screen at each project frame: the layers that the compositor draws, for the viewer, thumbnails and
 * the export alike. Bottom to top; hidden tracks are left out; no layers is black.
 */
import { clipsOfTrack, projectOf, recordOf, recordsOf, videoTracksOf } from '../document/access';
import { shotFrameAt } from '../document/branch';
import { resolveShot, type ShotFilm } from '../document/film';
import type { ClipRecord, Document, RecordId, TransitionRecord } from '../document/records';
import type { FrameHash, TakeIndex } from '../document/takes';
import { invalidInput } from '../errors';
import type { Rate } from '../time/rate';

/** The stored frame of an imported image, null while there is none. */
export type StillFrame = (mediaId: string) => FrameHash | null;

export interface Layer {
  readonly frame: FrameHash;
  /** 0 … 256; 256 hides what is below. */
  readonly opacity256: number;
}

export interface FrameLayers {
  readonly layers: readonly Layer[];
  /** Ids of clips that should show here and have no frame. */
  readonly missing: readonly RecordId[];
}

export interface FilmReader {
  layersAt(frame: number): FrameLayers;
}

/** A clip that lacks the project frames [from, to). */
export interface MissingRange {
  readonly clipId: RecordId;
  readonly clipName: string;
  readonly from: number;
  readonly to: number;
}

export interface FilmPlan {
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  /** frames[i] is project frame from + i. */
  readonly from: number;
  readonly to: number;
  readonly frames: readonly (readonly Layer[])[];
  readonly missing: readonly MissingRange[];
}

const OPAQUE = 256;

/** Resolves every shot once, when first shown; then a frame costs O(tracks · log clips). Valid for this document and these takes. */
export function createFilmReader(doc: Document, takes: TakeIndex, stills: StillFrame): FilmReader {
  const films = new Map<RecordId, ShotFilm>();
  const lanes = videoTracksOf(doc)
    .filter((track) => !track.isHidden)
    .map((track) => createLane(doc, track.id));

  function filmOf(shotId: RecordId): ShotFilm {
    const film = films.get(shotId) ?? resolveShot(doc, shotId, takes);
    films.set(shotId, film);
    return film;
  }

  function frameOf(clip: ClipRecord, frame: number): FrameHash | null {
    if (clip.source.type === 'still') return stills(clip.source.mediaId);
    if (clip.source.type === 'audio') return null;
    const film = filmOf(clip.source.shotId);
    return film.frames[shotFrameAt(doc, clip, frame) - film.from] ?? null;
  }

  return {
    layersAt(frame) {
      const layers: Layer[] = [];
      const missing: RecordId[] = [];
      for (const lane of lanes)
        for (const { clip, opacity256 } of lane.clipsAt(frame)) {
          const hash = frameOf(clip, frame);
          if (hash === null) missing.push(clip.id);
          else layers.push({ frame: hash, opacity256 });
        }
      return { layers, missing };
    },
  };
}

export function layersAt(doc: Document, takes: TakeIndex, frame: number, stills: StillFrame): FrameLayers {
  return createFilmReader(doc, takes, stills).layersAt(frame);
}

/** @throws AppError input/invalid for an empty or negative range */
export function planFilm(
  doc: Document,
  takes: TakeIndex,
  options: { readonly from: number; readonly to: number; readonly stills: StillFrame },
): FilmPlan {
  const { from, to, stills } = options;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to <= from)
    throw invalidInput(
      'range',
      `${from}–${to}`,
      'there is nothing to export between these frames',
      'Choose an out point after the in point.',
    );
  const { width, height, rate } = projectOf(doc);
  const reader = createFilmReader(doc, takes, stills);
  const frames: (readonly Layer[])[] = [];
  const open = new Map<RecordId, number>();
  const missing: MissingRange[] = [];
  const close = (clipId: RecordId, start: number, end: number) => {
    missing.push({ clipId, clipName: recordOf(doc, 'clip', clipId).name, from: start, to: end });
    open.delete(clipId);
  };
  for (let frame = from; frame < to; frame++) {
    const shown = reader.layersAt(frame);
    frames.push(shown.layers);
    for (const [clipId, start] of open) if (!shown.missing.includes(clipId)) close(clipId, start, frame);
    for (const clipId of shown.missing) if (!open.has(clipId)) open.set(clipId, frame);
  }
  for (const [clipId, start] of open) close(clipId, start, to);
  return { width, height, rate, from, to, frames, missing };
}

interface ShownClip {
  readonly clip: ClipRecord;
  readonly opacity256: number;
}

interface Lane {
  clipsAt(frame: number): readonly ShownClip[];
}

function createLane(doc: Document, trackId: RecordId): Lane {
  const clips = clipsOfTrack(doc, trackId);
  const own = new Set(clips.map(({ id }) => id));
  const dissolves = recordsOf(doc, 'transition').filter(({ leftClipId }) => own.has(leftClipId));
  const afterClip = new Map(dissolves.map((dissolve) => [dissolve.leftClipId, dissolve]));
  const beforeClip = new Map(dissolves.map((dissolve) => [dissolve.rightClipId, dissolve]));
  return {
    clipsAt(frame) {
      const index = lastStartingAtOrBefore(clips, frame);
      const clip = clips[index];
      if (!clip || frame >= clip.start + clip.duration) return [];
      const [into, outOf] = [beforeClip.get(clip.id), afterClip.get(clip.id)];
      const [previous, next] = [clips[index - 1], clips[index + 1]];
      if (into && previous && frame < clip.start + into.framesAfter) return dissolveAt(into, previous, clip, frame);
      if (outOf && next && frame >= next.start - outOf.framesBefore) return dissolveAt(outOf, clip, next, frame);
      return [{ clip, opacity256: OPAQUE }];
    },
  };
}

/** Frame k of n mixes (k + 1) / (n + 1) of the right clip: every frame of a dissolve is a mix. */
function dissolveAt(dissolve: TransitionRecord, left: ClipRecord, right: ClipRecord, frame: number): ShownClip[] {
  const count = dissolve.framesBefore + dissolve.framesAfter;
  const k = frame - (right.start - dissolve.framesBefore);
  const opacity256 = Math.floor((2 * OPAQUE * (k + 1) + count + 1) / (2 * (count + 1)));
  return [
    { clip: left, opacity256: OPAQUE },
    { clip: right, opacity256 },
  ];
}

function lastStartingAtOrBefore(clips: readonly ClipRecord[], frame: number): number {
  let [low, high] = [0, clips.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const clip = clips[middle];
    if (clip && clip.start <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
