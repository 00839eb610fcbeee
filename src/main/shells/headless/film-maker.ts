/**
 * A film made by the command line: the edits, runs and exports that the window makes, on one project. The demo and the
 * sample project are made with it. Everything goes through the services: edits are commits, runs are jobs.
 */
import { randomUUID } from 'node:crypto';
import { type NamedMove, withCameraMove } from '@core/curve/camera-moves';
import { samplingFrom } from '@core/document/default-sampling';
import { assert } from '@core/errors';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { filmEnd, recordOf } from '@core/document/access';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { planSegment } from '@core/prompt/plan';
import { createProjectRecords } from '@core/timeline/create-project';
import { setCurves } from '@core/timeline/curves';
import { extendForward } from '@core/timeline/grow-segment';
import { insertShot } from '@core/timeline/insert-shot';
import { setSegment } from '@core/timeline/segments';
import { addDissolve } from '@core/timeline/transitions';
import type { ModelManifest } from '@contracts/model-manifest';
import { measureSeam, type SeamMeasure } from '@core/quality/seam';
import type { CommandContext } from './context';
import { runTake, settledJob } from './run-take';

/** Its document here and in the library in step, edit by edit. */
export class FilmMaker {
  readonly projectId: string;
  doc: Document;
  readonly #context: CommandContext;
  readonly #manifest: ModelManifest;
  #version: number;

  constructor(context: CommandContext, manifest: ModelManifest, name: string) {
    this.#context = context;
    this.#manifest = manifest;
    const { projects } = context.studio;
    const [width, height] = manifest.nativeSize;
    const project = { name, rate: manifest.nativeRate, width, height, modelId: manifest.id };
    this.projectId = projects.createFrom(createProjectRecords(project));
    const opened = projects.open(this.projectId);
    this.doc = documentFromRecords(opened.records);
    this.#version = opened.version;
  }

  edit(label: string, diff: DocumentDiff): void {
    const { projectId, doc } = this;
    const { projects } = this.#context.studio;
    this.#version = projects.commit({ projectId, baseVersion: this.#version, label, source: 'edit', diff }).version;
    this.doc = applyDiff(doc, diff);
  }

  addShot(name: string, text: string, seed: number): { clipId: string; shotId: string; segmentId: string } {
    const { id: modelId, nativeRate: rate, nativeFrames: frameCount, nativeSize, defaults } = this.#manifest;
    const [width, height] = nativeSize;
    const ids = { shotId: randomUUID(), segmentId: randomUUID(), clipId: randomUUID(), blockId: randomUUID() };
    const diff = insertShot(this.doc, {
      ...ids,
      ...{ text, trackId: 'track-1', start: filmEnd(this.doc), name, modelId, rate, width, height, frameCount, seed },
      sampling: samplingFrom(defaults),
    });
    this.edit(`Add ${name}`, diff);
    return ids;
  }

  /** @param text what happens next; null goes on with the shot's prompt */
  extend(clipId: string, frameCount: number, seed: number, text: string | null = null): void {
    const growth = { segmentId: randomUUID(), blockId: text === null ? null : randomUUID(), frameCount, text, seed };
    this.edit('Extend', extendForward(this.doc, clipId, growth));
  }

  /** From the shot's first frame on. */
  moveCamera(shotId: string, move: NamedMove): void {
    const curves = withCameraMove(recordOf(this.doc, 'shot', shotId), move);
    this.edit('Move the camera', setCurves(this.doc, shotId, { curves, byFrames: 0 }));
  }

  dissolve(leftClipId: string, rightClipId: string, frames: number): void {
    this.edit('Dissolve', addDissolve(this.doc, leftClipId, rightClipId, { id: randomUUID(), frames }));
  }

  /** Uses a take of a segment; null: its newest. */
  choose(segmentId: string, activeTakeId: string | null): void {
    this.edit('Use take', setSegment(this.doc, segmentId, { activeTakeId }));
  }

  /** Runs the segment at the head of the shot, with its own seed unless another is given. */
  async generate(shotId: string, otherSeed?: number): Promise<void> {
    const { studio, reporter, signal } = this.#context;
    const segmentId = recordOf(this.doc, 'shot', shotId).headSegmentId;
    assert(segmentId !== null, 'the shot has a segment');
    const takes = takeIndexFrom(studio.takes.list(this.projectId));
    const seed = otherSeed ?? recordOf(this.doc, 'segment', segmentId).seed ?? 0;
    const { draft, notes, parentTakeId } = planSegment({
      doc: this.doc,
      segmentId,
      takes,
      limits: this.#manifest,
      seed,
    });
    for (const note of notes) reporter.note(note.text);
    await runTake(studio, { projectId: this.projectId, shotId, segmentId, parentTakeId, draft }, { reporter, signal });
  }

  /** The jump in front of a frame of the shot, against the motion around it. */
  async seamAt(shotId: string, firstNew: number): Promise<SeamMeasure> {
    const { studio } = this.#context;
    const film = resolveShot(this.doc, shotId, takeIndexFrom(studio.takes.list(this.projectId)));
    const frames: Uint8Array[] = [];
    for (const hash of film.frames) {
      assert(hash !== null, 'every frame of the shot is made');
      frames.push((await studio.frames.read(hash)).rgb);
    }
    return measureSeam(frames, firstNew - film.from);
  }

  async export(outPath: string, signal: AbortSignal): Promise<void> {
    const { studio, reporter } = this.#context;
    const stopListening = studio.on('export.progress', (progress) => reporter.exporting(progress));
    try {
      const to = filmEnd(this.doc);
      const jobId = await studio.jobs.export({
        ...{ projectId: this.projectId, preset: 'h264-mp4', outPath, from: 0, to },
        embedRecipe: true,
        smoothing: 1,
      });
      await settledJob(studio, jobId, signal);
    } finally {
      stopListening();
      reporter.clear();
    }
  }
}
