/**
 * Nothing a run has done is lost: paused, killed, cancelled, over restarts of the studio; with the engine as a forked
 * process, the embedded model and real SQLite.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import type { RecipeDraft } from '@contracts/recipe';
import { openStudio } from '@main/compose';
import { forkEngine, type EngineProcess } from '@main/engine/engine-process';
import { silentLog } from '@main/platform/log';
import type { Studio } from '@main/studio';
import { buildEngine } from '../support/build-engine';
import { aWindow } from '../support/pocket';
import { tempDir } from '../support/temp-dir';

let entry = '';
let engines: EngineProcess[] = [];
let opened: Studio[] = [];
beforeAll(async () => {
  entry = await buildEngine();
});
afterEach(async () => {
  for (const studio of opened) await studio.close();
  [engines, opened] = [[], []];
});

async function open(libraryDir: string): Promise<Studio> {
  const noChild = () => {
    throw new Error('this test exports nothing');
  };
  const studio = await openStudio({
    libraryDir,
    embeddedModelsDir: resolve('resources/models'),
    spawnEngine: () => {
      const engine = forkEngine(entry);
      engines.push(engine);
      return engine;
    },
    spawnExporter: noChild,
    spawnProbe: noChild,
    appVersion: '0.0.0',
    threads: 1,
    log: silentLog,
    checkpointEveryMs: 0,
  });
  opened.push(studio);
  return studio;
}

/** Enough that a stop asked for early in the second window comes before its end, on any machine. */
const steps = 30;
const draft: RecipeDraft = {
  modelId: 'pocket',
  role: 'first',
  ...{ width: 64, height: 64, rate: { num: 8, den: 1 }, steps, guidance: 3, seed: 3, frameCount: 10, known: [] },
  windows: [aWindow(), aWindow({ start: 1, frames: 9, prefix: 4, keepFrom: 5, keepTo: 10, seed: 7 })],
};
const aRun = { projectId: null, shotId: 's', segmentId: 'g', parentTakeId: null, draft };

/** Resolves when the run is at this step of its second window, or past it. */
function reaches(studio: Studio, step: number): Promise<RunProgress> {
  return new Promise((tell) => {
    const off = studio.on('jobs.progress', ({ progress }) => {
      if (progress.stage !== 'denoising' || progress.window !== 1 || progress.step < step) return;
      off();
      tell(progress);
    });
  });
}

async function framesOf(studio: Studio, jobId: string): Promise<readonly string[]> {
  const { state, error, takeId } = await studio.jobs.settled(jobId);
  expect([state, error]).toEqual(['done', null]);
  return studio.takes.get(takeId ?? '').view.frames;
}

async function uninterrupted(): Promise<readonly string[]> {
  const studio = await open(tempDir());
  return framesOf(studio, await studio.jobs.generate(aRun));
}

const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a paused job gives its memory back, stays paused over a restart, and goes on from its step to the same frames', async () => {
  const whole = await uninterrupted();
  const dir = tempDir();
  const studio = await open(dir);
  const atStep2 = reaches(studio, 2);
  const jobId = await studio.jobs.generate(aRun);
  await atStep2;
  const engine = engines.at(-1);
  studio.jobs.pause(jobId);
  const paused = await studio.jobs.settled(jobId);
  expect(paused).toMatchObject({ state: 'paused', error: null, takeId: null, finishedAt: null });
  expect(paused.resumeStep).toMatchObject({ window: 1, windows: 2, steps });
  expect(paused.resumeStep?.step).toBeGreaterThanOrEqual(2);
  expect(isAlive(engine?.pid)).toBe(false);
  await studio.close();

  const later = await open(dir);
  expect(later.jobs.get(jobId)).toEqual(paused);
  const told: RunProgress[] = [];
  const made: number[] = [];
  later.on('jobs.progress', ({ progress }) => told.push(progress));
  later.on('jobs.frames', ({ frames }) => made.push(...frames.map(({ index }) => index)));
  later.jobs.resume(jobId);
  expect(await framesOf(later, jobId)).toEqual(whole);
  expect(
    told.filter(({ stage }) => stage === 'denoising').every(({ step }) => step >= (paused.resumeStep?.step ?? 9)),
  ).toBe(true);
  expect(made).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(existsSync(join(dir, 'jobs', jobId))).toBe(false);
});

test('an engine killed in its second window interrupts the job; run again it goes on, and what stood on screen stays', async () => {
  const whole = await uninterrupted();
  const dir = tempDir();
  const studio = await open(dir);
  const atStep3 = reaches(studio, 3);
  const jobId = await studio.jobs.generate(aRun);
  await atStep3;
  engines.at(-1)?.kill();
  const stopped = await studio.jobs.settled(jobId);
  expect(stopped).toMatchObject({ state: 'interrupted', error: { code: 'engine/crashed' }, resumeStep: { window: 1 } });
  expect(stopped.resumeStep?.step).toBeGreaterThanOrEqual(3);
  const partial = studio.takes.get(stopped.takeId ?? '').view.frames;
  expect(partial).toEqual(whole.slice(0, 5));

  // Stopped again at the same place, it leaves no second take of the same frames.
  const again = reaches(studio, 3);
  studio.jobs.retry(jobId);
  expect(studio.jobs.get(jobId).resumeStep).toEqual(stopped.resumeStep);
  await again;
  await studio.close();
  const later = await open(dir);
  // Closed while it ran: it goes on by itself.
  expect(later.jobs.get(jobId)).toMatchObject({ takeId: stopped.takeId });
  expect(await framesOf(later, jobId)).toEqual(whole);
  expect(existsSync(join(dir, 'jobs', jobId))).toBe(false);
});

test('a cancelled job keeps its frames and gives up the rest, also when it was paused', async () => {
  const dir = tempDir();
  const studio = await open(dir);
  for (const isPausedFirst of [false, true]) {
    const atStep2 = reaches(studio, 2);
    const jobId = await studio.jobs.generate(aRun);
    await atStep2;
    if (isPausedFirst) {
      studio.jobs.pause(jobId);
      expect((await studio.jobs.settled(jobId)).state).toBe('paused');
      expect(readdirSync(join(dir, 'jobs', jobId)).length).toBeGreaterThan(0);
    }
    studio.jobs.cancel(jobId);
    const job = await studio.jobs.settled(jobId);
    expect(job).toMatchObject({
      state: 'cancelled',
      resumeStep: null,
      error: { message: 'Cancelled. The first 5 of 10 frames were kept as a take.' },
    });
    expect(studio.takes.get(job.takeId ?? '').view.frames).toHaveLength(5);
    expect(readdirSync(join(dir, 'jobs'))).toEqual([]);
  }
});
