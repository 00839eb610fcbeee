/**
 * Zip as bundles need it. Written entry by entry, each held in memory only while it is written; read by its central
 * directory, so that one entry can be had without the others. Without zip64: 65,000 entries and 4 GiB at most, refused
 * beyond that before anything is written.
 */
import { Zip, ZipDeflate, ZipPassThrough, inflateSync } from 'fflate';
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { AppError } from '@core/errors';
import { fileErrorFrom } from '../../platform/fs-atomic';

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const COMMENT_MAX = 65_535;
const STORED = 0;
const DEFLATED = 8;

export class ZipWriter {
  readonly #file: FileHandle;
  readonly #zip: Zip;
  #chunks: Uint8Array[] = [];
  #failure: Error | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
    this.#zip = new Zip((error, chunk) => {
      if (error !== null) this.#failure = error;
      else this.#chunks.push(chunk);
    });
  }

  /** @param isText text is made smaller; PNGs and films are so already */
  async add(path: string, bytes: Uint8Array, isText: boolean): Promise<void> {
    const entry = isText ? new ZipDeflate(path, { level: 6 }) : new ZipPassThrough(path);
    // The same content gives the same bytes, whenever it was written.
    entry.mtime = new Date(1980, 0, 1);
    this.#zip.add(entry);
    entry.push(bytes, true);
    await this.#flush();
  }

  async end(): Promise<void> {
    this.#zip.end();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) await this.#file.writeFile(chunk);
    if (this.#failure !== null) throw this.#failure;
  }
}

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly at: number;
}

export class ZipReader {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: FileHandle, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws AppError media/unsupported when the file is no zip, media/unreadable when it is cut off, library/io */
  static async open(path: string): Promise<ZipReader> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      throw fileErrorFrom(error, path);
    }
    try {
      return new ZipReader(file, await readDirectory(file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get paths(): string[] {
    return [...this.#entries.keys()];
  }

  /** null when there is no such entry. */
  bytesOf(path: string): number | null {
    return this.#entries.get(path)?.bytes ?? null;
  }

  /** @throws AppError media/unreadable when it is not there, too large or damaged */
  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw damaged(`${path} is missing`);
    if (entry.bytes > maxBytes || entry.packedBytes > maxBytes) throw damaged(`${path} is larger than it may be`);
    const header = viewOf(await this.#slice(entry.at, 30));
    if (header.getUint32(0, true) !== LOCAL_SIGNATURE) throw damaged(`${path} does not begin where it should`);
    const from = entry.at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
    const packed = await this.#slice(from, entry.packedBytes);
    const bytes = entry.method === STORED ? packed : inflated(packed, entry.bytes, path);
    if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc) throw damaged(`${path} is not as it was written`);
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #slice(from: number, bytes: number): Promise<Uint8Array> {
    return readAt(this.#file, from, bytes);
  }
}

async function readDirectory(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, END_BYTES + COMMENT_MAX);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  const end = findEnd(viewOf(tail));
  if (end === null) throw notABundle();
  const view = viewOf(tail);
  const [count, bytes, from] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  if (from + bytes > size) throw damaged('it is cut off');
  const directory = await readAt(file, from, bytes);
  const entries = new Map<string, Entry>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > directory.length) throw damaged('its list of entries is cut off');
    const row = viewOf(directory.subarray(at));
    if (row.getUint32(0, true) !== CENTRAL_SIGNATURE) throw damaged('its list of entries cannot be read');
    const nameBytes = row.getUint16(28, true);
    // Packed anew by a tool of another system it may have that system's separators, and entries for folders.
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameBytes)).replaceAll('\\', '/');
    const entry = {
      method: row.getUint16(10, true),
      crc: row.getUint32(16, true),
      packedBytes: row.getUint32(20, true),
      bytes: row.getUint32(24, true),
      at: row.getUint32(42, true),
    };
    if (entry.method !== STORED && entry.method !== DEFLATED) throw damaged(`${name} is packed in an unknown way`);
    if (entries.has(name)) throw damaged(`${name} is there twice`);
    if (!name.endsWith('/')) entries.set(name, entry);
    at += 46 + nameBytes + row.getUint16(30, true) + row.getUint16(32, true);
  }
  return entries;
}

function findEnd(tail: DataView): number | null {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) if (tail.getUint32(at, true) === END_SIGNATURE) return at;
  return null;
}

/** The size is known beforehand, so a bomb cannot grow beyond it. */
function inflated(packed: Uint8Array, bytes: number, path: string): Uint8Array {
  try {
    return inflateSync(packed, { out: new Uint8Array(bytes) });
  } catch (error) {
    throw damaged(`${path} cannot be unpacked`, error);
  }
}

async function readAt(file: FileHandle, from: number, bytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(bytes);
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, from + done);
    if (bytesRead === 0) throw damaged('it is cut off');
    done += bytesRead;
  }
  return buffer;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notABundle(): AppError {
  return new AppError('media/unsupported', 'This file is not an Onionskin bundle.', {
    field: 'bundle',
    remedy: 'Choose a file that was saved as .onionskin.',
  });
}

/** What a reader of bundles says when the file is not whole. */
export function damaged(why: string, cause?: unknown): AppError {
  return new AppError(
    'media/unreadable',
    `The bundle is damaged: ${why}.`,
    { field: 'bundle', remedy: 'Copy or download the file again, or save the bundle again where it was made.' },
    cause,
  );
}
