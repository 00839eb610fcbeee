import { describe, expect, it } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import type { JobView } from '@contracts/job';
import { progressLine } from './progress-line';

const job: JobView = {
  id: 'job-1',
  projectId: 'p',
  kind: 'generate',
  state: 'running',
  title: 'a red ball',
  shotId: 's',
  segmentId: 'g',
  seed: 7,
  frameCount: 9,
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
  error: null,
  takeId: null,
  seconds: null,
  resumeStep: null,
  queuePlace: 1,
};

const progress: RunProgress = {
  jobId: 'job-1',
  seq: 3,
  stage: 'denoising',
  window: 1,
  windows: 3,
  step: 12,
  steps: 24,
  stepMs: 67,
  elapsedMs: 3_000,
  remainingMs: 2_412,
  fraction: 0.5,
};

describe('a running job in words', () => {
  it('says stage, step, window, pace and time left', () => {
    expect(progressLine(job, progress, null)).toEqual({
      stage: 'Denoising',
      facts: ['2.4 s left', 'step 12/24', 'window 2/3', '0.07 s per step'],
      fraction: 0.5,
    });
  });

  it('claims nothing before the first step has been measured', () => {
    const early = {
      ...progress,
      stage: 'loading' as const,
      windows: 1,
      window: 0,
      stepMs: null,
      remainingMs: null,
      fraction: 0,
    };
    expect(progressLine(job, early, null)).toEqual({ stage: 'Loading the model', facts: [], fraction: 0 });
    expect(progressLine(job, null, null)).toEqual({ stage: 'Starting', facts: [], fraction: null });
  });

  it('counts the frames of an export, and survives one that has not moved yet', () => {
    const exporting = { ...job, kind: 'export' as const };
    expect(progressLine(exporting, null, { done: 30, total: 120, framesPerSecond: 60 })).toEqual({
      stage: 'Exporting',
      facts: ['1.5 s left', '30/120 frames', '60 frames/s'],
      fraction: 0.25,
    });
    expect(progressLine(exporting, null, { done: 0, total: 0, framesPerSecond: 0 }).fraction).toBeNull();
  });
});
