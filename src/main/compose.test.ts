/** The studio's services together: real SQLite, real files, the real engine host; only the model is played by a fake. */
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OpenProject } from '@contracts/ipc';
import type { RecipeDraft } from '@contracts/recipe';
import type { DocumentRecord } from '@core/document/records';
import { FakeClock } from '../../test/fakes/fake-clock';
import { FakeEngineProcess, type FakeEngineScript } from '../../test/fakes/fake-engine-process';
import { aWindow } from '../../test/support/pocket';
import { tempDir } from '../../test/support/temp-dir';
import { openStudio } from './compose';
import { encodeRgbPng } from './platform/png';
import { silentLog } from './platform/log';
import type { Recipe } from '@contracts/recipe';
import type { ExporterProcess } from './services/export/exporter';
import type { Studio, StudioEvents } from './studio';

type Script = (recipe: Recipe) => FakeEngineScript;

const opened: Studio[] = [];
afterEach(async () => {
  for (const studio of opened.splice(0)) await studio.close();
});

interface OpenOptions {
  readonly script?: Script;
  readonly spawnExporter?: () => ExporterProcess;
  readonly runsEarlierJobs?: boolean;
}

async function open(dir: string, { script, ...more }: OpenOptions = {}): Promise<Studio> {
  const noChild = () => {
    throw new Error('this test starts no such child');
  };
  const studio = await openStudio({
    libraryDir: dir,
    embeddedModelsDir: resolve('resources/models'),
    spawnEngine: () => new FakeEngineProcess(script),
    spawnExporter: noChild,
    spawnProbe: noChild,
    appVersion: '0.0.0',
    threads: 1,
    log: silentLog,
    clock: new FakeClock(),
    ...more,
  });
  opened.push(studio);
  return studio;
}

const newProject = { name: 'Film', rate: { num: 8, den: 1 }, width: 64, height: 64, modelId: 'pocket' };

function aDraft(more: Partial<RecipeDraft> = {}): RecipeDraft {
  const frameCount = more.frameCount ?? 5;
  const base = {
    role: 'first' as const,
    width: 64,
    height: 64,
    rate: { num: 8, den: 1 },
    steps: 3,
    guidance: 3,
    seed: 7,
  };
  const windows = [aWindow({ frames: frameCount, keepTo: frameCount, seed: 7 })];
  return { modelId: 'pocket', known: [], ...base, frameCount, windows, ...more };
}

function aRun(projectId: string | null, draft = aDraft()) {
  return { projectId, shotId: 'shot', segmentId: 'segment', parentTakeId: null, draft };
}

/** Resolves with the payload of the first event that passes. */
function next<E extends keyof StudioEvents>(
  studio: Studio,
  event: E,
  passes: (payload: StudioEvents[E]) => boolean = () => true,
) {
  return new Promise<StudioEvents[E]>((resolvePayload) => {
    const off = studio.on(event, (payload) => {
      if (!passes(payload)) return;
      off();
      resolvePayload(payload);
    });
  });
}

describe('a generation', () => {
  test('becomes a take whose frames lie in the library, told by events in order', async () => {
    const studio = await open(tempDir());
    const projectId = studio.projects.create(newProject);
    const told: string[] = [];
    const made: number[] = [];
    studio.on('jobs.changed', ({ job }) => told.push(job.state));
    studio.on('takes.added', () => told.push('take'));
    studio.on('jobs.frames', ({ frames }) => made.push(...frames.map(({ index }) => index)));
    const progress: number[] = [];
    studio.on('jobs.progress', (event) => progress.push(event.progress.fraction));

    const jobId = await studio.jobs.generate(aRun(projectId));
    const job = await studio.jobs.settled(jobId);
    expect(job).toMatchObject({
      state: 'done',
      kind: 'generate',
      seed: 7,
      frameCount: 5,
      error: null,
      seconds: { denoise: 2 },
    });
    expect(job.title).toBe('a red ball bouncing on a blue background');
    expect(told).toEqual(['queued', 'running', 'take', 'done']);
    expect([made, progress.at(-1)]).toEqual([[0, 1, 2, 3, 4], 1]);

    const film = studio.projects.open(projectId);
    // The page takes it as it is (ADR 0042), so it has to be what the contract says, with a take and a job in it.
    expect(film).toMatchObject({ takes: [{}], jobs: [{ state: 'done' }] });
    expect(OpenProject.parse(film)).toEqual(film);
    const [take] = film.takes;
    expect(take).toMatchObject({ id: job.takeId, shotId: 'shot', segmentId: 'segment', seed: 7 });
    expect(take?.frames.map((hash) => existsSync(studio.frames.pathOf(hash)))).toEqual([true, true, true, true, true]);
    const { recipe } = studio.takes.get(take?.id ?? '');
    expect(recipe).toMatchObject({
      family: 'ltx',
      threads: 1,
      provider: 'cpu',
      versions: { app: '0.0.0', onnxruntime: 'fake' },
    });
    const shape = { modelId: 'pocket', width: 64, height: 64, windows: [5], steps: 3, guidance: 3 };
    const cost = await studio.jobs.estimate(shape);
    expect(cost).toMatchObject({
      seconds: expect.closeTo(2.9, 6) as number,
      basis: 'measured',
      diskBytes: 5 * 64 * 64,
    });
    expect(cost.freeMemoryBytes).toBeGreaterThan(1_000_000);
    expect(cost.freeDiskBytes).toBeGreaterThan(1_000_000);
    // What was promised before the first run stands beside what it took.
    expect(studio.takes.report(take?.id ?? '')).toMatchObject({
      estimate: { basis: 'typical' },
      seconds: { total: 2.9 },
      report: { steps: 3, passes: 6, reusedSteps: 0 },
    });
  });

  test('the same recipe gives the same hashes, and what was not asked for in a project belongs to none', async () => {
    const studio = await open(tempDir());
    const [a, b] = [await studio.jobs.generate(aRun(null)), await studio.jobs.generate(aRun(null))];
    const takes = [await studio.jobs.settled(a), await studio.jobs.settled(b)].map(({ takeId }) =>
      studio.takes.get(takeId ?? ''),
    );
    expect(takes[0]?.view.frames).toEqual(takes[1]?.view.frames);
    expect(takes.map(({ view, projectId }) => [view.recipeHash, projectId])).toEqual([
      [takes[0]?.view.recipeHash, null],
      [takes[0]?.view.recipeHash, null],
    ]);
  });

  test('starts from an imported image fitted to its size', async () => {
    const studio = await open(tempDir());
    const path = join(tempDir(), 'photo.png');
    writeFileSync(path, encodeRgbPng(new Uint8Array(30 * 20 * 3).fill(200), 30, 20));
    const media = await studio.media.importFile(null, path);
    const windows = [aWindow({ prefix: 1 })];
    const jobId = await studio.jobs.generate(aRun(null, aDraft({ known: [{ index: 0, mediaId: media.id }], windows })));
    const { takeId } = await studio.jobs.settled(jobId);
    const fitted = await studio.media.fittedFrame(media.id, 64, 64);
    expect(studio.takes.get(takeId ?? '').recipe.known).toEqual([{ index: 0, frame: fitted }]);
  });

  test('what cannot run is refused before it is queued', async () => {
    const studio = await open(tempDir());
    const refused: [string, Parameters<Studio['jobs']['generate']>[0]][] = [
      ['project/not-found', aRun('nope')],
      ['input/not-found', { ...aRun(null), parentTakeId: 'nope' }],
      ['input/not-found', aRun(null, aDraft({ known: [{ index: 0, frame: 'a'.repeat(64) }] }))],
      ['model/not-found', aRun(null, aDraft({ modelId: 'nope' }))],
      ['input/invalid', aRun(null, aDraft({ width: 65 }))],
    ];
    for (const [code, run] of refused) await expect(studio.jobs.generate(run), code).rejects.toMatchObject({ code });
    expect(studio.jobs.list()).toEqual([]);
  });
});

describe('a run that stops', () => {
  test('cancelled while it waits: cancelled at once, and never run', async () => {
    const studio = await open(tempDir(), { script: () => ({ framesBefore: 1, then: 'wait' }) });
    const running = await studio.jobs.generate(aRun(null));
    const waiting = await studio.jobs.generate(aRun(null));
    studio.jobs.cancel(waiting);
    expect(studio.jobs.get(waiting)).toMatchObject({ state: 'cancelled', startedAt: null, takeId: null, error: null });
    expect(() => studio.jobs.cancel(waiting)).toThrow(expect.objectContaining({ code: 'job/invalid-state' }));
    studio.jobs.cancel(running);
    await studio.jobs.settled(running);
  });

  test.each([
    ['forward', 2, [0, 1], 'The first 2 of 5 frames were kept as a take.'],
    ['backward', 3, [2, 3, 4], 'The last 3 of 5 frames were kept as a take.'],
  ] as const)(
    'a cancelled %s run keeps the frames that join the film',
    async (role, framesBefore, indices, sentence) => {
      const studio = await open(tempDir(), {
        script: (recipe) => (recipe.seed === 7 ? { framesBefore, then: 'wait' } : {}),
      });
      const path = join(tempDir(), 'photo.png');
      writeFileSync(path, encodeRgbPng(new Uint8Array(64 * 64 * 3), 64, 64));
      const { id } = await studio.media.importFile(null, path);
      const known = { forward: { index: -1, mediaId: id }, backward: { index: 5, mediaId: id } }[role];
      const window = role === 'forward' ? { start: -1, frames: 6, prefix: 1 } : { start: 0, frames: 6, later: 5 };
      const draft = aDraft({ role, known: [known], windows: [aWindow({ ...window, keepFrom: 0, keepTo: 5 })] });
      const whole = await studio.jobs.settled(await studio.jobs.generate(aRun(null, { ...draft, seed: 8 })));
      const jobId = await studio.jobs.generate(aRun(null, draft));
      let made = 0;
      await next(studio, 'jobs.frames', () => ++made === framesBefore);
      studio.jobs.cancel(jobId);
      const job = await studio.jobs.settled(jobId);
      expect(job).toMatchObject({
        state: 'cancelled',
        error: { code: 'cancelled', message: `Cancelled. ${sentence}` },
      });
      const { frames } = studio.takes.get(job.takeId ?? '').view;
      expect(frames).toHaveLength(indices.length);
      expect(studio.takes.get(whole.takeId ?? '').view.frames).toHaveLength(5);
    },
  );

  test('what a discarded run made is kept in the trash', async () => {
    const studio = await open(tempDir(), { script: () => ({ framesBefore: 2, then: 'wait' }) });
    const projectId = studio.projects.create(newProject);
    const jobId = await studio.jobs.generate(aRun(projectId));
    let made = 0;
    await next(studio, 'jobs.frames', () => ++made === 2);
    const added = next(studio, 'takes.added', () => true);
    studio.jobs.cancel(jobId, true);
    expect((await added).take).toMatchObject({ isTrashed: true });
    expect((await studio.jobs.settled(jobId)).state).toBe('cancelled');
    expect(studio.takes.list(projectId)).toMatchObject([{ isTrashed: true }]);
  });

  test('cancelled before its first frame it leaves no take', async () => {
    const studio = await open(tempDir(), { script: () => ({ framesBefore: 0, then: 'wait' }) });
    const started = next(studio, 'jobs.changed', ({ job }) => job.state === 'running');
    const jobId = await studio.jobs.generate(aRun(null));
    await started;
    studio.jobs.cancel(jobId);
    expect(await studio.jobs.settled(jobId)).toMatchObject({ state: 'cancelled', error: null, takeId: null });
  });

  test('a dead engine interrupts the job and keeps the studio: it runs again, under the same id, to the same frames', async () => {
    let runs = 0;
    const studio = await open(tempDir(), { script: () => (runs++ === 0 ? { framesBefore: 2, then: 'die' } : {}) });
    const jobId = await studio.jobs.generate(aRun(null));
    const stopped = await studio.jobs.settled(jobId);
    expect(stopped).toMatchObject({ state: 'interrupted', error: { code: 'engine/crashed' } });
    expect(stopped.error?.message).toContain('The first 2 of 5 frames were kept as a take.');
    const partial = studio.takes.get(stopped.takeId ?? '').view;
    studio.jobs.retry(jobId);
    const done = await studio.jobs.settled(jobId);
    const whole = studio.takes.get(done.takeId ?? '').view;
    expect([done.state, done.error, whole.frames.slice(0, 2)]).toEqual(['done', null, partial.frames]);
    expect(() => studio.jobs.retry(jobId)).toThrow(expect.objectContaining({ code: 'job/invalid-state' }));
  });

  test('an error of the engine fails the job by name and the next one runs', async () => {
    const full = { code: 'engine/out-of-memory' as const, message: 'no memory', detail: { remedy: 'smaller' } };
    const studio = await open(tempDir(), {
      script: (recipe) => (recipe.seed === 7 ? { framesBefore: 0, then: full } : {}),
    });
    const failed = await studio.jobs.generate(aRun(null));
    const fine = await studio.jobs.generate(aRun(null, aDraft({ seed: 8 })));
    expect(await studio.jobs.settled(failed)).toMatchObject({ state: 'failed', error: full, takeId: null });
    expect(await studio.jobs.settled(fine)).toMatchObject({ state: 'done' });
    studio.jobs.clearFinished();
    expect([studio.jobs.list(), studio.jobs.get(failed).state]).toEqual([[], 'failed']);
  });

  test('closing interrupts the running job; at the next start it goes on first, then what waits, in order', async () => {
    const dir = tempDir();
    const studio = await open(dir, { script: () => ({ framesBefore: 1, then: 'wait' }) });
    const running = await studio.jobs.generate(aRun(null));
    const waiting = [
      await studio.jobs.generate(aRun(null, aDraft({ seed: 8 }))),
      await studio.jobs.generate(aRun(null)),
    ];
    await studio.close();
    await studio.close();

    // Where the queue runs only what it is asked for, it says what became of the job.
    const look = await open(dir, { runsEarlierJobs: false });
    expect(look.jobs.get(running)).toMatchObject({
      state: 'interrupted',
      error: { message: expect.stringContaining('closed') },
    });
    await look.close();

    const later = await open(dir);
    const jobs = await Promise.all([running, ...waiting].map((jobId) => later.jobs.settled(jobId)));
    expect(jobs.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    for (const [i, job] of jobs.slice(1).entries()) expect(jobs[i]?.finishedAt ?? 0).toBeLessThan(job.startedAt ?? 0);
  });

  test('what a killed process left running goes on at the next start, with the frames it had stored kept', async () => {
    const dir = tempDir();
    const studio = await open(dir, { script: () => ({ framesBefore: 3, then: 'wait' }) });
    const projectId = studio.projects.create(newProject);
    let made = 0;
    const stored = next(studio, 'jobs.frames', () => ++made === 3);
    const jobId = await studio.jobs.generate(aRun(projectId));
    await stored;
    // What lies on the disk now is what a kill would leave.
    const image = join(tempDir(), 'image');
    cpSync(dir, image, { recursive: true });

    const look = await open(image, { runsEarlierJobs: false });
    const job = look.jobs.get(jobId);
    expect(job).toMatchObject({ state: 'interrupted', error: { code: 'engine/crashed' } });
    expect(look.takes.list(projectId)).toMatchObject([{ id: job.takeId, frames: { length: 3 } }]);
    await look.close();
    const again = join(tempDir(), 'again');
    cpSync(dir, again, { recursive: true });
    const later = await open(again);
    expect(await later.jobs.settled(jobId)).toMatchObject({ state: 'done' });
    expect(later.projects.open(projectId)).toMatchObject({
      takes: [{ frames: { length: 5 } }, { frames: { length: 3 } }],
      jobs: [{ id: jobId }],
    });
  });

  test('what brings the app down twice at the same step waits to be asked', async () => {
    const dirs = [tempDir(), join(tempDir(), 'crashed'), join(tempDir(), 'again')] as const;
    const stuck = { script: () => ({ framesBefore: 0, then: 'wait' as const }) };
    const studio = await open(dirs[0], stuck);
    const begins = next(studio, 'jobs.changed', ({ job }) => job.state === 'running');
    const jobId = await studio.jobs.generate(aRun(null));
    await begins;
    cpSync(dirs[0], dirs[1], { recursive: true });
    const second = await open(dirs[1], stuck);
    expect(['queued', 'running']).toContain(second.jobs.get(jobId).state);
    await vi.waitFor(() => expect(second.jobs.get(jobId).state).toBe('running'));
    cpSync(dirs[1], dirs[2], { recursive: true });
    const third = await open(dirs[2], stuck);
    expect(third.jobs.get(jobId)).toMatchObject({ state: 'interrupted', error: { code: 'engine/crashed' } });
    await third.close();
    // Asked for, it runs; and it is not tried by itself at the start after that.
    const fourth = await open(dirs[2]);
    fourth.jobs.retry(jobId);
    expect(await fourth.jobs.settled(jobId)).toMatchObject({ state: 'done' });
  });

  test('the command line leaves jobs of another process waiting', async () => {
    const dir = tempDir();
    const studio = await open(dir, { script: () => ({ framesBefore: 0, then: 'wait' }) });
    await studio.jobs.generate(aRun(null));
    const waiting = await studio.jobs.generate(aRun(null));
    await studio.close();
    const later = await open(dir, { runsEarlierJobs: false });
    const own = await later.jobs.generate(aRun(null));
    expect((await later.jobs.settled(own)).state).toBe('done');
    expect(later.jobs.get(waiting).state).toBe('queued');
  });

  test('no more than 500 jobs wait', { timeout: 60_000 }, async () => {
    const studio = await open(tempDir(), { script: () => ({ framesBefore: 0, then: 'wait' }) });
    const started = next(studio, 'jobs.changed', ({ job }) => job.state === 'running');
    const running = await studio.jobs.generate(aRun(null));
    await started;
    for (let i = 0; i < 500; i++) await studio.jobs.generate(aRun(null));
    await expect(studio.jobs.generate(aRun(null))).rejects.toMatchObject({
      code: 'queue/full',
      detail: { value: '500' },
    });
    studio.jobs.cancel(studio.jobs.list()[1]?.id ?? '');
    await studio.jobs.generate(aRun(null));
    await studio.close();
    expect(running).toBeTruthy();
  });
});

describe('an export', () => {
  /** Plays the exporter's child: answers with progress and done, and remembers the task it was given. */
  function fakeExporter(tasks: unknown[]) {
    return (): ExporterProcess => {
      let tell: (message: unknown) => void = () => undefined;
      let exit: (how: { code: number | null; signal: string | null }) => void = () => undefined;
      return {
        postMessage: (message) => {
          const { taskPath } = message as { taskPath: string }; // the fake is only ever sent an export request here
          tasks.push(JSON.parse(readFileSync(taskPath, 'utf8')));
          queueMicrotask(() => {
            tell({ type: 'progress', done: 4, total: 4, framesPerSecond: 50 });
            tell({ type: 'done', frames: 4, bytes: 100 });
            exit({ code: 0, signal: null });
          });
        },
        onMessage: (listener) => (tell = listener),
        onExit: (listener) => (exit = listener),
        kill: () => exit({ code: null, signal: 'SIGKILL' }),
      };
    };
  }

  async function aProjectWithStill(studio: Studio): Promise<string> {
    const projectId = studio.projects.create(newProject);
    const path = join(tempDir(), 'still.png');
    writeFileSync(path, encodeRgbPng(new Uint8Array(64 * 64 * 3).fill(90), 64, 64));
    const media = await studio.media.importFile(projectId, path);
    const { version, records } = studio.projects.open(projectId);
    const track = records.find(({ kind }) => kind === 'track');
    const source = { type: 'still' as const, mediaId: media.id };
    const clip: DocumentRecord = {
      kind: 'clip',
      id: randomUUID(),
      trackId: track?.id ?? '',
      source,
      name: 's',
      start: 0,
      duration: 4,
      sourceIn: 0,
    };
    const diff = { added: [clip], updated: [], removed: [] };
    studio.projects.commit({ projectId, baseVersion: version, label: 'Add', source: 'edit', diff });
    return projectId;
  }

  test('plans the film as it is when asked, and gives the plan to the exporter', async () => {
    const tasks: unknown[] = [];
    const dir = tempDir();
    const studio = await open(dir, { spawnExporter: fakeExporter(tasks) });
    const projectId = await aProjectWithStill(studio);
    const outPath = join(tempDir(), 'film.mp4');
    const progress = next(studio, 'export.progress');
    const jobId = await studio.jobs.export({
      projectId,
      preset: 'h264-mp4',
      outPath,
      from: 0,
      to: 4,
      embedRecipe: true,
      smoothing: 1,
    });
    expect(await studio.jobs.settled(jobId)).toMatchObject({
      state: 'done',
      kind: 'export',
      title: 'film.mp4',
      frameCount: 4,
      projectId,
    });
    expect(await progress).toEqual({ jobId, done: 4, total: 4, framesPerSecond: 50 });
    expect(tasks).toMatchObject([
      { preset: 'h264-mp4', outPath, recipes: [], plan: { from: 0, to: 4, width: 64, height: 64, missing: [] } },
    ]);
    expect([studio.jobs.outPathOf(jobId), existsSync(join(dir, 'jobs', jobId))]).toEqual([outPath, false]);
  });

  test('with nothing to show, or nowhere to go, is refused at once', async () => {
    const studio = await open(tempDir());
    const projectId = await aProjectWithStill(studio);
    const ask = {
      projectId,
      preset: 'h264-mp4' as const,
      outPath: join(tempDir(), 'f.mp4'),
      from: 0,
      to: 4,
      embedRecipe: false,
      smoothing: 1 as const,
    };
    await expect(studio.jobs.export({ ...ask, to: 0 })).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(studio.jobs.export({ ...ask, outPath: 'film.mp4' })).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(studio.jobs.export({ ...ask, outPath: '/no/such/folder/f.mp4' })).rejects.toMatchObject({
      code: 'export/write-failed',
    });
    expect(studio.jobs.list()).toEqual([]);
  });
});
