import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainFileName } from './file-name';

test.each([
  ['Out: “1/2”', 'Out “1 2”'],
  ['a\tline\nbreak', 'a line break'],
  ['../../etc/passwd', '.. .. etc passwd'],
  ['風船 🎈', '風船 🎈'],
  ['ends with dots. . .', 'ends with dots'],
  ['???', 'onionskin'],
  ['', 'onionskin'],
  ['nul', 'nul_'],
  ['x'.repeat(300), 'x'.repeat(120)],
  ['🎈'.repeat(130), '🎈'.repeat(120)],
])('%s is %s', (name, plain) => {
  expect(plainFileName(name)).toBe(plain);
});

test('whatever is written, the name has nothing a system refuses, is not empty, and is plain already', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
      const plain = plainFileName(name);
      expect(plain).not.toMatch(/[<>:"/\\|?*\p{Cc}]|^\s|[. ]$|^$/u);
      expect(plainFileName(plain)).toBe(plain);
    }),
  );
});
