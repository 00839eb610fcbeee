/**
 * `onionskin demo`: what the studio does, without a window. Two shots are generated, the first one is extended, both lie
 * on a timeline with a dissolve between them, and the film is exported. Everything goes through the services the window
 * uses: edits are commits, runs are jobs.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { assert } from '@core/errors';
import { applyDiff, documentFromRecords } from '@core/document/apply-diff';
import { filmEnd, recordOf } from '@core/document/access';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { planSegment } from '@core/prompt/plan';
import { createProjectRecords } from '@core/timeline/create-project';
import { extendForward } from '@core/timeline/grow-segment';
import { insertShot } from '@core/timeline/insert-shot';
import { addDissolve } from '@core/timeline/transitions';
import { formatRate } from '@core/time/rate';
import type { ModelManifest } from '@contracts/model-manifest';
import { measureSeam, type SeamMeasure } from '@main/services/quality/seam';
import { chooseModel, type CommandContext } from './context';
import { formatSeconds } from './reporter';
import { runTake, settledJob } from './run-take';

/** Prompts from the vocabulary the embedded model was taught; fixed seeds, so that the demo is the same film everywhere. */
const SHOTS = [
  { name: 'Ball', prompt: 'a red ball bouncing on a blue background', seed: 1, then: { frames: 10, seed: 2 } },
  { name: 'Boat', prompt: 'a yellow boat moving right on the sea', seed: 3, then: null },
] as const;
const DISSOLVE_FRAMES = 4;

interface Row {
  readonly what: string;
  readonly frames: number;
  readonly seconds: number;
}

export async function demo(context: CommandContext, outPath: string): Promise<void> {
  const { studio, reporter, signal } = context;
  const manifest = chooseModel(studio, undefined);
  const film = new DemoFilm(context, manifest);
  const rows: Row[] = [];
  const timed = async (what: string, frames: number, work: () => Promise<void>): Promise<void> => {
    reporter.note(what);
    const startMs = performance.now();
    await work();
    rows.push({ what, frames, seconds: (performance.now() - startMs) / 1000 });
  };

  const clipIds: string[] = [];
  let seam: SeamMeasure | null = null;
  for (const { name, prompt, seed, then } of SHOTS) {
    const { clipId, shotId } = film.addShot(name, prompt, seed);
    clipIds.push(clipId);
    await timed(`generate “${prompt}”`, manifest.nativeFrames, () => film.generate(shotId));
    if (then === null) continue;
    film.extend(clipId, then.frames, then.seed);
    await timed(`extend “${name}” by ${then.frames} frames`, then.frames, () => film.generate(shotId));
    seam = await film.seamAt(shotId, manifest.nativeFrames);
  }
  const [left, right] = clipIds;
  assert(left !== undefined && right !== undefined, 'the demo has two clips');
  film.edit('Dissolve', addDissolve(film.doc, left, right, { id: randomUUID(), frames: DISSOLVE_FRAMES }));
  const frameCount = filmEnd(film.doc);
  await timed('export H.264', frameCount, () => film.export(outPath, signal));

  const bytes = (await stat(outPath)).size;
  for (const text of table(rows)) reporter.line(text);
  const rate = formatRate(manifest.nativeRate);
  reporter.line('');
  reporter.line(
    `${outPath}: ${frameCount} frames at ${rate} a second, ${manifest.nativeSize.join('x')}, ${(bytes / 1024).toFixed(0)} KiB`,
  );
  if (seam !== null) reporter.line(describeSeam(seam));
  reporter.line(`library: ${studio.libraryDir}`);
  reporter.event('done', { path: outPath, projectId: film.projectId, frameCount, bytes, seam, steps: rows });
}

/** A project in the making: its document here and in the library in step, edit by edit. */
class DemoFilm {
  readonly projectId: string;
  doc: Document;
  readonly #context: CommandContext;
  readonly #manifest: ModelManifest;
  #version: number;

  constructor(context: CommandContext, manifest: ModelManifest) {
    this.#context = context;
    this.#manifest = manifest;
    const { projects } = context.studio;
    const [width, height] = manifest.nativeSize;
    const project = { name: 'Demo', rate: manifest.nativeRate, width, height, modelId: manifest.id };
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

  addShot(name: string, text: string, seed: number): { clipId: string; shotId: string } {
    const { id: modelId, nativeRate: rate, nativeFrames: frameCount, nativeSize, defaults } = this.#manifest;
    const [width, height] = nativeSize;
    const ids = { shotId: randomUUID(), segmentId: randomUUID(), clipId: randomUUID(), blockId: randomUUID() };
    const diff = insertShot(this.doc, {
      ...ids,
      ...{ text, trackId: 'track-1', start: filmEnd(this.doc), name, modelId, rate, width, height, frameCount, seed },
      sampling: {
        steps: defaults.steps,
        guidance: defaults.guidance,
        negative: defaults.negative,
        contextFrames: Math.max(1, defaults.extensionPrefix),
        framesPerWindow: null,
      },
    });
    this.edit(`Add ${name}`, diff);
    return ids;
  }

  extend(clipId: string, frameCount: number, seed: number): void {
    const growth = { segmentId: randomUUID(), blockId: null, frameCount, text: null, seed };
    this.edit('Extend', extendForward(this.doc, clipId, growth));
  }

  /** Runs the segment at the head of the shot. */
  async generate(shotId: string): Promise<void> {
    const { studio, reporter, signal } = this.#context;
    const segmentId = recordOf(this.doc, 'shot', shotId).headSegmentId;
    assert(segmentId !== null, 'a shot of the demo has a segment');
    const takes = takeIndexFrom(studio.takes.list(this.projectId));
    const seed = recordOf(this.doc, 'segment', segmentId).seed ?? 0;
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
      assert(hash !== null, 'every frame of the demo is made');
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
      });
      await settledJob(studio, jobId, signal);
    } finally {
      stopListening();
      reporter.clear();
    }
  }
}

function describeSeam({ seam, neighbours, ratio }: SeamMeasure): string {
  const around = neighbours === null ? '' : `; median of its neighbours ${neighbours.toFixed(2)}`;
  const factor = ratio === null ? '' : ` (${ratio.toFixed(2)} ×)`;
  return `seam of the extension: mean frame difference ${seam.toFixed(2)} of 255${around}${factor}`;
}

function table(rows: readonly Row[]): string[] {
  const whole = { what: 'together', frames: 0, seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0) };
  const width = Math.max(...rows.map(({ what }) => what.length));
  const line = ({ what, frames, seconds }: Row): string =>
    `${what.padEnd(width)}  ${(frames === 0 ? '' : `${frames} frames`).padStart(10)}  ${formatSeconds(seconds).padStart(9)}`;
  return [...rows.map(line), line(whole)];
}
