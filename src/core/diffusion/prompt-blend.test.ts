import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blendEmbeddings } from './prompt-blend';

const tokens = fc
  .array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 12, maxLength: 12 })
  .map((values) => Float32Array.from(values));
const kinds = fc.constantFrom('linear' as const, 'slerp' as const);

test('at both ends it is the one prompt, bit for bit', () => {
  fc.assert(
    fc.property(tokens, tokens, kinds, (a, b, kind) => {
      expect(blendEmbeddings(a, b, { kind, weight: 0, tokenSize: 4 })).toEqual(a);
      expect(blendEmbeddings(a, b, { kind, weight: 1, tokenSize: 4 })).toEqual(b);
    }),
  );
});

test('is finite for any tokens, and the same seen from the other side', () => {
  const weights = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(tokens, tokens, kinds, weights, (a, b, kind, weight) => {
      const there = blendEmbeddings(a, b, { kind, weight, tokenSize: 4 });
      const back = blendEmbeddings(b, a, { kind, weight: 1 - weight, tokenSize: 4 });
      there.forEach((value, i) => {
        expect(value).toBeCloseTo(back[i] ?? NaN, 3);
      });
    }),
  );
});

test('slerp keeps the length of a token on the way, a straight line cuts the corner', () => {
  const [a, b] = [Float32Array.of(3, 0, 1, 0), Float32Array.of(0, 3, 1, 0)];
  const half = { weight: 0.5, tokenSize: 2 };
  const turned = blendEmbeddings(a, b, { kind: 'slerp', ...half });
  expect(Math.hypot(turned[0] ?? 0, turned[1] ?? 0)).toBeCloseTo(3, 5);
  expect([...blendEmbeddings(a, b, { kind: 'linear', ...half })]).toEqual([1.5, 1.5, 1, 0]);
  // The second token has one direction in both: there the arc is the line.
  expect([turned[2], turned[3]]).toEqual([1, 0]);
});
