import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AtRest } from './at-rest.svelte';

interface Item {
  readonly id: string;
}

const item = (id: string): Item => ({ id });
const [a, b, c, d] = [item('a'), item('b'), item('c'), item('d')];
const film = {};
const atRest = (): AtRest<Item> => new AtRest<Item>(({ id }) => id);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('while the wheel turns, what there was stays; at rest it is what is in sight', () => {
  const held = atRest();
  expect(held.of([a, b], film)).toEqual([a, b]);
  held.move();
  expect(held.of([b, c], film)).toEqual([a, b]);
  vi.advanceTimersByTime(119);
  held.move();
  expect(held.of([c, d], film)).toEqual([a, b]);
  vi.advanceTimersByTime(120);
  expect(held.of([c, d], film)).toEqual([c, d]);
});

test('nothing is waited with when the window leaps', () => {
  const held = atRest();
  held.of([a, b], film);
  expect(held.of([b, c], film)).toEqual([b, c]);
});

test('nor with an edit while it moves', () => {
  const held = atRest();
  held.of([a, b], film);
  held.move();
  const edited = item('b');
  expect(held.of([a, edited], film)).toEqual([a, edited]);
  expect(held.of([edited], {})).toEqual([edited]);
});

test('nor when the pointer comes', () => {
  const held = atRest();
  held.of([a, b], film);
  held.move();
  held.settle();
  expect(held.of([b, c], film)).toEqual([b, c]);
});
