/**
 * The recipes inside a GIF: a comment extension that begins with our key, before the trailer. ffmpeg writes none.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt section 24
 */
import { RECIPE_KEY } from './presets';

const EXTENSION = 0x21;
const COMMENT = 0xfe;
const IMAGE = 0x2c;
const HEADER_BYTES = 13;

/** The text after our key; null for a GIF without, for one that is cut off, or for what is not a GIF. */
export function readGifRecipe(gif: Uint8Array): string | null {
  const latin = (from: number, to: number) => Buffer.from(gif.subarray(from, to)).toString('latin1');
  if (!/^GIF8[79]a$/.test(latin(0, 6))) return null;
  let at = HEADER_BYTES + paletteBytes(gif[10]);
  while (at < gif.length) {
    const label = gif[at];
    if (label === IMAGE) {
      // Descriptor, its own palette, the code size, then blocks.
      at = blocksFrom(gif, at + 10 + paletteBytes(gif[at + 9]) + 1).end;
    } else if (label === EXTENSION) {
      const { data, end } = blocksFrom(gif, at + 2);
      if (gif[at + 1] === COMMENT && data.toString('latin1', 0, RECIPE_KEY.length + 1) === `${RECIPE_KEY} `)
        return data.toString('utf8', RECIPE_KEY.length + 1);
      at = end;
    } else return null;
  }
  return null;
}

/** From a field of flags: 3 bytes a colour, if there is a palette. */
function paletteBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function blocksFrom(gif: Uint8Array, from: number): { data: Buffer; end: number } {
  const parts: Uint8Array[] = [];
  let at = from;
  for (let length = gif[at] ?? 0; length > 0; length = gif[at] ?? 0) {
    parts.push(gif.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { data: Buffer.concat(parts), end: at + 1 };
}
