/**
 * The recipes inside an MP4: a `uuid` box of our own after everything that ffmpeg wrote. Players skip boxes they do not
 * know. ffmpeg's own metadata would do from version 5 on, but the build of 2018 that comes along cuts a value after
 * about a thousand characters, both when writing and when reading.
 * @see ISO/IEC 14496-12, 4.2 (boxes) and 11.1 (user-defined boxes)
 */
import { appendFile, open, type FileHandle } from 'node:fs/promises';
import { AppError } from '@core/errors';

/** Drawn once; it names this box in every film Onionskin writes. */
const BOX_ID = Buffer.from('5f0c6b1e9a3d4c778d21e0a4b79c2f36', 'hex');
const HEADER_BYTES = 8;
/** More than any film's recipes; a length beyond it is a damaged file. */
const MAX_TEXT_BYTES = 64 * 2 ** 20;

/** Adds `text` at the end of a finished MP4. A file carries one such box. */
export async function appendRecipeBox(path: string, text: string): Promise<void> {
  const body = Buffer.from(text, 'utf8');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(HEADER_BYTES + BOX_ID.length + body.length);
  header.write('uuid', 4, 'latin1');
  await appendFile(path, Buffer.concat([header, BOX_ID, body]));
}

/**
 * The text that `appendRecipeBox` wrote; null for a film without, or for what is not an MP4.
 * @throws AppError media/unreadable when the box is there but the file ends inside it
 */
export async function readRecipeBox(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size: fileBytes } = await file.stat();
    for (let at = 0; at + HEADER_BYTES <= fileBytes;) {
      const box = await boxAt(file, at, fileBytes);
      if (box === null) return null;
      if (box.type === 'uuid' && (await readBytes(file, box.bodyAt, BOX_ID.length)).equals(BOX_ID)) {
        const length = box.end - box.bodyAt - BOX_ID.length;
        if (box.end > fileBytes || length > MAX_TEXT_BYTES)
          throw new AppError('media/unreadable', `the recipe in ${path} is cut off`, {
            field: 'file',
            value: path,
            remedy: 'Use a whole copy of the film.',
          });
        return (await readBytes(file, box.bodyAt + BOX_ID.length, length)).toString('utf8');
      }
      at = box.end;
    }
    return null;
  } finally {
    await file.close();
  }
}

interface Box {
  readonly type: string;
  readonly bodyAt: number;
  /** Byte after its last; may lie beyond a damaged file. */
  readonly end: number;
}

/** null for bytes that are no box. */
async function boxAt(file: FileHandle, at: number, fileBytes: number): Promise<Box | null> {
  const header = await readBytes(file, at, 2 * HEADER_BYTES);
  if (header.length < HEADER_BYTES) return null;
  const type = header.toString('latin1', 4, 8);
  const short = header.readUInt32BE(0);
  // 0: to the end of the file. 1: the length follows in 64 bits.
  if (short === 0) return { type, bodyAt: at + HEADER_BYTES, end: fileBytes };
  if (short !== 1) return short < HEADER_BYTES ? null : { type, bodyAt: at + HEADER_BYTES, end: at + short };
  if (header.length < 2 * HEADER_BYTES) return null;
  const long = Number(header.readBigUInt64BE(HEADER_BYTES));
  return long < 2 * HEADER_BYTES ? null : { type, bodyAt: at + 2 * HEADER_BYTES, end: at + long };
}

async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}
