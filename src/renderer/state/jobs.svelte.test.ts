import { describe, expect, it } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import type { JobView } from '@contracts/job';
import { Jobs } from './jobs.svelte';

function job(id: string, state: JobView['state'], createdAt = 0): JobView {
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
    createdAt,
    startedAt: null,
    finishedAt: null,
    error: null,
    takeId: null,
    seconds: null,
    resumeStep: null,
    queuePlace: createdAt,
  };
}

function progress(seq: number, step: number): RunProgress {
  return {
    jobId: 'a',
    seq,
    stage: 'denoising',
    window: 0,
    windows: 1,
    step,
    steps: 24,
    stepMs: null,
    elapsedMs: 0,
    remainingMs: null,
    fraction: 0,
  };
}

describe('jobs', () => {
  it('ignores progress that comes late', () => {
    const jobs = new Jobs();
    jobs.put(job('a', 'running'));
    jobs.putProgress(progress(2, 5));
    jobs.putProgress(progress(1, 4));
    expect(jobs.progressOf('a')?.step).toBe(5);
  });

  it('forgets frames and progress of a job that has ended', () => {
    const jobs = new Jobs();
    jobs.put(job('a', 'running'));
    jobs.putProgress(progress(1, 1));
    jobs.putFrames('a', [{ index: 0, hash: 'h' }]);
    jobs.put(job('a', 'done'));
    jobs.putFrames('a', [{ index: 1, hash: 'late' }]);
    expect({ progress: jobs.progressOf('a'), frames: jobs.framesOf('a').size }).toEqual({ progress: null, frames: 0 });
  });

  it('finds the running job of a segment before the waiting ones, and the oldest of those', () => {
    const jobs = new Jobs();
    jobs.put(job('old', 'queued', 1));
    jobs.put(job('new', 'queued', 2));
    expect(jobs.runningFor('g')?.id).toBe('old');
    jobs.put(job('now', 'running', 3));
    expect(jobs.runningFor('g')?.id).toBe('now');
    expect(jobs.runningFor('other')).toBeNull();
  });

  it('lists the newest first and the queue in its order', () => {
    const jobs = new Jobs();
    jobs.replace([job('a', 'queued', 1), job('c', 'done', 3), job('b', 'queued', 2)]);
    expect(jobs.list.map((one) => one.id)).toEqual(['c', 'b', 'a']);
    expect(jobs.queued.map((one) => one.id)).toEqual(['a', 'b']);
  });

  it('follows the queue when jobs are moved in it', () => {
    const jobs = new Jobs();
    jobs.replace([job('a', 'queued', 1), job('b', 'queued', 2), job('p', 'paused', 3)]);
    jobs.put({ ...job('a', 'queued', 1), queuePlace: 9 });
    expect(jobs.queued.map((one) => one.id)).toEqual(['b', 'a']);
    expect(jobs.paused.map((one) => one.id)).toEqual(['p']);
  });

  it('remembers that a running job was asked to pause, until it has', () => {
    const jobs = new Jobs();
    jobs.put(job('a', 'running'));
    jobs.put(job('b', 'queued'));
    jobs.putStopWish('a', 'pause');
    jobs.putStopWish('b', 'cancel');
    expect([jobs.stopWishOf('a'), jobs.stopWishOf('b')]).toEqual(['pause', null]);
    jobs.put(job('a', 'paused'));
    jobs.put(job('a', 'running'));
    expect(jobs.stopWishOf('a')).toBeNull();
  });
});
