/** The studio with nothing played: real SQLite, the engine as a forked process, the embedded model. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RecipeDraft } from '@contracts/recipe';
import { forkEngine, type EngineProcess } from '@main/engine/engine-process';
import { openStudio } from '@main/compose';
import { silentLog } from '@main/platform/log';
import type { Studio } from '@main/studio';
import { buildEngine } from '../support/build-engine';
import { aWindow } from '../support/pocket';

let entry = '';
let root = '';
let studio: Studio;
let engines: EngineProcess[] = [];

beforeAll(async () => {
  entry = await buildEngine();
  root = mkdtempSync(join(tmpdir(), 'onionskin-test-'));
  studio = await openAt('library');
}, 120_000);

afterAll(async () => {
  await studio.close();
  rmSync(root, { recursive: true, force: true });
});

function openAt(name: string): Promise<Studio> {
  const noChild = () => {
    throw new Error('this test exports nothing');
  };
  return openStudio({
    libraryDir: join(root, name),
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
  });
}

const size = { width: 128, height: 128, rate: { num: 8, den: 1 }, steps: 4, guidance: 3 };

function aDraft(more: Partial<RecipeDraft> = {}): RecipeDraft {
  return {
    modelId: 'pocket',
    role: 'first',
    ...size,
    frameCount: 5,
    seed: 3,
    known: [],
    windows: [aWindow()],
    ...more,
  };
}

async function generate(draft: RecipeDraft, parentTakeId: string | null = null) {
  const jobId = await studio.jobs.generate({ projectId: null, shotId: 's', segmentId: 'g', parentTakeId, draft });
  const job = await studio.jobs.settled(jobId);
  expect(job).toMatchObject({ state: 'done', error: null });
  return studio.takes.get(job.takeId ?? '').view;
}

test('a prompt becomes frames, and an extension grows from the last of them without touching them', async () => {
  const first = await generate(aDraft());
  const again = await generate(aDraft());
  expect(again.frames).toEqual(first.frames);
  const known = first.frames.slice(-4).map((frame, i) => ({ index: i - 4, frame }));
  const windows = [aWindow({ start: -4, frames: 9, prefix: 4, keepFrom: 0, keepTo: 5, seed: 9 })];
  const extension = await generate(aDraft({ role: 'forward', known, windows }), first.id);
  expect([extension.parentTakeId, extension.frames.length]).toEqual([first.id, 5]);
  expect(studio.takes.get(first.id).view).toEqual(first);
  const picture = await studio.frames.read(extension.frames[4] ?? '');
  expect([picture.width, picture.height, picture.rgb.length]).toEqual([128, 128, 128 * 128 * 3]);
  expect((await studio.jobs.estimate({ modelId: 'pocket', ...size, windows: [5] })).basis).toBe('measured');
});

test('the engine killed in the middle of a run interrupts the job; the studio lives and runs it again', async () => {
  const progress = new Promise<void>((done) => {
    const off = studio.on('jobs.progress', (event) => {
      if (event.progress.stage !== 'denoising') return;
      off();
      done();
    });
  });
  const draft = aDraft({ steps: 60, frameCount: 9, windows: [aWindow({ frames: 9, keepTo: 9 })] });
  const jobId = await studio.jobs.generate({ projectId: null, shotId: 's', segmentId: 'g', parentTakeId: null, draft });
  await progress;
  engines.at(-1)?.kill();
  expect(await studio.jobs.settled(jobId)).toMatchObject({
    state: 'interrupted',
    error: { code: 'engine/crashed' },
    takeId: null,
  });
  studio.jobs.retry(jobId);
  const done = await studio.jobs.settled(jobId);
  expect(studio.takes.get(done.takeId ?? '').view.frames).toHaveLength(9);
});

test('another library gives the same frames for the same recipe', async () => {
  const first = await generate(aDraft());
  const before = studio;
  const other = await openAt('other');
  try {
    studio = other;
    expect((await generate(aDraft())).frames).toEqual(first.frames);
  } finally {
    studio = before;
    await other.close();
    engines = [];
  }
});
