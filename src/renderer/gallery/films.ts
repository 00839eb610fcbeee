/**
 * Films for scenes, made by the studio's own edits. Frames are named by number: the gallery's window draws what they show.
 */
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { addTrack } from '@core/timeline/tracks';
import { addMarker } from '@core/timeline/markers';
import { createProjectRecords } from '@core/timeline/create-project';
import { extendForward } from '@core/timeline/grow-segment';
import { insertAudio } from '@core/timeline/insert-audio';
import { insertShot } from '@core/timeline/insert-shot';
import { setTravel, splitBlock } from '@core/timeline/prompt-blocks';
import type { FootageMedia, JobView, MediaView, TakeView } from '@contracts/job';
import type { OpenProject } from '@contracts/ipc';
import { toyManifest } from '../state/toy-manifest.test-support';

/** Fixed, so that pictures of two runs can be laid over each other. */
export const NOW = Date.UTC(2026, 0, 5, 12);
export const RATE = { num: 8, den: 1 };
const SIZE = { width: 128, height: 128 };

/** The address of the nth picture, 64 hex digits. */
export function frameOf(n: number): string {
  return n.toString(16).padStart(64, '0');
}

interface NewShot {
  readonly start: number;
  readonly takes?: number;
  readonly frames?: number;
  readonly name?: string;
}

export class FilmBuilder {
  doc: Document;
  readonly takes: TakeView[] = [];
  readonly media: MediaView[] = [];
  #frames = 0;

  constructor(name: string) {
    this.doc = documentFromRecords(createProjectRecords({ name, rate: RATE, modelId: toyManifest.id, ...SIZE }));
  }

  edit(make: (doc: Document) => DocumentDiff): this {
    this.doc = applyDiff(this.doc, make(this.doc));
    return this;
  }

  /** A shot on V1 with so many takes; ids `clip-ID`, `shot-ID`, `part-ID`, `block-ID`. */
  shot(id: string, text: string, { start, takes = 1, frames = 9, name = id }: NewShot): this {
    const ids = { shotId: `shot-${id}`, segmentId: `part-${id}`, clipId: `clip-${id}`, blockId: `block-${id}` };
    const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };
    this.edit((doc) =>
      insertShot(doc, {
        ...ids,
        text,
        trackId: 'track-1',
        start,
        name,
        modelId: toyManifest.id,
        rate: RATE,
        ...SIZE,
        sampling,
        frameCount: frames,
      }),
    );
    for (let i = 0; i < takes; i += 1) this.take(id, ids.segmentId, frames, null);
    return this;
  }

  take(shot: string, segmentId: string, frames: number, parentTakeId: string | null): this {
    const n = this.takes.length;
    this.takes.push({
      id: `take-${n}`,
      shotId: `shot-${shot}`,
      segmentId,
      parentTakeId,
      seed: (n * 1_013_904_223 + 1_664_525) % 4_294_967_296,
      frames: Array.from({ length: frames }, () => frameOf(this.#frames++)),
      recipeHash: frameOf(n),
      draftKey: null,
      createdAt: NOW - n * 3_600_000,
    });
    return this;
  }

  grown(name: string, frames: number): this {
    this.edit((doc) =>
      extendForward(doc, `clip-${name}`, {
        segmentId: `part-${name}-2`,
        blockId: null,
        frameCount: frames,
        text: null,
      }),
    );
    return this.take(name, `part-${name}-2`, frames, 'take-0');
  }

  travelling(name: string, at: number, frames: number): this {
    return this.edit((doc) => splitBlock(doc, `block-${name}`, at, `block-${name}-2`)).edit((doc) =>
      setTravel(doc, `block-${name}-2`, { kind: 'slerp', frames }),
    );
  }

  /** An imported film on V1 that is not there yet; ids `clip-ID`, `part-ID`, `film-ID`. */
  footage(id: string, media: Pick<FootageMedia, 'name' | 'notes'>, start: number): this {
    const mediaId = `film-${id}`;
    this.media.push({
      ...{ kind: 'footage', id: mediaId, bytes: 4_812_000_000, sha256: frameOf(2), createdAt: NOW, ...media },
      ...{ width: 3840, height: 2160, codec: 'hevc', rate: { num: 30_000, den: 1001 }, hasSound: true },
      ...{ ticks: 3_003_000, clock: { num: 1, den: 30_000 } },
    });
    const ids = { shotId: `shot-${id}`, segmentId: `part-${id}`, clipId: `clip-${id}`, blockId: null, text: null };
    const sampling = { steps: 24, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };
    const place = { trackId: 'track-1', start, name: media.name.slice(0, 200), frameCount: 40 };
    const footage = { mediaId, from: 8, fit: 'fill' } as const;
    return this.edit((doc) =>
      insertShot(doc, { ...ids, ...place, modelId: toyManifest.id, rate: RATE, ...SIZE, sampling, footage }),
    );
  }

  sound(name: string, frameCount: number): this {
    this.media.push({
      kind: 'sound',
      id: `media-${frameCount}`,
      name,
      bytes: 4_000_000,
      sha256: frameOf(1),
      createdAt: NOW,
      sampleRate: 44_100,
      channels: 2,
      samples: frameCount * 6_000,
    });
    const [id, trackId] = [`media-${frameCount}`, `audio-${frameCount}`];
    return this.edit((doc) => addTrack(doc, { id: trackId, type: 'audio' })).edit((doc) =>
      insertAudio(doc, { clipId: 'sound', trackId, start: 0, mediaId: id, name, frameCount }),
    );
  }

  image(name: string): this {
    const id = `image-${this.media.length}`;
    this.media.push({
      kind: 'image',
      id,
      name,
      bytes: 240_000,
      sha256: frameOf(2),
      createdAt: NOW,
      width: 1920,
      height: 1080,
    });
    return this;
  }

  marker(frame: number, name: string): this {
    return this.edit((doc) => addMarker(doc, { id: `marker-${frame}`, frame, name }));
  }

  opened(jobs: readonly JobView[] = []): OpenProject {
    return {
      id: 'film',
      version: 1,
      records: [...this.doc.values()],
      history: { undo: [], redo: [] },
      takes: this.takes,
      media: this.media,
      jobs: [...jobs],
      view: { playhead: 3, pixelsPerFrame: 14, scrollX: 0, selection: [] },
    };
  }
}

export function job(n: number, more: Partial<JobView>): JobView {
  return {
    id: `job-${n}`,
    projectId: 'film',
    kind: 'generate',
    state: 'queued',
    title: 'a red ball bouncing on a blue background',
    shotId: 'shot-Ball',
    segmentId: 'part-Ball',
    seed: 4_294_967_295 - n,
    frameCount: 9,
    createdAt: NOW - n * 60_000,
    startedAt: null,
    finishedAt: null,
    error: null,
    takeId: null,
    seconds: null,
    resumeStep: null,
    queuePlace: n,
    ...more,
  };
}
