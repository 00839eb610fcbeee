/** The runner's own rules, with work that a test starts and ends by hand. compose.test.ts has the whole. */
import { describe, expect, onTestFinished, test } from 'vitest';
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
    runner: {
      run: () => Promise.resolve(null),
      keep: () => ({}),
      announce: () => undefined,
      resumeStep: () => null,
      heldJobs: () => [],
      discard: () => undefined,
      ...runner,
    },
    transaction: (change) => library.db.transaction(change),
    onChanged: (job) => changes.push(job),
    trashTake: () => undefined,
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

describe('pausing', () => {
  /** Runs that go on until they are stopped; tells who is running. */
  function untilStopped() {
    const begun: string[] = [];
    const waiters: (() => void)[] = [];
    const run: JobRunner['run'] = (_payload, { jobId, signal }) =>
      new Promise((_resolve, reject) => {
        begun.push(jobId);
        signal.addEventListener('abort', () => reject(new AppError('cancelled', 'the run was cancelled')));
        if (signal.aborted) reject(new AppError('cancelled', 'the run was cancelled'));
        waiters.splice(0).forEach((tell) => tell());
      });
    const began = (count: number): Promise<void> =>
      begun.length >= count
        ? Promise.resolve()
        : new Promise<void>((tell) => waiters.push(tell)).then(() => began(count));
    return { run, begun, began };
  }

  test('stops a running job, keeps what it had and lets the next one run; resumed it is first in line', async () => {
    const { run, begun, began } = untilStopped();
    const resumeStep = { window: 0, windows: 2, step: 14, steps: 24 };
    const kept: string[] = [];
    const discarded: string[] = [];
    const { queue, store } = await openQueue({
      run,
      resumeStep: () => resumeStep,
      keep: (_payload, { jobId }) => (kept.push(jobId), {}),
      discard: (jobId) => discarded.push(jobId),
    });
    for (const id of ['a', 'b', 'c', 'd']) queue.add(aJob(id));
    await began(1);
    queue.pause('a');
    expect(await queue.settled('a')).toMatchObject({ state: 'paused', error: null, finishedAt: null, resumeStep });
    await began(2);
    expect([kept, discarded]).toEqual([[], []]);
    queue.resume('a');
    expect(store.view('a')).toMatchObject({ state: 'queued', resumeStep });
    expect(store.queuedIds()).toEqual(['a', 'c', 'd']);
    queue.cancel('b');
    await began(3);
    expect([begun, store.view('a').resumeStep]).toEqual([['a', 'b', 'a'], null]);
    queue.cancel('a');
    expect(await queue.settled('a')).toMatchObject({ state: 'cancelled', resumeStep: null });
    expect([kept, discarded]).toEqual([
      ['b', 'a'],
      ['b', 'a'],
    ]);
  });

  test('a waiting job is set aside, over a restart too, and cancelled it is over', async () => {
    const { run, began } = untilStopped();
    const discarded: string[] = [];
    const { queue, store, changes } = await openQueue({ run, discard: (jobId) => discarded.push(jobId) });
    for (const id of ['a', 'b', 'c']) queue.add(aJob(id));
    await began(1);
    queue.pause('b');
    expect([store.queuedIds(), changes.at(-1)?.state, (await queue.settled('b')).state]).toEqual([
      ['c'],
      'paused',
      'paused',
    ]);
    for (const refused of [() => queue.pause('b'), () => queue.retry('b'), () => queue.resume('c')])
      expect(refused).toThrow(expect.objectContaining({ code: 'job/invalid-state' }));
    queue.start();
    expect(store.view('b').state).toBe('paused');
    queue.cancel('b');
    expect([store.view('b').state, discarded]).toEqual(['cancelled', ['b']]);
  });

  test('paused jobs count among those that may wait', async () => {
    const { run } = untilStopped();
    const { queue, db, store } = await openQueue({ run });
    for (let i = 0; i < 500; i++) store.add(aJob(`w${i}`));
    db.run("UPDATE jobs SET state = 'paused'");
    expect(() => queue.add(aJob('one too many'))).toThrow(expect.objectContaining({ code: 'queue/full' }));
    queue.resume('w7');
    expect(store.queuedIds()).toEqual(['w7']);
  });
});

test('waiting jobs run in the order they were put into, and those that moved are told', async () => {
  const { store, queue, changes } = await openQueue();
  for (const id of ['ended', 'a', 'b', 'c', 'd']) store.add(aJob(id));
  store.cancelWaiting('ended', { state: 'cancelled', at: 1 });
  const order = () => store.queuedIds().join('');
  queue.reorder('d', 'a');
  expect([order(), changes.map(({ id }) => id)]).toEqual(['dabc', ['d', 'a', 'b', 'c']]);
  queue.reorder('d', 'c');
  expect([order(), changes.slice(4).map(({ id }) => id)]).toEqual(['abdc', ['a', 'b', 'd']]);
  queue.reorder('a', null);
  expect(order()).toBe('bdca');
  queue.reorder('b', 'b');
  queue.reorder('b', 'd');
  expect([order(), changes.length]).toEqual(['bdca', 11]);
  const places = store.list().filter(({ state }) => state === 'queued');
  expect(places.sort((x, y) => x.queuePlace - y.queuePlace).map(({ id }) => id)).toEqual(['b', 'd', 'c', 'a']);
  for (const [id, before] of [
    ['ended', 'a'],
    ['a', 'ended'],
  ] as const)
    expect(() => queue.reorder(id, before)).toThrow(expect.objectContaining({ code: 'job/invalid-state' }));
  expect(() => queue.reorder('a', 'nobody')).toThrow(expect.objectContaining({ code: 'job/not-found' }));
  expect(order()).toBe('bdca');
});

test('what a job needs to go on is given up when it is done, cancelled or cleared away, at the latest at the next start', async () => {
  const discarded: string[] = [];
  const outcomes: Record<string, AppError> = {
    failed: new AppError('engine/out-of-memory', 'no memory'),
    interrupted: new AppError('engine/crashed', 'gone'),
  };
  const { queue, store } = await openQueue({
    run: (_payload, { jobId }) => (outcomes[jobId] ? Promise.reject(outcomes[jobId]) : Promise.resolve(null)),
    resumeStep: () => ({ window: 0, windows: 1, step: 2, steps: 3 }),
    heldJobs: () => ['done', 'failed', 'interrupted', 'paused', 'queued', 'nobody'],
    discard: (jobId) => {
      discarded.push(jobId);
      if (jobId === 'done') throw new AppError('library/io', 'the disk is gone');
    },
  });
  for (const id of ['done', 'failed', 'interrupted']) queue.add(aJob(id));
  for (const id of ['done', 'failed', 'interrupted']) expect((await queue.settled(id)).state).toBe(id);
  expect(discarded).toEqual(['done']);
  expect(store.view('failed').resumeStep).toEqual({ window: 0, windows: 1, step: 2, steps: 3 });
  store.add(aJob('paused'));
  store.pauseQueued('paused');
  store.add(aJob('queued'));
  queue.start();
  expect(discarded.splice(0).sort()).toEqual(['done', 'done', 'nobody']);
  expect((await queue.settled('queued')).state).toBe('done');
  discarded.splice(0);
  queue.clearFinished();
  expect(discarded.sort()).toEqual(['done', 'failed', 'interrupted', 'queued']);
  expect([store.view('failed').resumeStep, store.list().map(({ id }) => id)]).toEqual([null, ['paused']]);
});

test('a checkpoint that cannot be looked at is a job that begins again, not a job that is lost', async () => {
  const { queue } = await openQueue({
    run: () => Promise.reject(new AppError('engine/crashed', 'gone')),
    resumeStep: () => {
      throw new AppError('library/io', 'EACCES');
    },
  });
  queue.add(aJob('a'));
  expect(await queue.settled('a')).toMatchObject({ state: 'interrupted', resumeStep: null });
});
