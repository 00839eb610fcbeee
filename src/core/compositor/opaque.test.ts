import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeOpaque } from './opaque';

test('every pixel is its own three bytes and 255, whatever their number and wherever they lie in memory', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.nat(3), fc.uint8Array({ minLength: 0, maxLength: 90 }), (before, beforeOut, bytes) => {
      const pixels = Math.floor(bytes.length / 3);
      const memory = new Uint8Array(before + pixels * 3);
      memory.set(bytes.subarray(0, pixels * 3), before);
      const target = new Uint8ClampedArray(beforeOut + pixels * 4 + 1).fill(7);
      const out = new Uint8ClampedArray(target.buffer, beforeOut, pixels * 4);
      writeOpaque(memory.subarray(before), out);
      const expected = Array.from({ length: pixels }, (_, i) => [...bytes.subarray(i * 3, i * 3 + 3), 255]).flat();
      expect([...out]).toEqual(expected);
      expect([...target.subarray(0, beforeOut), target.at(-1)]).toEqual([...Array<number>(beforeOut).fill(7), 7]);
    }),
  );
});
