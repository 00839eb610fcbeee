import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { decodeRgb, rgbaFromRgb } from './decode-rgb';

const pixels = Uint8Array.from([0, 1, 2, 253, 254, 255]);

test('an RGB frame comes back byte for byte', () => {
  const png = encode({ width: 2, height: 1, data: pixels, channels: 3, depth: 8 });
  expect(decodeRgb(png)).toEqual({ width: 2, height: 1, rgb: pixels });
});

test('alpha is dropped, not multiplied', () => {
  const png = encode({ width: 1, height: 1, data: Uint8Array.from([10, 20, 30, 7]), channels: 4, depth: 8 });
  expect([...decodeRgb(png).rgb]).toEqual([10, 20, 30]);
});

test('grey becomes three equal channels', () => {
  const png = encode({ width: 2, height: 1, data: Uint8Array.from([9, 200]), channels: 1, depth: 8 });
  expect([...decodeRgb(png).rgb]).toEqual([9, 9, 9, 200, 200, 200]);
});

test('sixteen bits a channel and rubbish are refused', () => {
  const deep = encode({ width: 1, height: 1, data: Uint16Array.from([1, 2, 3]), channels: 3, depth: 16 });
  expect(() => decodeRgb(deep)).toThrow('this PNG has 16');
  expect(() => decodeRgb(Uint8Array.from([1, 2, 3]))).toThrow();
});

test('a canvas gets the same colours, opaque', () => {
  expect([...rgbaFromRgb(pixels, 2)]).toEqual([0, 1, 2, 255, 253, 254, 255, 255]);
});
