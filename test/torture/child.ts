/**
 * The process that is killed: opens a library with the studio's own services and edits, generates, imports and exports
 * until it dies. Says on stdout what is done (acks.ts), with a write that is over when it returns, so that what was said
 * outlives the kill.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { applyDiff, documentFromRecords, reverseDiff } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { AppError } from '@core/errors';
import { createProjectRecords } from '@core/timeline/create-project';
import { insertShot } from '@core/timeline/insert-shot';
import { openStudio } from '@main/compose';
import { forkEngine } from '@main/engine/engine-process';
import { silentLog } from '@main/platform/log';
import { encodeRgbPng } from '@main/platform/png';
import { forkExporter } from '@main/services/export/fork-exporter';
import { canonicalJson } from '@main/services/takes/recipe-hash';
import type { Studio } from '@main/studio';
import { FakeEngineProcess } from '../fakes/fake-engine-process';
import { TortureTask, type Ack } from './acks';
import { randomFrom, type Random } from './random';

const PROJECTS_MAX = 3;
const MARKERS_MAX = 40;
const SIDE = 64;
const FRAMES = 3;
const RATE = { num: 8, den: 1 };
const STDOUT = 1;

interface Film {
  readonly projectId: string;
  version: number;
  document: Document;
  undo: { label: string; diff: DocumentDiff }[];
  redo: { label: string; diff: DocumentDiff }[];
  hasPicture: boolean;
}

const task = TortureTask.parse(JSON.parse(process.argv[2] ?? '{}'));
const random = randomFrom(task.seed);

function say(ack: Ack): void {
  writeSync(STDOUT, `${JSON.stringify(ack)}\n`);
}

const studio = await openStudio({
  libraryDir: task.libraryDir,
  embeddedModelsDir: task.modelsDir,
  spawnEngine: () =>
    task.engine === 'real'
      ? forkEngine(join(task.builtDir, 'engine.js'))
      : new FakeEngineProcess(() => scriptOf(random)),
  spawnExporter: () => forkExporter(join(task.builtDir, 'exporter.js')),
  spawnProbe: () => forkExporter(join(task.builtDir, 'probe.js')),
  appVersion: 'torture',
  threads: 1,
  log: silentLog,
});
studio.on('jobs.frames', ({ jobId, frames }) => say({ type: 'frames', jobId, hashes: frames.map(({ hash }) => hash) }));
studio.on('takes.added', ({ take }) =>
  say({ type: 'take', takeId: take.id, recipeHash: take.recipeHash, hashes: [...take.frames] }),
);
studio.on('jobs.changed', ({ job }) => {
  if (job.finishedAt !== null) say({ type: 'ended', jobId: job.id, state: job.state });
});

const films = studio.projects.list().map(({ id }) => openFilm(studio, id));
while (films.length < PROJECTS_MAX) {
  const projectId = studio.projects.createFrom(newFilm(films.length));
  say({ type: 'project', projectId });
  films.push(openFilm(studio, projectId));
}
for (const job of studio.jobs.list()) if (job.state === 'interrupted' && random.chance(0.5)) studio.jobs.retry(job.id);
say({ type: 'ready', projects: films.length });
await Promise.all([editForever(), generateForever(), exportForever(), importForever()]);

/** Most runs end well; some engines die or fail, as engines do. */
function scriptOf(from: Random) {
  if (from.chance(0.05)) return { framesBefore: from.below(FRAMES), then: 'die' as const };
  if (from.chance(0.05))
    return {
      framesBefore: from.below(FRAMES),
      then: { code: 'engine/not-finite' as const, message: 'scripted', detail: {} },
    };
  return {};
}

function newFilm(number: number) {
  const document = documentFromRecords(
    createProjectRecords({ name: `Film ${number}`, rate: RATE, width: SIDE, height: SIDE, modelId: 'pocket' }),
  );
  const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 1, framesPerWindow: null };
  const diff = insertShot(document, {
    ...{
      shotId: 'shot',
      segmentId: 'segment',
      clipId: 'clip',
      blockId: 'block',
      trackId: 'track-1',
      start: 0,
      name: 'Shot',
    },
    ...{ modelId: 'pocket', rate: RATE, width: SIDE, height: SIDE, sampling, frameCount: FRAMES, text: 'a red ball' },
  });
  return [...applyDiff(document, diff).values()];
}

function openFilm(from: Studio, projectId: string): Film {
  const open = from.projects.open(projectId);
  const { undo, redo } = open.history;
  return {
    projectId,
    version: open.version,
    document: documentFromRecords(open.records),
    undo: [...undo],
    redo: [...redo],
    hasPicture: open.takes.some((take) => take.frames.length === FRAMES),
  };
}

async function editForever(): Promise<never> {
  for (;;) {
    const film = random.pick(films);
    if (random.chance(0.15) && film.undo.length > 0) undo(film);
    else if (random.chance(0.15) && film.redo.length > 0) redo(film);
    else edit(film);
    // Bursts, and pauses in which the others get their turn.
    await (random.chance(0.6) ? pause(random.below(25)) : nextTurn());
  }
}

function edit(film: Film): void {
  const { label, diff } = someEdit(film.document);
  commit(film, label, 'edit', diff);
  film.undo.push({ label, diff });
  film.redo = [];
}

function undo(film: Film): void {
  const last = film.undo.pop();
  if (last === undefined) return;
  commit(film, last.label, 'undo', reverseDiff(last.diff));
  film.redo.push(last);
}

function redo(film: Film): void {
  const last = film.redo.pop();
  if (last === undefined) return;
  commit(film, last.label, 'redo', last.diff);
  film.undo.push(last);
}

function commit(film: Film, label: string, source: 'edit' | 'undo' | 'redo', diff: DocumentDiff): void {
  const { projectId } = film;
  const { version } = studio.projects.commit({ projectId, baseVersion: film.version, label, source, diff });
  say({ type: 'commit', projectId, version, diffHash: sha256(canonicalJson(diff)) });
  film.version = version;
  film.document = applyDiff(film.document, diff);
}

function someEdit(document: Document): { label: string; diff: DocumentDiff } {
  const none = { added: [], updated: [], removed: [] };
  const markers = [...document.values()].filter((record) => record.kind === 'marker');
  const project = document.get('project');
  if (random.chance(0.2) && project?.kind === 'project')
    return {
      label: 'Rename',
      diff: { ...none, updated: [{ from: project, to: { ...project, name: `Film ${random.below(1_000)}` } }] },
    };
  if (markers.length > 0 && random.chance(markers.length >= MARKERS_MAX ? 1 : 0.4)) {
    const marker = random.pick(markers);
    if (random.chance(0.5)) return { label: 'Delete marker', diff: { ...none, removed: [marker] } };
    const moved = { ...marker, frame: marker.frame + 1 + random.below(1_000) };
    return { label: 'Move marker', diff: { ...none, updated: [{ from: marker, to: moved }] } };
  }
  const added = {
    kind: 'marker' as const,
    id: randomUUID(),
    frame: random.below(10_000),
    name: 'm'.repeat(random.below(200)),
  };
  return { label: 'Add marker', diff: { ...none, added: [added] } };
}

async function generateForever(): Promise<never> {
  for (;;) {
    const film = random.pick(films);
    const jobId = await studio.jobs.generate({
      ...{ projectId: film.projectId, shotId: 'shot', segmentId: 'segment', parentTakeId: null },
      draft: aDraft(random.below(2 ** 32)),
    });
    say({ type: 'job', jobId });
    if (random.chance(0.2)) void pause(random.below(60)).then(() => refusable(() => studio.jobs.cancel(jobId)));
    const job = await studio.jobs.settled(jobId);
    if (job.state === 'done') film.hasPicture = true;
    if (job.state === 'interrupted' && random.chance(0.3)) refusable(() => studio.jobs.retry(jobId));
    // The scripted engine would otherwise leave the exporter no turn in the queue.
    await pause(random.below(40));
  }
}

function aDraft(seed: number) {
  const range = { start: 0, frames: FRAMES, prefix: 0, later: null, keepFrom: 0, keepTo: FRAMES };
  const windows = [{ ...range, prompt: 'a red ball bouncing', negative: '', seed }];
  const shape = {
    role: 'first' as const,
    width: SIDE,
    height: SIDE,
    rate: RATE,
    frameCount: FRAMES,
    steps: 2,
    guidance: 3,
  };
  return { ...shape, modelId: 'pocket', seed, known: [], windows };
}

async function exportForever(): Promise<never> {
  mkdirSync(task.filesDir, { recursive: true });
  for (let number = 0; ; number++) {
    const film = films.find(({ hasPicture }) => hasPicture);
    if (film === undefined) {
      await pause(10);
      continue;
    }
    const preset = random.pick(['h264-mp4', 'gif', 'png-sequence'] as const);
    const extension = { 'h264-mp4': '.mp4', gif: '.gif', 'png-sequence': '' }[preset];
    const outPath = join(task.filesDir, `film-${task.seed}-${number}${extension}`);
    const jobId = await studio.jobs.export({
      ...{
        projectId: film.projectId,
        preset,
        outPath,
        from: 0,
        to: FRAMES,
        embedRecipe: random.chance(0.5),
        smoothing: 1,
      },
    });
    say({ type: 'job', jobId });
    const job = await studio.jobs.settled(jobId);
    if (job.state === 'done') say({ type: 'export', jobId, path: outPath, sha256: contentHash(outPath) });
    else if (job.state === 'failed')
      throw new Error(`export failed: ${job.error?.code ?? ''} ${job.error?.message ?? ''}`);
    await pause(random.below(200));
  }
}

async function importForever(): Promise<never> {
  for (let number = 0; ; number++) {
    const path = join(task.filesDir, `.image-${task.seed}-${number}.png`);
    mkdirSync(task.filesDir, { recursive: true });
    const rgb = new Uint8Array(SIDE * SIDE * 3).map((_, i) => (i * (1 + random.below(7)) + number) & 0xff);
    writeFileSync(path, encodeRgbPng(rgb, SIDE, SIDE));
    const media = await studio.media.importFile(random.pick(films).projectId, path);
    say({ type: 'media', mediaId: media.id, sha256: media.sha256 });
    if (random.chance(0.5)) {
      const side = 16 + random.below(SIDE);
      const hash = await studio.media.fittedFrame(media.id, side, side);
      say({ type: 'frames', jobId: '', hashes: [hash] });
    }
    await pause(random.below(300));
  }
}

/** A cancel or retry that comes too late is refused, and that is right. */
function refusable(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    say({ type: 'refused', code: error.code });
  }
}

function contentHash(path: string): string {
  if (!statSync(path).isDirectory()) return sha256(readFileSync(path));
  return sha256(
    readdirSync(path)
      .sort()
      .map((name) => `${name} ${sha256(readFileSync(join(path, name)))}`)
      .join('\n'),
  );
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
