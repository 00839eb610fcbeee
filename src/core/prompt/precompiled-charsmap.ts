/**
 * SentencePiece's precompiled normaliser, as T5 and UMT5 were trained with it (nmt_nfkc): a double-array trie over UTF-8
 * that maps byte strings to their normal form. Follows the tokenizers library to the letter, including what its authors
 * call weird: a grapheme shorter than six bytes is looked up as a whole and replaced by what its *shortest* known
 * beginning maps to; only then are its characters looked up one by one.
 * @see huggingface/tokenizers, normalizers/precompiled.rs; the spm_precompiled crate; Yata et al. 2007 for the double array
 */
import { assert } from '../errors';

/** Graphemes this long or longer are never looked up as a whole. */
const GRAPHEME_BYTES = 6;

export interface CharsMap {
  normalize(text: string): string;
}

/**
 * @param bytes    `precompiled_charsmap`, decoded from its base64: the trie's size in bytes, the trie, then the normal
 *                 forms, each ended by a zero
 * @param codec    UTF-8, which core does not have
 * @param segments the grapheme clusters of a text
 */
export function charsMap(
  bytes: Uint8Array,
  codec: { encode(text: string): Uint8Array; decode(bytes: Uint8Array): string },
  segments: (text: string) => Iterable<string>,
): CharsMap {
  assert(bytes.length >= 4, 'a charsmap begins with the size of its trie');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trieBytes = view.getUint32(0, true);
  assert(trieBytes % 4 === 0 && 4 + trieBytes <= bytes.length, 'a charsmap holds its whole trie');
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const forms = bytes.subarray(4 + trieBytes);
  const known = new Map<string, string | null>();

  /** What the shortest known beginning of `part` maps to; null = nothing is known of it. */
  const formOf = (part: string): string | null => {
    const cached = known.get(part);
    if (cached !== undefined) return cached;
    const at = shortestPrefix(units, codec.encode(part));
    const form = at === null ? null : codec.decode(forms.subarray(at, endOf(forms, at)));
    if (known.size < CACHED_MAX) known.set(part, form);
    return form;
  };

  return {
    normalize: (text) => {
      let normal = '';
      for (const grapheme of segments(text)) {
        const whole = codec.encode(grapheme).length < GRAPHEME_BYTES ? formOf(grapheme) : null;
        if (whole !== null) normal += whole;
        else for (const character of grapheme) normal += formOf(character) ?? character;
      }
      return normal;
    },
  };
}

/** Prompts use few different characters; a hostile text must not fill the memory. */
const CACHED_MAX = 10_000;

/** Units are darts-clone's: label and end bit in the low byte and bit 31, leaf in bit 8, offset above, shifted by bit 9. */
function shortestPrefix(units: Uint32Array, key: Uint8Array): number | null {
  const unitAt = (position: number): number => units[position] ?? 0;
  let position = offsetOf(unitAt(0));
  for (const byte of key) {
    if (byte === 0) return null;
    position ^= byte;
    const unit = unitAt(position);
    if (((unit & 0x80000000) | (unit & 0xff)) >>> 0 !== byte) return null;
    position ^= offsetOf(unit);
    if ((unit >>> 8) & 1) return unitAt(position) & 0x7fffffff;
  }
  return null;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function endOf(forms: Uint8Array, from: number): number {
  const end = forms.indexOf(0, from);
  return end < 0 ? forms.length : end;
}
