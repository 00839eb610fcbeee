/** Imported films through the studio's services: real SQLite, real files, real ffmpeg; the child runs in this process. */
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { documentFromRecords } from '@core/document/apply-diff';
import type { DocumentDiff } from '@core/document/diff';
import { resolveShot, takeIndexFrom } from '@core/document/film';
import { draftChanges } from '@core/prompt/draft-changes';
import { insertShot } from '@core/timeline/insert-shot';
import { setProject } from '@core/timeline/project-settings';
import { setFootageFit, takeFilmSize } from '@core/timeline/segments';
import type { TakeView } from '@contracts/job';
import { FakeEngineProcess } from '../../test/fakes/fake-engine-process';
import { numberIn, writeFilm } from '../../test/support/films';
import { tempDir } from '../../test/support/temp-dir';
import { openStudio } from './compose';
import { silentLog } from './platform/log';
import { encodeRgbPng } from './platform/png';
import type { ExporterProcess } from './services/export/exporter';
import { ExportRequest, type ExportMessage } from './services/export/messages';
import { conformFootage } from './services/footage/conform-task';
import { wireErrorFrom } from '@contracts/wire-error';
import type { Studio } from './studio';

const opened: Studio[] = [];
afterEach(async () => {
  for (const studio of opened.splice(0)) await studio.close();
});

interface Child {
  /** Of each conform it was asked for, the frames that were there already. */
  readonly done: number[];
  /** Frames after which it dies; null = it lives. */
  diesAfter: number | null;
}

/** Does what out/main/exporter.js does, without a process. */
function childInProcess(child: Child): () => ExporterProcess {
  return () => {
    let tell: (message: ExportMessage) => void = () => undefined;
    let exit: (how: { code: number | null; signal: string | null }) => void = () => undefined;
    const stopped = new AbortController();
    let isGone = false;
    const kill = () => {
      if (!isGone) exit({ code: null, signal: 'SIGKILL' });
      isGone = true;
    };
    return {
      postMessage: (raw) => {
        const request = ExportRequest.parse(raw);
        if (request.type === 'cancel') return stopped.abort();
        if (request.type !== 'conform') throw new Error('only films are imported here');
        child.done.push(request.task.done);
        let seen = 0;
        const onFrames = (frames: { index: number; hash: string; bytes: number }[]) => {
          if (isGone) return;
          tell({ type: 'frames', frames });
          seen += frames.length;
          if (child.diesAfter !== null && seen >= child.diesAfter) kill();
        };
        conformFootage(request.task, { onFrames, signal: stopped.signal }).then(
          ({ bytes }) => isGone || tell({ type: 'done', frames: request.task.recipe.frameCount, bytes }),
          (error: unknown) => isGone || tell({ type: 'failed', error: wireErrorFrom(error) }),
        );
      },
      onMessage: (listener) => (tell = listener),
      onExit: (listener) => (exit = listener),
      kill,
    };
  };
}

async function open(dir: string, child: Child = { done: [], diesAfter: null }): Promise<Studio> {
  const studio = await openStudio({
    libraryDir: dir,
    embeddedModelsDir: resolve('resources/models'),
    spawnEngine: () => new FakeEngineProcess(),
    spawnExporter: childInProcess(child),
    spawnProbe: childInProcess(child),
    appVersion: '0.0.0',
    threads: 1,
    log: silentLog,
  });
  opened.push(studio);
  return studio;
}

const rate = { num: 8, den: 1 };
const size = { width: 64, height: 64 };
const sampling = { steps: 2, guidance: 3, negative: '', contextFrames: 4, framesPerWindow: null };

async function aFilm(name = 'film.mp4', frames = 100): Promise<string> {
  const path = join(tempDir(), name);
  await writeFilm(path, { rate: '25', frames });
  return path;
}

/** A project with a clip of the film's frames [from, from + frameCount). */
async function aProject(studio: Studio, path: string, { from = 0, frameCount = 16 } = {}) {
  const projectId = studio.projects.create({ name: 'Film', rate, ...size, modelId: 'pocket' });
  const { footage } = await studio.footage.link(projectId, [path]);
  const mediaId = footage[0]?.id ?? '';
  const commit = (make: (doc: ReturnType<typeof documentFromRecords>) => DocumentDiff) => {
    const { version, records } = studio.projects.open(projectId);
    const diff = make(documentFromRecords(records));
    const writable = { ...diff, added: [...diff.added], updated: [...diff.updated], removed: [...diff.removed] };
    studio.projects.commit({ projectId, baseVersion: version, label: 'Edit', source: 'edit', diff: writable });
  };
  const place = (name: string, start: number) =>
    commit((doc) =>
      insertShot(doc, {
        ...{ shotId: `${name}-shot`, segmentId: name, clipId: `${name}-clip`, blockId: null, text: null, name },
        ...{ trackId: 'track-1', start, modelId: 'pocket', rate, ...size, sampling, frameCount },
        footage: { mediaId, from, fit: 'fill' },
      }),
    );
  place('one', 0);
  return { projectId, mediaId, commit, place };
}

async function numbersIn(studio: Studio, take: TakeView | undefined): Promise<number[]> {
  return Promise.all(
    (take?.frames ?? []).map(async (hash) => {
      const { rgb, width, height } = await studio.frames.read(hash);
      return numberIn(rgb, width, height);
    }),
  );
}

const at8 = (count: number, from = 0) => Array.from({ length: count }, (_, i) => Math.floor(((from + i) / 8) * 25));

describe('an imported film', () => {
  test('becomes a take of its segment, and the same part is never decoded twice', async () => {
    const child: Child = { done: [], diesAfter: null };
    const studio = await open(tempDir(), child);
    const { projectId, mediaId, place } = await aProject(studio, await aFilm(), { from: 4 });
    expect(studio.footage.estimate(mediaId, { rate, ...size, frameCount: 16 })).toMatchObject({ basis: 'typical' });
    const job = await studio.jobs.settled(await studio.footage.conform({ projectId, segmentId: 'one' }));
    expect(job).toMatchObject({ state: 'done', kind: 'conform', title: 'film.mp4', frameCount: 16, seed: null });
    const [take] = studio.takes.list(projectId);
    expect(take).toMatchObject({ segmentId: 'one', shotId: 'one-shot', parentTakeId: null });
    expect(await numbersIn(studio, take)).toEqual(at8(16, 4));
    expect(studio.footage.estimate(mediaId, { rate, ...size, frameCount: 16 })).toMatchObject({ basis: 'measured' });
    place('two', 16);
    await studio.jobs.settled(await studio.footage.conform({ projectId, segmentId: 'two' }));
    expect(child.done).toEqual([0]);
    const second = studio.takes.list(projectId).find(({ segmentId }) => segmentId === 'two');
    expect(second?.frames).toEqual(take?.frames);
    expect(studio.history.search({}).runs).toEqual([]);
    expect(() => studio.takes.get(take?.id ?? '')).toThrow('no model made it');
  });

  test('is stale when it would be conformed otherwise, and fits again afterwards', async () => {
    const studio = await open(tempDir());
    const { projectId, commit } = await aProject(studio, await aFilm());
    const reasons = () => {
      const { records, takes: views } = studio.projects.open(projectId);
      const [doc, takes] = [documentFromRecords(records), takeIndexFrom(views)];
      const changeOf = draftChanges({ doc, takes, limitsOf: () => null });
      return resolveShot(doc, 'one-shot', takes, { changeOf }).spans.map(({ staleReason }) => staleReason);
    };
    const conform = async () => studio.jobs.settled(await studio.footage.conform({ projectId, segmentId: 'one' }));
    await conform();
    expect(reasons()).toEqual([null]);
    commit((doc) => setFootageFit(doc, 'one', 'fit'));
    expect(reasons()).toEqual(['How it fills the frame has changed since.']);
    await conform();
    expect(reasons()).toEqual([null]);
    commit((doc) => setProject(doc, { width: 96 }));
    expect(reasons()).toEqual(['It was conformed to 64 × 64, and the film is 96 × 64 now.']);
    commit((doc) => takeFilmSize(doc, 'one-shot'));
    await conform();
    expect(reasons()).toEqual([null]);
    const [take] = studio.takes.list(projectId);
    expect(await studio.frames.read(take?.frames[0] ?? '')).toMatchObject({ width: 96, height: 64 });
  });

  test('whose child dies keeps its frames, and goes on after them', async () => {
    const child: Child = { done: [], diesAfter: 1 };
    const studio = await open(tempDir(), child);
    const { projectId } = await aProject(studio, await aFilm('film.mp4', 200), { frameCount: 60 });
    const jobId = await studio.footage.conform({ projectId, segmentId: 'one' });
    const failed = await studio.jobs.settled(jobId);
    expect(failed).toMatchObject({ state: 'failed', resumeStep: { steps: 60 } });
    const before = failed.resumeStep?.step ?? 0;
    expect(before).toBeGreaterThan(0);
    expect(failed.error?.message).toContain(`The first ${before} of 60 frames were kept.`);
    child.diesAfter = null;
    // Asked for anew, not run again: what is there is in the take alone.
    await studio.jobs.settled(await studio.footage.conform({ projectId, segmentId: 'one' }));
    const whole = () => studio.takes.list(projectId).filter(({ frames }) => frames.length === 60);
    expect(await numbersIn(studio, whole()[0])).toEqual(at8(60));
    expect(child.done).toEqual([0, before]);
    studio.jobs.retry(jobId);
    expect(await studio.jobs.settled(jobId)).toMatchObject({ state: 'done' });
    expect(whole()).toHaveLength(2);
    expect(child.done).toHaveLength(2);
  });

  test('whose original is gone is refused at once and found again by its content', async () => {
    const studio = await open(tempDir());
    const path = await aFilm();
    const { projectId, mediaId } = await aProject(studio, path);
    const moved = join(tempDir(), 'elsewhere.mp4');
    renameSync(path, moved);
    const ask = () => studio.footage.conform({ projectId, segmentId: 'one' });
    await expect(ask()).rejects.toMatchObject({
      code: 'media/not-found',
      message: expect.stringContaining('film.mp4 is not where it was'),
      detail: { remedy: expect.stringContaining('Find the original') },
    });
    writeFileSync(path, 'another file of that name');
    await expect(ask()).rejects.toMatchObject({ code: 'media/unreadable' });
    await expect(studio.footage.relink(mediaId, [await aFilm('other.mp4', 9)])).rejects.toMatchObject({
      code: 'media/unreadable',
    });
    await studio.footage.relink(mediaId, [moved]);
    expect(await studio.jobs.settled(await ask())).toMatchObject({ state: 'done' });
    expect(studio.jobs.list()).toHaveLength(1);
  });

  test('that moved is found in a whole folder, numbered pictures as well, and another film of its length is not', async () => {
    const studio = await open(tempDir());
    const path = await aFilm();
    const { projectId, mediaId } = await aProject(studio, path);
    const pictures = tempDir();
    const names = ['p_1.png', 'p_2.png', 'p_3.png'];
    for (const [at, name] of names.entries())
      writeFileSync(join(pictures, name), encodeRgbPng(new Uint8Array(64 * 64 * 3).fill(at), 64, 64));
    const { footage } = await studio.footage.link(
      projectId,
      names.map((name) => join(pictures, name)),
    );
    expect(await studio.media.offline(projectId)).toEqual([]);
    const moved = join(tempDir(), 'deep', 'er');
    mkdirSync(moved, { recursive: true });
    const length = statSync(path).size;
    renameSync(path, join(moved, 'renamed.mp4'));
    for (const name of names) renameSync(join(pictures, name), join(moved, name.replace('p', 'q')));
    expect((await studio.media.offline(projectId)).sort()).toEqual([mediaId, footage[0]!.id].sort());
    const decoy = tempDir();
    writeFileSync(join(decoy, 'film.mp4'), new Uint8Array(length));
    expect(await studio.media.relink(projectId, [decoy])).toMatchObject({ found: [], missing: [{}, {}] });
    const { found, missing } = await studio.media.relink(projectId, [join(moved, '..')]);
    expect(found.map(({ name, file, by }) => [name, file, by])).toEqual([
      ['film.mp4', 'renamed.mp4', 'hash'],
      ['p_[1-3].png', 'q_[1-3].png', 'hash'],
    ]);
    expect([missing, await studio.media.offline(projectId)]).toEqual([[], []]);
    const stopped = studio.media.relink(projectId, [moved], AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('travels in a bundle by its frames; its original is then found by the artist', async () => {
    const here = await open(tempDir());
    const path = await aFilm();
    const { projectId } = await aProject(here, path);
    await here.jobs.settled(await here.footage.conform({ projectId, segmentId: 'one' }));
    const bundle = join(tempDir(), 'film.onionskin');
    await here.bundles.export(projectId, bundle);
    // In this library the original is known already.
    const twin = await here.bundles.import(bundle);
    const job = await here.footage.conform({ projectId: twin.projectId, segmentId: 'one' });
    expect(await here.jobs.settled(job)).toMatchObject({ state: 'done' });
    const there = await open(tempDir());
    const imported = await there.bundles.import(bundle);
    expect(imported).toMatchObject({ takes: 1, missingModels: [] });
    const film = there.projects.open(imported.projectId);
    expect(await numbersIn(there, film.takes[0])).toEqual(at8(16));
    const [media] = film.media;
    expect(media).toMatchObject({ kind: 'footage', name: 'film.mp4', width: 64, height: 32 });
    expect(film.records.find(({ id }) => id === 'one')).toMatchObject({ footage: { mediaId: media?.id } });
    const ask = () => there.footage.conform({ projectId: imported.projectId, segmentId: 'one' });
    await expect(ask()).rejects.toMatchObject({ code: 'media/not-found' });
    await there.footage.relink(media?.id ?? '', [path]);
    expect(await there.jobs.settled(await ask())).toMatchObject({ state: 'done' });
  });
});
