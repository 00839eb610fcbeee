/** When a state is written, on fast, slow and broken disks, by the clock of the test. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunState } from './checkpoint-files';
import { Checkpointer } from './checkpointer';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function aState(step: number): RunState {
  const spent = { load: 0, encode: 0, denoise: 0, decode: 0, write: 0, total: 0, transformer: 0 };
  return { window: 0, step, scheduler: { position: step }, rng: null, frames: [], spent, latents: new Float32Array(1) };
}

interface Disk {
  readonly writeMs?: number;
  readonly isBroken?: boolean;
}

function aCheckpointer(everyMs: number, { writeMs = 0, isBroken = false }: Disk = {}) {
  const written: number[] = [];
  const notes: string[] = [];
  const write = ({ step }: RunState): Promise<void> => {
    vi.advanceTimersByTime(writeMs);
    if (isBroken) return Promise.reject(new Error('ENOSPC'));
    written.push(step);
    return Promise.resolve();
  };
  const files = { write, rejectAll: () => Promise.reject(new Error('EACCES')) };
  const checkpoints = new Checkpointer(null, { files, everyMs, note: (text) => notes.push(text) });
  const steps = async (count: number, stepMs: number): Promise<void> => {
    for (let step = 1; step <= count; step++) {
      vi.advanceTimersByTime(stepMs);
      await checkpoints.reached(aState(step));
    }
  };
  return { checkpoints, steps, written, notes };
}

test('every step that takes longer than the interval is written', async () => {
  const { steps, written } = aCheckpointer(2_000);
  await steps(4, 2_500);
  expect(written).toEqual([1, 2, 3, 4]);
});

test('of short steps one is written when the interval is over, and the last when the run stops', async () => {
  const { steps, written, checkpoints } = aCheckpointer(2_000);
  await steps(10, 500);
  expect(written).toEqual([4, 8]);
  await checkpoints.flush();
  await checkpoints.flush();
  expect(written).toEqual([4, 8, 10]);
});

test('an interval of 0 writes each step, whatever it costs', async () => {
  const { steps, written } = aCheckpointer(0, { writeMs: 700 });
  await steps(3, 10);
  expect(written).toEqual([1, 2, 3]);
});

test('a slow disk stretches the interval, to ten seconds at most', async () => {
  const slow = aCheckpointer(2_000, { writeMs: 100 });
  await slow.steps(24, 500);
  expect(slow.written).toEqual([4, 12, 20]);
  const slower = aCheckpointer(2_000, { writeMs: 3_000 });
  await slower.steps(24, 1_000);
  expect(slower.written).toEqual([2, 12, 22]);
});

test('a state that cannot be written is noted, tried again with the next, and stops nothing', async () => {
  const { checkpoints, steps, notes } = aCheckpointer(2_000, { isBroken: true });
  await steps(8, 500);
  await checkpoints.startOver('it does not fit');
  expect(notes).toEqual([
    'the step checkpoint could not be written: Error: ENOSPC',
    'the step checkpoint could not be written: Error: ENOSPC',
    'the step checkpoint could not be moved aside: Error: EACCES',
  ]);
});
