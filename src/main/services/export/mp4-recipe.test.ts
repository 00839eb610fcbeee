import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendRecipeBox, readRecipeBox } from './mp4-recipe';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-recipe-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function box(type: string, body: Buffer, length: 'short' | 'long' | 'to the end' = 'short'): Buffer {
  const header = Buffer.alloc(length === 'long' ? 16 : 8);
  header.writeUInt32BE({ short: 8 + body.length, long: 1, 'to the end': 0 }[length]);
  header.write(type, 4, 'latin1');
  if (length === 'long') header.writeBigUInt64BE(BigInt(16 + body.length), 8);
  return Buffer.concat([header, body]);
}

async function film(name: string, ...boxes: readonly Buffer[]): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, Buffer.concat(boxes));
  return path;
}

test('any text comes back after boxes of every kind of length', async () => {
  const stranger = box('uuid', Buffer.alloc(40, 7));
  const path = await film('a.mp4', box('ftyp', Buffer.from('isom')), stranger, box('mdat', Buffer.alloc(999), 'long'));
  const text = JSON.stringify({ prompt: 'ein Öltanker 🛢️ = ; # \\ \n'.repeat(5_000) });
  await appendRecipeBox(path, text);
  expect(await readRecipeBox(path)).toBe(text);
});

test('a film without recipes, and what is no film, have none', async () => {
  expect(await readRecipeBox(await film('b.mp4', box('ftyp', Buffer.from('isom'))))).toBeNull();
  expect(await readRecipeBox(await film('c.mp4', box('mdat', Buffer.alloc(50), 'to the end')))).toBeNull();
  expect(await readRecipeBox(await film('d.txt', Buffer.from('\0\0\0\x02 this is not a film')))).toBeNull();
  expect(await readRecipeBox(await film('e.mp4'))).toBeNull();
});

test('a film that ends inside its recipes says so', async () => {
  const path = await film('f.mp4', box('ftyp', Buffer.from('isom')));
  await appendRecipeBox(path, 'x'.repeat(200));
  await truncate(path, 150);
  await expect(readRecipeBox(path)).rejects.toMatchObject({ code: 'media/unreadable' });
});
