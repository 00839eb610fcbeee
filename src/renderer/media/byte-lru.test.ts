import { expect, test } from 'vitest';
import { ByteLru } from './byte-lru';

test('what was used longest ago leaves first', () => {
  const evicted: string[] = [];
  const lru = new ByteLru<string>(30, (value) => evicted.push(value));
  lru.set('a', 'A', 10);
  lru.set('b', 'B', 10);
  lru.set('c', 'C', 10);
  lru.get('a');
  lru.set('d', 'D', 15);
  expect({ evicted, used: lru.usedBytes, has: ['a', 'b', 'c', 'd'].map((key) => lru.has(key)) }).toEqual({
    evicted: ['B', 'C'],
    used: 25,
    has: [true, false, false, true],
  });
});

test('looking without using does not save an entry', () => {
  const lru = new ByteLru<string>(20);
  lru.set('a', 'A', 10);
  lru.set('b', 'B', 10);
  lru.has('a');
  lru.set('c', 'C', 10);
  expect(lru.has('a')).toBe(false);
});

test('replacing a key frees what it held and hands the old value back', () => {
  const evicted: string[] = [];
  const lru = new ByteLru<string>(20, (value) => evicted.push(value));
  lru.set('a', 'old', 15);
  lru.set('a', 'new', 5);
  expect({ evicted, used: lru.usedBytes, value: lru.get('a') }).toEqual({ evicted: ['old'], used: 5, value: 'new' });
});

test('a value larger than the whole budget is refused and leaves the rest alone', () => {
  const evicted: string[] = [];
  const lru = new ByteLru<string>(20, (value) => evicted.push(value));
  lru.set('a', 'A', 20);
  expect(lru.set('b', 'B', 21)).toBe(false);
  expect({ evicted, hasA: lru.has('a'), used: lru.usedBytes }).toEqual({ evicted: ['B'], hasA: true, used: 20 });
});

test('clearing hands every value back', () => {
  const evicted: string[] = [];
  const lru = new ByteLru<string>(20, (value) => evicted.push(value));
  lru.set('a', 'A', 4);
  lru.set('b', 'B', 4);
  lru.clear();
  expect({ evicted, used: lru.usedBytes, size: lru.size }).toEqual({ evicted: ['A', 'B'], used: 0, size: 0 });
});
