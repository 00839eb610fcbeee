import { describe, expect, it } from 'vitest';
import type { JobView } from '@contracts/job';
import { moveBefore, queueParts, stateCounts } from './queue-order';

function job(id: string, state: JobView['state'], queuePlace: number, finishedAt: number | null = null): JobView {
  return {
    id,
    projectId: 'p',
    kind: 'generate',
    state,
    title: id,
    shotId: 's',
    segmentId: 'g',
    seed: 1,
    frameCount: 9,
    createdAt: queuePlace,
    startedAt: null,
    finishedAt,
    error: null,
    takeId: null,
    seconds: null,
    resumeStep: null,
    queuePlace,
  };
}

const jobs = [
  job('old-done', 'done', 1, 10),
  job('failed', 'failed', 2, 90),
  job('second', 'queued', 7),
  job('interrupted', 'interrupted', 3, 50),
  job('first', 'queued', 4),
  job('running', 'running', 5),
  job('paused', 'paused', 6),
  job('third', 'queued', 8),
];

describe('the order of the queue', () => {
  it('is what runs, what comes next, what stands still, what is over', () => {
    const { running, waiting, still, over } = queueParts(jobs);
    expect([running, waiting, still, over].map((part) => part.map((one) => one.id))).toEqual([
      ['running'],
      ['first', 'second', 'third'],
      ['paused', 'interrupted'],
      ['failed', 'old-done'],
    ]);
  });

  it('moves a waiting job by one place and not beyond the ends', () => {
    const { waiting } = queueParts(jobs);
    const up = ['first', 'second', 'third'].map((id) => moveBefore(waiting, id, -1));
    const down = ['first', 'second', 'third'].map((id) => moveBefore(waiting, id, 1));
    expect(up).toEqual([undefined, 'first', 'second']);
    expect(down).toEqual(['third', null, undefined]);
    expect(moveBefore(waiting, 'running', 1)).toBeUndefined();
  });

  it('counts the states that there are', () => {
    expect(stateCounts(jobs)).toEqual([
      { state: 'running', count: 1 },
      { state: 'queued', count: 3 },
      { state: 'paused', count: 1 },
      { state: 'interrupted', count: 1 },
      { state: 'failed', count: 1 },
      { state: 'done', count: 1 },
    ]);
    expect(stateCounts([])).toEqual([]);
  });
});
