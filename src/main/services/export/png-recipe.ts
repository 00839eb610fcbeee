/**
 * The recipes inside a PNG: one iTXt chunk of our keyword before the end, compressed. Other programs keep or drop it; none
 * shows other pixels for it.
 * @see PNG specification, 11.3.3.4 (iTXt)
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { AppError } from '@core/errors';
import { RECIPE_KEY } from './presets';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Keyword, its end, "compressed" with method 0, and neither a language nor a translated keyword. */
const HEAD = Buffer.concat([Buffer.from(`${RECIPE_KEY}\0`, 'latin1'), Buffer.of(1, 0, 0, 0)]);
/** A few kilobytes of zeros may claim gigabytes. */
const MAX_TEXT_BYTES = 64 * 2 ** 20;
/** Length, type and checksum around a chunk's data. */
const FRAME_BYTES = 12;

/** The chunk for a text; made once for all frames of a film. */
export function recipeChunk(text: string): Uint8Array {
  const body = Buffer.concat([Buffer.from('iTXt', 'latin1'), HEAD, deflateSync(Buffer.from(text, 'utf8'))]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** @param png whole; its last chunk is the empty IEND */
export function withChunk(png: Uint8Array, chunk: Uint8Array): Uint8Array {
  return Buffer.concat([png.subarray(0, -FRAME_BYTES), chunk, png.subarray(-FRAME_BYTES)]);
}

/**
 * The text of our chunk; null for a PNG without, or for what is not a PNG.
 * @throws AppError media/unreadable when the chunk is there but damaged
 */
export function readRecipeChunk(bytes: Uint8Array, name: string): string | null {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return null;
  for (let at = SIGNATURE.length; at + FRAME_BYTES <= png.length;) {
    const end = at + FRAME_BYTES + png.readUInt32BE(at);
    const [data, isOurs] = [png.subarray(at + 8, end - 4), png.toString('latin1', at + 4, at + 8) === 'iTXt'];
    if (isOurs && data.subarray(0, HEAD.length).equals(HEAD)) {
      try {
        if (end > png.length || crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4))
          throw new Error('its checksum does not fit');
        return inflateSync(data.subarray(HEAD.length), { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8');
      } catch (error) {
        throw new AppError(
          'media/unreadable',
          `The recipe in ${name} is damaged.`,
          { field: 'file', value: name, remedy: 'Use a whole copy of the picture.' },
          error,
        );
      }
    }
    at = end;
  }
  return null;
}
