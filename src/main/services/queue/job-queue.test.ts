/** The runner's own rules, with work that a test starts and ends by hand. compose.test.ts has the whole. */
import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '@core/errors';
import type { JobView } from '@contracts/job';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { aRecipe } from '../../../../test/support/pocket';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { openLibrary } from '../library/library';
import { JobQueue, type JobRunner } from './job-queue';
import { JobStore } from './job-store';

async function openQueue(runner: Partial<JobRunner> = {}) {
  const library = await openLibrary(tempDir(), { clock: new FakeClock(), log: silentLog });
  const store = new JobStore(library.db);
  const changes: JobView[] = [];
  const queue = new JobQueue(store, {
    clock: new FakeClock(),
    log: silentLog,
    runner: { run: () => Promise.resolve(null), keep: () => ({}), announce: () => undefined, ...runner },
    transaction: (change) => library.db.transaction(change),
    onChanged: (job) => changes.push(job),
    beforeRun: () => Promise.resolve(),
    runsEarlierJobs: true,
  });
  onTestFinished(async () => {
    await queue.close();
    await library.close();
  });
  return { db: library.db, store, queue, changes };
}

function aJob(id: string) {
  const payload = { kind: 'generate' as const, shotId: 's', segmentId: 'g', parentTakeId: null, recipe: aRecipe() };
  return { id, projectId: null, title: id, frameCount: 5, payload, createdAt: 1 };
}

test('jobs run one at a time, in the order they were asked for; one run again goes to the end', async () => {
  const begun: string[] = [];
  let atOnce = 0;
  const { queue, store } = await openQueue({
    run: async (_payload, { jobId }) => {
      begun.push(jobId);
      expect(++atOnce).toBe(1);
      await Promise.resolve();
      atOnce--;
      if (jobId === 'a' && begun.length === 1) throw new AppError('engine/not-finite', 'NaN');
      return null;
    },
  });
  for (const id of ['a', 'b', 'c']) queue.add(aJob(id));
  expect(await queue.settled('a')).toMatchObject({ state: 'failed', error: { code: 'engine/not-finite' } });
  queue.retry('a');
  expect((await queue.settled('a')).state).toBe('done');
  expect(begun).toEqual(['a', 'b', 'c', 'a']);
  expect(store.list().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});

test('a job whose end cannot be written is told as interrupted, and put right before the next one runs', async () => {
  let isDiskFull = true;
  const { queue, store, changes } = await openQueue({
    keep: () => {
      if (isDiskFull) throw new AppError('library/disk-full', 'The disk of the library is full.');
      return {};
    },
  });
  queue.add(aJob('a'));
  expect(await queue.settled('a')).toMatchObject({ state: 'interrupted', error: { code: 'library/disk-full' } });
  expect([store.view('a').state, changes.at(-1)?.state]).toEqual(['running', 'interrupted']);
  isDiskFull = false;
  queue.add(aJob('b'));
  expect((await queue.settled('b')).state).toBe('done');
  expect(store.view('a').state).toBe('interrupted');
  queue.retry('a');
  expect((await queue.settled('a')).state).toBe('done');
});

test('a row this version cannot read fails by itself and neither stops the queue nor the opening', async () => {
  const { queue, store, db } = await openQueue();
  for (const id of ['unreadable', 'left-running']) store.add(aJob(id));
  store.start('left-running', 1);
  db.run('UPDATE jobs SET payload = \'{"kind":"from the future"}\'');
  queue.start();
  expect(await queue.settled('left-running')).toMatchObject({ state: 'interrupted' });
  expect(await queue.settled('unreadable')).toMatchObject({ state: 'failed', error: { code: 'library/corrupt' } });
  queue.add(aJob('fine'));
  expect((await queue.settled('fine')).state).toBe('done');
});

test('a bug in a run is shown as one, and a closed queue takes no more', async () => {
  const { queue } = await openQueue({ run: () => Promise.reject(new TypeError('x is not a function')) });
  queue.add(aJob('a'));
  expect(await queue.settled('a')).toMatchObject({ state: 'failed', error: { code: 'internal/bug' } });
  await queue.close();
  expect(() => queue.add(aJob('b'))).toThrow(expect.objectContaining({ code: 'cancelled' }));
});

test('transitions the state machine does not have are refused by name', async () => {
  const { store, queue } = await openQueue();
  store.add(aJob('a'));
  expect(() => store.finish('a', { state: 'done', at: 1 })).toThrow(
    expect.objectContaining({ code: 'job/invalid-state' }),
  );
  expect(() => queue.retry('a')).toThrow(
    expect.objectContaining({ code: 'job/invalid-state', detail: expect.objectContaining({ value: 'queued' }) }),
  );
  expect(() => queue.cancel('nobody')).toThrow(expect.objectContaining({ code: 'job/not-found' }));
});
