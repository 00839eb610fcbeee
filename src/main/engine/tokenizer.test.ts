import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { aTempDir, copyPocket, pocketDir } from '../../../test/support/pocket';
import { animateDiffDir, animateDiffTokens, wanDirs, wanTokens } from '../../../test/support/references';
import { exactCharsMap } from './exact-charsmap';
import { PromptTokenizer } from './tokenizer';

const temp = aTempDir();
afterAll(temp.remove);

describe('PromptTokenizer', () => {
  let tokenizer: PromptTokenizer;
  beforeAll(async () => {
    tokenizer = await PromptTokenizer.load(pocketDir, 32);
  });
  const idsOf = (text: string): number[] => {
    const { ids, mask } = tokenizer.encode(text);
    return Array.from(ids, Number).slice(
      0,
      Array.from(mask, Number).reduce((sum, bit) => sum + bit, 0),
    );
  };

  // Ids by Python's tokenizers 0.22 over the same tokenizer.json.
  test.each<[string, number[]]>([
    ['a red ball bouncing on a blue background', [101, 1037, 2417, 3608, 16361, 2006, 1037, 2630, 4281, 102]],
    ['', [101, 102]],
    [
      'Ein großes Café — naïve, 北京 🎈 ball',
      [101, 16417, 24665, 2080, 17499, 2015, 7668, 1517, 15743, 1010, 1781, 1755, 100, 3608, 102],
    ],
    [
      'unbelievablysesquipedalian ball!!',
      [101, 4895, 8671, 2666, 3567, 6321, 8583, 15549, 5669, 22786, 2078, 3608, 999, 999, 102],
    ],
    ['   tabs\tand\nlines  ', [101, 21628, 2015, 1998, 3210, 102]],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      [101, 100, 102],
    ],
    ['ball [SEP] box', [101, 3608, 102, 3482, 102]],
  ])('%j becomes the ids that Python gives', (text, ids) => {
    expect(idsOf(text)).toEqual(ids);
  });

  test('fills up with padding that the mask hides', () => {
    const { ids, mask } = tokenizer.encode('a ball');
    expect([ids.length, mask.length]).toEqual([32, 32]);
    expect(Array.from(mask.slice(0, 5), Number)).toEqual([1, 1, 1, 1, 0]);
    expect(ids.slice(4).every((id) => id === 0n)).toBe(true);
  });

  test('a text that just fits is kept whole, one word more is cut before that word', () => {
    const fits = Array.from({ length: 30 }, () => 'red').join(' ');
    expect(tokenizer.measure(fits)).toEqual({ count: 32, limit: 32, keptChars: fits.length });
    expect(tokenizer.measure(`${fits} ball`)).toEqual({ count: 33, limit: 32, keptChars: fits.length + 1 });
    expect(idsOf(`${fits} ball`)).toEqual(idsOf(fits));
  });

  test('a cut inside a word keeps the pieces that are read', () => {
    const text = `${Array.from({ length: 29 }, () => 'red').join(' ')} sesquipedalian and more`;
    const { count, keptChars } = tokenizer.measure(text);
    expect(count).toBeGreaterThan(32);
    expect(idsOf(text.slice(0, keptChars))).toEqual(idsOf(text));
    expect(idsOf(text.slice(0, keptChars + 1))).not.toHaveLength(keptChars);
    expect(keptChars).toBeGreaterThan(29 * 4);
    expect(keptChars).toBeLessThan(29 * 4 + 'sesquipedalian'.length);
  });

  test('twenty thousand characters are measured too', () => {
    const text = 'small balloon '.repeat(1_400);
    const { count, keptChars } = tokenizer.measure(text);
    expect({ count, keptChars }).toEqual({ count: 2 + 2_800, keptChars: 15 * 'small balloon '.length });
  });

  test('a package without its tokenizer, or with another file in its place, is a named error', async () => {
    const dir = copyPocket(join(temp.dir, 'no-tokenizer'));
    writeFileSync(join(dir, 'tokenizer/tokenizer.json'), '{"model": {"type": "Mystery"}}');
    await expect(PromptTokenizer.load(dir, 32)).rejects.toMatchObject({ code: 'model/unsupported' });
    writeFileSync(join(dir, 'tokenizer/tokenizer.json'), '\u0000');
    await expect(PromptTokenizer.load(dir, 32)).rejects.toMatchObject({ code: 'model/invalid-manifest' });
    rmSync(join(dir, 'tokenizer/tokenizer.json'));
    await expect(PromptTokenizer.load(dir, 32)).rejects.toMatchObject({
      code: 'model/missing-file',
      detail: { field: 'tokenizer/tokenizer.json' },
    });
  });
});

describe("T5's SentencePiece normaliser", () => {
  // By transformers over the same files (models/goldens/make_t5_tokens.py).
  const dir = 'test/fixtures/t5-tokenizer';
  const rows = z
    .array(z.object({ prompt: z.string(), normal: z.string(), ids: z.array(z.int()) }))
    .parse(JSON.parse(readFileSync(join(dir, 'tokens.json'), 'utf8')));
  let tokenizer: PromptTokenizer;
  beforeAll(async () => {
    tokenizer = await PromptTokenizer.load(join(dir, 'package'), 64);
  });

  test('is held against 200 awkward prompts', () => {
    expect(rows).toHaveLength(200);
    // The table must tell the real normaliser from NFKC, or it shows nothing.
    expect(rows.filter(({ prompt, normal }) => prompt.normalize('NFKC') !== normal).length).toBeGreaterThan(30);
  });

  test.each(rows)('$prompt', ({ prompt, ids }) => {
    expect(Array.from(tokenizer.encode(prompt).ids, Number)).toEqual(ids);
  });

  test('gives the normal forms that Python gives, character by character', () => {
    const { normalizer } = z
      .object({
        normalizer: z.object({ normalizers: z.array(z.looseObject({ precompiled_charsmap: z.string().optional() })) }),
      })
      .parse(JSON.parse(readFileSync(join(dir, 'package/tokenizer/tokenizer.json'), 'utf8')));
    const exact = exactCharsMap(normalizer.normalizers[0]?.precompiled_charsmap ?? '');
    for (const { prompt, normal } of rows) expect(exact.normalize(prompt)).toBe(normal);
  });
});

describe("CLIP's byte pairs", () => {
  // Ids by transformers over the same files (models/export/animatediff_tiny.py).
  const rows = z
    .array(z.object({ prompt: z.string(), ids: z.array(z.int()) }))
    .parse(JSON.parse(readFileSync(animateDiffTokens, 'utf8')));

  test.each(rows)('$prompt', async ({ prompt, ids }) => {
    const tokenizer = await PromptTokenizer.load(animateDiffDir, 77);
    expect(Array.from(tokenizer.encode(prompt).ids, Number)).toEqual(ids);
  });
});

describe("UMT5's unigrams", () => {
  // Ids by transformers over the same files (models/export/wan_tiny.py).
  const rows = z
    .array(z.object({ prompt: z.string(), ids: z.array(z.int()) }))
    .parse(JSON.parse(readFileSync(wanTokens, 'utf8')));

  test.each(rows)('$prompt', async ({ prompt, ids }) => {
    const tokenizer = await PromptTokenizer.load(wanDirs.text, 32);
    expect(Array.from(tokenizer.encode(prompt).ids, Number)).toEqual(ids);
  });
});
