/**
 * The film as another editing program takes it up: which media files there are, and which frames of them each
 * clip shows where. A shot is one file with all frames it has, so that an editor can still trim; stills are held as long as
 * their clips. What the film does not show or play (hidden and muted tracks) is not handed on, as in an export.
 *
 * Frames count at the film's rate. Files begin at their frame 0, the film where the exported range does.
 */
import {
  blocksOf,
  clipsOfTrack,
  endOf,
  markersOf,
  projectOf,
  recordOf,
  recordsOf,
  videoTracksOf,
} from '../document/access';
import { playedFrames, playedRate, SPEED_OWN, speedOf } from '../document/clip-speed';
import { resolveShot, type ShotFilm } from '../document/film';
import type { ClipRecord, Document, MarkerRecord, RecordId, TransitionRecord } from '../document/records';
import { audibleTracks, fadesOf, isAudioClip } from '../document/sound';
import type { FrameHash, TakeIndex } from '../document/takes';
import type { StillFrame } from '../export/plan';
import { ceilToRate, floorToRate, type Rate } from '../time/rate';
import { FileNames } from './file-names';

/** Below the folder of the export. */
export const MEDIA_FOLDER = 'media';

export interface InterchangePicture {
  /** Relative, with `/`. */
  readonly file: string;
  readonly frames: readonly FrameHash[];
  /** Whose recipes it may carry; null for a still. */
  readonly shotId: RecordId | null;
}

export interface InterchangeSound {
  readonly file: string;
  readonly mediaId: string;
  /** Percent; at any but its own it is written anew, at its own pitch. */
  readonly speed: number;
}

export interface InterchangeClip {
  readonly name: string;
  readonly file: string;
  /** Frames the file has. */
  readonly fileFrames: number;
  /** First frame of the file that is shown. */
  readonly fileIn: number;
  /** First frame of the film it covers, and how many. */
  readonly start: number;
  readonly duration: number;
  /** Of a sound: what the film's mix does with it, which other programs do not read. */
  readonly loudness: { readonly gainDb: number; readonly fadeIn: number; readonly fadeOut: number } | null;
  readonly prompts: readonly InterchangePrompt[];
}

/** What was asked for, over frames of the film that the clip covers. */
export interface InterchangePrompt {
  readonly start: number;
  readonly duration: number;
  readonly text: string;
}

/** Over the cut between two clips of a track that touch. */
export interface InterchangeDissolve {
  readonly cut: number;
  readonly framesBefore: number;
  readonly framesAfter: number;
}

export interface InterchangeTrack {
  readonly name: string;
  readonly kind: 'Video' | 'Audio';
  readonly clips: readonly InterchangeClip[];
  readonly dissolves: readonly InterchangeDissolve[];
}

export type InterchangeMarker = Pick<MarkerRecord, 'frame' | 'name' | 'color' | 'note'>;

export interface Interchange {
  readonly name: string;
  readonly rate: Rate;
  /** Frames of the film. */
  readonly length: number;
  /** The lowest first. */
  readonly tracks: readonly InterchangeTrack[];
  readonly pictures: readonly InterchangePicture[];
  readonly sounds: readonly InterchangeSound[];
  readonly markers: readonly InterchangeMarker[];
}

export interface InterchangeOptions {
  /** Frames of the film [from, to), all of which have their pictures (core/export/plan.ts says which lack them). */
  readonly from: number;
  readonly to: number;
  readonly stills: StillFrame;
  /** With its dot; '' = none. */
  readonly extensionOfSound: (mediaId: string) => string;
}

export function planInterchange(doc: Document, takes: TakeIndex, options: InterchangeOptions): Interchange {
  const project = projectOf(doc);
  const { from, to } = options;
  const names = new FileNames();
  const pictures = new PictureFiles(doc, takes, options, names);
  /** As a shot, a sound has a file for each speed it is played at. */
  const soundFiles = new Map<string, InterchangeSound>();
  const soundFile = (clip: ClipRecord, mediaId: string): string => {
    const speed = speedOf(clip);
    const key = `${mediaId} ${speed}`;
    const known = soundFiles.get(key);
    if (known !== undefined) return known.file;
    const extension = speed === SPEED_OWN ? options.extensionOfSound(mediaId) : '.wav';
    const file = `${MEDIA_FOLDER}/${names.give(clip.name, extension)}`;
    soundFiles.set(key, { file, mediaId, speed });
    return file;
  };
  const inRange = (clip: ClipRecord) => clip.start < to && endOf(clip) > from;
  /** What is in the range, counted from its start. */
  const placed = (clip: ClipRecord) => {
    const start = Math.max(clip.start, from);
    return { start: start - from, duration: Math.min(endOf(clip), to) - start, trimmed: start - clip.start };
  };

  const video = videoTracksOf(doc)
    .filter((track) => !track.isHidden)
    .map((track): InterchangeTrack => {
      const clips = clipsOfTrack(doc, track.id).filter(inRange);
      return {
        name: track.name,
        kind: 'Video',
        clips: clips.map((clip): InterchangeClip => {
          const { start, duration, trimmed } = placed(clip);
          const { file, fileFrames, fileIn } = pictures.of(clip);
          const prompts = promptsOf(doc, clip, { start, duration, trimmed });
          return {
            name: clip.name,
            file,
            fileFrames,
            fileIn: fileIn + trimmed,
            start,
            duration,
            loudness: null,
            prompts,
          };
        }),
        dissolves: dissolvesBetween(doc, clips).map(({ framesBefore, framesAfter, right }) => ({
          cut: right.start - from,
          framesBefore: Math.min(framesBefore, right.start - from),
          framesAfter: Math.min(framesAfter, to - right.start),
        })),
      };
    });
  const audio = audibleTracks(doc).map((track): InterchangeTrack => ({
    name: track.name,
    kind: 'Audio',
    clips: clipsOfTrack(doc, track.id)
      .filter(isAudioClip)
      .filter(inRange)
      .map((clip): InterchangeClip => {
        const { start, duration, trimmed } = placed(clip);
        const { mediaId, frameCount, gainDb } = clip.source;
        const shown = { start, duration, fileIn: clip.sourceIn + trimmed, fileFrames: playedFrames(clip, frameCount) };
        const loudness = { gainDb, ...fadesOf(clip) };
        return { name: clip.name, file: soundFile(clip, mediaId), ...shown, loudness, prompts: [] };
      }),
    dissolves: [],
  }));
  return {
    ...{ name: project.name, rate: project.rate, length: to - from },
    tracks: [...video, ...audio].filter(({ clips }) => clips.length > 0),
    pictures: pictures.all(),
    sounds: [...soundFiles.values()],
    markers: markersOf(doc)
      .filter(({ frame }) => frame >= from && frame < to)
      .map(({ frame, name, color, note }) => ({ frame: frame - from, name, color, note })),
  };
}

/** A file and which frame its first one is, as a clip's `sourceIn` counts. */
interface PictureFile {
  readonly picture: InterchangePicture;
  readonly offset: number;
}

/** Files of shots and stills, named in the order in which they are first seen. */
class PictureFiles {
  readonly #doc: Document;
  readonly #takes: TakeIndex;
  readonly #options: InterchangeOptions;
  readonly #names: FileNames;
  /** A shot has a file for each speed it is played at, and each stretch of frames that is shown and has no gap. */
  readonly #ofShots = new Map<string, PictureFile[]>();
  readonly #all: PictureFile[] = [];

  constructor(doc: Document, takes: TakeIndex, options: InterchangeOptions, names: FileNames) {
    this.#doc = doc;
    this.#takes = takes;
    this.#options = options;
    this.#names = names;
  }

  all(): InterchangePicture[] {
    return this.#all.map(({ picture }) => picture);
  }

  /** fileIn is where the clip itself begins, whatever the range. */
  of(clip: ClipRecord): { file: string; fileFrames: number; fileIn: number } {
    const { picture, offset } =
      clip.source.type === 'shot' ? this.#ofShot(clip, clip.source.shotId) : this.#still(clip);
    return { file: picture.file, fileFrames: picture.frames.length, fileIn: clip.sourceIn - offset };
  }

  #ofShot(clip: ClipRecord, shotId: RecordId): PictureFile {
    // What the range shows of it is all there; further on something may be missing.
    const seen = clip.sourceIn + Math.max(0, this.#options.from - clip.start);
    const key = `${shotId} ${speedOf(clip)}`;
    const files = this.#ofShots.get(key) ?? [];
    const known = files.find(({ picture, offset }) => seen >= offset && seen < offset + picture.frames.length);
    if (known !== undefined) return known;
    const shot = recordOf(this.#doc, 'shot', shotId);
    const { frames, offset } = this.#framesAround(seen, shotId, playedRate(clip, shot.rate));
    const file = this.#add(shot.name, { frames, shotId }, offset);
    this.#ofShots.set(key, [...files, file]);
    return file;
  }

  /** All frames there are in one piece around this one. */
  #framesAround(seen: number, shotId: RecordId, shotRate: Rate): { frames: FrameHash[]; offset: number } {
    const film = resolveShot(this.#doc, shotId, this.#takes);
    const at = frameReader(film, projectOf(this.#doc).rate, shotRate);
    let offset = seen;
    while (at(offset - 1) !== null) offset--;
    const frames: FrameHash[] = [];
    for (let hash = at(offset); hash !== null; hash = at(offset + frames.length)) frames.push(hash);
    return { frames, offset };
  }

  /** A dissolve shows a still before and after its clip: it is held as long as that takes, at both ends. */
  #still(clip: ClipRecord): PictureFile {
    const { before, after } = handlesOf(this.#doc, clip);
    const hash = clip.source.type === 'still' ? this.#options.stills(clip.source.mediaId) : null;
    const frames = hash === null ? [] : new Array<FrameHash>(before + clip.duration + after).fill(hash);
    return this.#add(clip.name.replace(/\.\w{2,4}$/, ''), { frames, shotId: null }, clip.sourceIn - before);
  }

  #add(name: string, content: Omit<InterchangePicture, 'file'>, offset: number): PictureFile {
    const picture = { ...content, file: `${MEDIA_FOLDER}/${this.#names.give(name, '.mov')}` };
    const file = { picture, offset };
    this.#all.push(file);
    return file;
  }
}

function frameReader(film: ShotFilm, projectRate: Rate, shotRate: Rate): (offset: number) => FrameHash | null {
  return (offset) => film.frames[floorToRate(offset, projectRate, shotRate) - film.from] ?? null;
}

function handlesOf(doc: Document, clip: ClipRecord): { before: number; after: number } {
  const dissolves = recordsOf(doc, 'transition');
  return {
    before: dissolves.find(({ rightClipId }) => rightClipId === clip.id)?.framesBefore ?? 0,
    after: dissolves.find(({ leftClipId }) => leftClipId === clip.id)?.framesAfter ?? 0,
  };
}

function dissolvesBetween(
  doc: Document,
  clips: readonly ClipRecord[],
): (Pick<TransitionRecord, 'framesBefore' | 'framesAfter'> & { readonly right: ClipRecord })[] {
  const byId = new Map(clips.map((clip) => [clip.id, clip]));
  return recordsOf(doc, 'transition')
    .flatMap(({ leftClipId, rightClipId, framesBefore, framesAfter }) => {
      const right = byId.get(rightClipId);
      // With one side outside the range there is no cut in it.
      return right === undefined || !byId.has(leftClipId) ? [] : [{ framesBefore, framesAfter, right }];
    })
    .sort((a, b) => a.right.start - b.right.start);
}

function promptsOf(
  doc: Document,
  clip: ClipRecord,
  { start, duration, trimmed }: { readonly start: number; readonly duration: number; readonly trimmed: number },
): InterchangePrompt[] {
  if (clip.source.type !== 'shot') return [];
  const { rate } = projectOf(doc);
  const shotRate = playedRate(clip, recordOf(doc, 'shot', clip.source.shotId).rate);
  const first = clip.sourceIn + trimmed;
  return blocksOf(doc, clip.source.shotId).flatMap(({ from, to, text }): InterchangePrompt[] => {
    const begins = Math.max(first, ceilToRate(from, shotRate, rate));
    const ends = Math.min(first + duration, ceilToRate(to, shotRate, rate));
    return ends > begins ? [{ start: start + begins - first, duration: ends - begins, text }] : [];
  });
}
