/**
 * `app://studio/…`: the page, its frames, its media and their sound on one origin, so that canvases are never tainted and the policy
 * stays 'self'. The page names frames by hash and media by id; the path behind them never leaves main. Ranges are
 * answered here, because net.fetch of a file answers 200 and leaves media without seeking.
 */
import { protocol } from 'electron';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { isSpeed, SPEED_LEAST, SPEED_MOST, SPEED_OWN } from '@core/document/clip-speed';
import { AppError } from '@core/errors';
import { createRate, type Rate } from '@core/time/rate';
import { contentSecurityPolicy } from './security';

export const scheme = 'app';
export const origin = 'app://studio';

export interface ProtocolRoots {
  /** The built page. */
  readonly rendererDir: string;
  frameFile(hash: string): string;
  mediaFile(id: string): string;
  peaksFile(id: string): Promise<string>;
  /** PNG. */
  poster(id: string): Uint8Array<ArrayBuffer>;
  /** PNG of an imported film at a film frame. */
  footagePicture(id: string, at: { rate: Rate; frame: number }, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** At a speed in percent. */
  soundSamples(id: string, speed: number, signal: AbortSignal): AsyncIterable<Float32Array<ArrayBuffer>>;
}

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.woff2': 'font/woff2',
};

/** Before app.whenReady: makes the scheme a real origin with streams. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ]);
}

export function serveStudio(roots: ProtocolRoots): void {
  protocol.handle(scheme, async (request) => {
    try {
      return await respond(request, roots);
    } catch (error) {
      if (error instanceof AppError) return new Response(error.message, { status: 404 });
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return new Response('not found', { status: 404 });
      throw error;
    }
  });
}

async function respond(request: Request, roots: ProtocolRoots): Promise<Response> {
  const url = new URL(request.url);
  if (url.host !== 'studio') return new Response('unknown host', { status: 404 });
  if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('read only', { status: 405 });
  const [, area, name, ...rest] = url.pathname.split('/');
  if (area === 'frames' && name && rest.length === 0 && /^[0-9a-f]{64}\.png$/.test(name))
    // A frame's name is the hash of its bytes, so it can never change.
    return fileResponse(request, roots.frameFile(name.slice(0, 64)), {
      'cache-control': 'public, max-age=31536000, immutable',
    });
  if (area === 'media' && name && rest.length === 0)
    return fileResponse(request, roots.mediaFile(decodeURIComponent(name)));
  if (area === 'peaks' && name && rest.length === 0)
    return fileResponse(request, await roots.peaksFile(decodeURIComponent(name)));
  if (area === 'posters' && name && rest.length === 0) {
    const at = frameOf(url.searchParams);
    const id = decodeURIComponent(name);
    const png = at === null ? roots.poster(id) : await roots.footagePicture(id, at, request.signal);
    return new Response(png, { headers: { 'content-type': 'image/png' } });
  }
  if (area === 'sounds' && name && rest.length === 0)
    return samplesResponse(roots.soundSamples(decodeURIComponent(name), speedAsked(url.searchParams), request.signal));
  return fileResponse(request, pageFile(roots.rendererDir, url.pathname), {
    'content-security-policy': contentSecurityPolicy,
  });
}

/** `?frame=12&rate=30000/1001` */
function frameOf(query: URLSearchParams): { rate: Rate; frame: number } | null {
  const frame = Number(query.get('frame') ?? '');
  const [num = 0, den = 0] = (query.get('rate') ?? '').split('/').map(Number);
  return query.has('frame') && Number.isSafeInteger(frame) && frame >= 0 ? { rate: createRate(num, den), frame } : null;
}

/** `?speed=50`; its own without. */
function speedAsked(query: URLSearchParams): number {
  const speed = Number(query.get('speed') ?? SPEED_OWN);
  if (isSpeed(speed)) return speed;
  throw new AppError('input/invalid', `no sound plays at a speed of "${query.get('speed') ?? ''}"`, {
    field: 'speed',
    value: query.get('speed') ?? '',
    remedy: `Use a whole number from ${SPEED_LEAST} to ${SPEED_MOST}.`,
  });
}

function pageFile(rendererDir: string, pathname: string): string {
  const file = path.join(rendererDir, pathname === '/' ? 'index.html' : decodeURIComponent(pathname));
  const inside = path.relative(rendererDir, file);
  if (inside.startsWith('..') || path.isAbsolute(inside)) throw new AppError('input/not-found', 'outside the page');
  return file;
}

async function fileResponse(request: Request, file: string, extra: Record<string, string> = {}): Promise<Response> {
  const { size } = await stat(file);
  const headers = new Headers({
    'content-type': mimeTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    ...extra,
  });
  const range = parseRange(request.headers.get('range'), size);
  if (range === 'unsatisfiable') {
    headers.set('content-range', `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.set('content-length', String(end - start + 1));
  if (range) headers.set('content-range', `bytes ${start}-${end}/${size}`);
  const status = range ? 206 : 200;
  if (request.method === 'HEAD' || size === 0) return new Response(null, { status, headers });
  const stream = createReadStream(file, { start, end });
  request.signal.addEventListener('abort', () => stream.destroy(), { once: true });
  // Node's web stream and the DOM's are the same object; only their type declarations differ.
  return new Response(Readable.toWeb(stream) as unknown as ReadableStream, { status, headers });
}

/** Decoded as it is read: what plays is what an export mixes. */
async function samplesResponse(blocks: AsyncIterable<Float32Array<ArrayBuffer>>): Promise<Response> {
  const iterator = blocks[Symbol.asyncIterator]();
  // The first block here, so that what cannot be read is answered by a status and not by half a body.
  let next = await iterator.next();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(new Uint8Array(next.value.buffer, next.value.byteOffset, next.value.byteLength));
      next = await iterator.next();
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  const headers = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' };
  return new Response(body, { headers });
}

/** One range of RFC 9110, `a-b`, `a-` or `-n`; null when there is none to honour. `end` is inclusive. */
export function parseRange(
  header: string | null,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = header === null ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}
