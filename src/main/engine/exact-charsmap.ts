/**
 * `@huggingface/tokenizers` takes every `Precompiled` normaliser for NFKC with a few rules more. T5 and UMT5 were trained
 * with the real one, whose table lies in tokenizer.json: it is put in its place (core/prompt/precompiled-charsmap.ts).
 */
import type { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { charsMap, type CharsMap } from '@core/prompt/precompiled-charsmap';

interface Normalizer {
  normalize(text: string): string;
  /** Of a sequence. */
  readonly normalizers?: readonly (Normalizer | null)[];
}

const NormalizerJson = z.looseObject({
  type: z.string(),
  precompiled_charsmap: z.string().nullish(),
  normalizers: z.array(z.unknown()).optional(),
});

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const codec = {
  encode: (text: string) => encoder.encode(text),
  decode: (bytes: Uint8Array) => decoder.decode(bytes),
};

export function useExactCharsMaps(tokenizer: Tokenizer, json: object): void {
  // The library's classes say less of themselves than they have.
  replaceIn(tokenizer.normalizer as Normalizer | null, (json as { normalizer?: unknown }).normalizer);
}

/** @param table base64, as in tokenizer.json */
export function exactCharsMap(table: string): CharsMap {
  return charsMap(Uint8Array.from(Buffer.from(table, 'base64')), codec, segmentsOf);
}

function replaceIn(normalizer: Normalizer | null, json: unknown): void {
  const parsed = NormalizerJson.safeParse(json);
  if (normalizer === null || !parsed.success) return;
  const { type, precompiled_charsmap: table, normalizers } = parsed.data;
  if (type === 'Sequence')
    for (const [i, inner] of (normalizers ?? []).entries()) replaceIn(normalizer.normalizers?.[i] ?? null, inner);
  if (type !== 'Precompiled' || typeof table !== 'string' || table === '') return;
  const exact = exactCharsMap(table);
  normalizer.normalize = (text) => exact.normalize(text);
}

function* segmentsOf(text: string): Iterable<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}
