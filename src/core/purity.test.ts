import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const coreDir = import.meta.dirname;
const forbidden: readonly (readonly [string, RegExp])[] = [
  ['a clock', /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/],
  ['randomness', /\bMath\.random\b|\bcrypto\b/],
  ['waiting', /\bawait\b|\basync\b|\bsetTimeout\b|\bPromise\b/],
  ['node or electron', /from '(node:|electron)|\bprocess\.|\bBuffer\b/],
  ['the DOM', /\bdocument\.(create|body)|\bwindow\.[a-z]+\(/],
  ['an import from outside core', /from '@(contracts|main)\//],
];

/** Code without comments, which may name what the code must not do. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
}

const files = readdirSync(coreDir, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);

test('core has files to look at', () => {
  expect(files.length).toBeGreaterThan(30);
});

test.each(forbidden)('nothing in core uses %s', (_what, pattern) => {
  expect(files.filter((name) => pattern.test(codeOf(join(coreDir, name))))).toEqual([]);
});
