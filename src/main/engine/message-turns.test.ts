import { afterEach, expect, test, vi } from 'vitest';
import { aTurnFollows, letMessagesIn } from './message-turns';

afterEach(() => void vi.restoreAllMocks());

/** Whether what waited for a turn of the event loop has come by the time messages were let in. */
async function isHeard(): Promise<boolean> {
  let heard = false;
  setImmediate(() => (heard = true));
  await letMessagesIn();
  return heard;
}

test('after a long run messages are let in at once, after a short one with the next run’s own turn', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  aTurnFollows();
  now = 9;
  expect(await isHeard()).toBe(false);
  now = 10;
  expect(await isHeard()).toBe(true);
  now = 19;
  expect(await isHeard()).toBe(false);
  aTurnFollows();
  now = 28;
  expect(await isHeard()).toBe(false);
  now = 29;
  expect(await isHeard()).toBe(true);
});
