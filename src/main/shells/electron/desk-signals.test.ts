import { describe, expect, it } from 'vitest';
import type { JobView } from '@contracts/job';
import type { StudioEvents } from '@main/studio';
import { signalToDesk } from './desk-signals';
import { shellWords } from './strings';

function aDesk() {
  const listeners = new Map<string, (payload: never) => void>();
  const seen = { progress: [] as (number | null)[], notes: [] as [string, string][], inFront: false };
  signalToDesk(
    { on: (event, listener) => listeners.set(event, listener as (payload: never) => void) },
    {
      showProgress: (fraction) => seen.progress.push(fraction),
      isInFront: () => seen.inFront,
      notify: (title, body) => seen.notes.push([title, body]),
    },
    () => shellWords('en'),
  );
  const tell = <E extends keyof StudioEvents>(event: E, payload: StudioEvents[E]) =>
    listeners.get(event)?.(payload as never);
  const job = (id: string, state: JobView['state']) =>
    tell('jobs.changed', { job: { id, state, title: `a red ball ${id}` } as JobView });
  const made = (jobId: string, fraction: number) =>
    tell('jobs.progress', { progress: { jobId, fraction } as StudioEvents['jobs.progress']['progress'] });
  return { seen, tell, job, made };
}

describe('the task bar', () => {
  it('follows the running job and is clear afterwards, also when a message comes late', () => {
    const { seen, job, made } = aDesk();
    job('1', 'queued');
    expect(seen.progress).toEqual([]);
    job('1', 'running');
    made('1', 0.5);
    job('1', 'done');
    made('1', 1);
    expect(seen.progress).toEqual([0, 0.5, null]);
  });

  it('shows exports and imports by their frames', () => {
    const { seen, tell, job } = aDesk();
    job('1', 'running');
    tell('export.progress', { jobId: '1', done: 3, total: 12, framesPerSecond: 30 });
    expect(seen.progress.at(-1)).toBe(0.25);
  });
});

describe('a notification', () => {
  it('comes once, when the last of several jobs has ended', () => {
    const { seen, job } = aDesk();
    job('1', 'running');
    job('2', 'queued');
    job('1', 'done');
    expect(seen.notes).toEqual([]);
    job('2', 'running');
    job('2', 'done');
    expect(seen.notes).toEqual([['2 jobs are done', 'the last: a red ball 2']]);
  });

  it('says what failed', () => {
    const { seen, job } = aDesk();
    job('1', 'running');
    job('1', 'failed');
    expect(seen.notes).toEqual([['A job failed', 'a red ball 1']]);
  });

  it('does not come while the studio is in front, nor for what the artist stopped', () => {
    const { seen, job } = aDesk();
    job('1', 'running');
    job('1', 'cancelled');
    seen.inFront = true;
    job('2', 'running');
    job('2', 'done');
    expect(seen.notes).toEqual([]);
  });
});
