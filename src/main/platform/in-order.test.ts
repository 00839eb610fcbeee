import { expect, test } from 'vitest';
import { createGate } from './in-order';

test('work goes through in the order it was asked for, however long each takes', async () => {
  const gate = createGate();
  const done: string[] = [];
  let letFirstGo = (): void => undefined;
  const first = gate(() => new Promise<void>((resolve) => (letFirstGo = resolve))).then(() => done.push('first'));
  const second = gate(() => Promise.resolve()).then(() => done.push('second'));
  await Promise.resolve();
  expect(done).toEqual([]);
  letFirstGo();
  await Promise.all([first, second]);
  expect(done).toEqual(['first', 'second']);
});

test('a failure goes to its caller and the next one still gets its turn', async () => {
  const gate = createGate();
  const failed = gate(() => Promise.reject(new Error('broken')));
  const next = gate(() => Promise.resolve('done'));
  await expect(failed).rejects.toThrow('broken');
  await expect(next).resolves.toBe('done');
});
