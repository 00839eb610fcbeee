import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedMap } from './shared-map';

interface Thing {
  readonly n: number;
}

const anyKey = fc.integer({ min: 0, max: 2_000 }).map(String);
const anyChanges = fc.array(fc.tuple(anyKey, fc.option(fc.nat().map((n): Thing => ({ n })))), { maxLength: 400 });

test('any changes, one after the other, give what a plain map gives, and the maps before stay as they were', () => {
  fc.assert(
    fc.property(fc.array(anyChanges, { maxLength: 8 }), (rounds) => {
      // Half of the keys, so that changes are piled up before the whole is copied.
      const plain = new Map<string, Thing>(Array.from({ length: 1_000 }, (_, n) => [String(2 * n), { n }]));
      let shared = SharedMap.over<Thing>(new Map(plain));
      for (const round of rounds) {
        const [before, copy] = [shared, new Map(plain)];
        for (const [key, value] of round) {
          if (value === null) plain.delete(key);
          else plain.set(key, value);
        }
        shared = shared.with(new Map(round));
        expect(new Map(shared)).toEqual(plain);
        expect(shared.size).toBe(plain.size);
        expect([...shared.keys()].filter((key) => !shared.has(key))).toEqual([]);
        expect(new Map(before)).toEqual(copy);
      }
    }),
    { numRuns: 60 },
  );
});

test('a changed value keeps its place, a new one comes last', () => {
  const base = SharedMap.over<Thing>(new Map([...'abc'].map((key, n) => [key, { n }])));
  const next = base.with(
    new Map<string, Thing | null>([
      ['d', { n: 3 }],
      ['a', { n: 9 }],
      ['b', null],
    ]),
  );
  expect([...next].map(([key, { n }]) => `${key}${n}`)).toEqual(['a9', 'c2', 'd3']);
  expect(next.get('b')).toBeUndefined();
  expect(next.with(new Map())).toBe(next);
});
