import { expect, test } from 'vitest';
import { isSame, Kept } from './kept';

interface Placed {
  readonly id: string;
  readonly record: object;
  readonly spans: readonly { readonly from: number }[];
}

const record = { kind: 'clip' };
const placed = (id: string, from = 0): Placed => ({ id, record, spans: [{ from }] });

test('what comes out as it was is the object of the last time', () => {
  const kept = new Kept<Placed>(({ id }) => id);
  const [a, b] = kept.of([placed('a'), placed('b')]);
  const next = kept.of([placed('b'), placed('a', 1), placed('c')]);
  expect(next[0]).toBe(b);
  expect(next[1]).not.toBe(a);
  expect(next[1]).toEqual(placed('a', 1));
  expect(next.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
});

test('only the last list is remembered', () => {
  const kept = new Kept<Placed>(({ id }) => id);
  const [a] = kept.of([placed('a')]);
  kept.of([]);
  expect(kept.of([placed('a')])[0]).not.toBe(a);
});

test('sameness looks through objects and lists, and at nothing else', () => {
  expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
  expect(isSame({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(isSame({ a: undefined }, { b: undefined })).toBe(false);
  expect(isSame([1, 2], [1])).toBe(false);
  expect(isSame([], {})).toBe(false);
  expect(isSame({}, null)).toBe(false);
  expect(isSame(new Map([['a', 1]]), new Map([['a', 1]]))).toBe(false);
});
