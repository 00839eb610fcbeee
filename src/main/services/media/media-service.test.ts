import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { MediaView } from '@contracts/job';
import { FakeClock } from '../../../../test/fakes/fake-clock';
import { tempDir } from '../../../../test/support/temp-dir';
import { silentLog } from '../../platform/log';
import { encodeRgbPng } from '../../platform/png';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg';
import { openLibrary } from '../library/library';
import { coverSize } from './decode-image';
import { FrameStore } from './frame-store';
import { MediaService } from './media-service';

const Count = z.object({ n: z.int() });

async function openService() {
  const dir = tempDir();
  const library = await openLibrary(join(dir, 'library'), { clock: new FakeClock(), log: silentLog });
  onTestFinished(() => library.close());
  library.db.run("INSERT INTO projects (id, name, version, created_at, updated_at) VALUES ('p', 'P', 0, 1, 1)");
  const frames = new FrameStore(library.paths.frames);
  const added: MediaView[] = [];
  const service = new MediaService(library.db, {
    mediaDir: library.paths.media,
    frames,
    clock: new FakeClock(),
    newId: randomUUID,
    onAdded: (_projectId, media) => added.push(media),
  });
  return { dir, library, frames, service, added };
}

/** Left half red, right half blue. */
function aFlag(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb[i * 3 + (i % width < width / 2 ? 0 : 2)] = 255;
  return encodeRgbPng(rgb, width, height);
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );
}

describe('import', () => {
  test('keeps the original byte for byte under its hash, and tells its size', async () => {
    const { dir, service, library, added } = await openService();
    const bytes = aFlag(31, 17);
    const path = join(dir, 'ein Bild %03d [1]?.PNG');
    writeFileSync(path, bytes);
    const media = await service.importFile('p', path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(media).toMatchObject({ name: 'ein Bild %03d [1]?.PNG', width: 31, height: 17, bytes: bytes.length, sha256 });
    expect(Uint8Array.from(readFileSync(service.pathOf(media.id)))).toEqual(Uint8Array.from(bytes));
    expect(filesUnder(library.paths.media)).toEqual([`${sha256}.png`]);
    expect([service.list('p'), added]).toEqual([[media], [media]]);
  });

  test('the same bytes under two names are one row in a project, and another row elsewhere', async () => {
    const { dir, service } = await openService();
    for (const name of ['a.png', 'b.png']) writeFileSync(join(dir, name), aFlag(8, 8));
    const [first, second] = await Promise.all([
      service.importFile('p', join(dir, 'a.png')),
      service.importFile('p', join(dir, 'b.png')),
    ]);
    expect(second.id).toBe(first.id);
    const loose = await service.importFile(null, join(dir, 'a.png'));
    expect([loose.id === first.id, service.list('p').length]).toEqual([false, 1]);
  });

  test.each(['jpg', 'bmp', 'tif', 'gif', 'ppm'])('reads .%s', async (extension) => {
    const { dir, service } = await openService();
    const path = join(dir, `flag.${extension}`);
    await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=size=46x30', '-frames:v', '1', `file:${path}`]);
    expect(await service.importFile('p', path)).toMatchObject({ width: 46, height: 30 });
  });

  test('goes by content, not by the extension', async () => {
    const { dir, service } = await openService();
    writeFileSync(join(dir, 'flag.jpg'), aFlag(20, 10));
    expect(await service.importFile('p', join(dir, 'flag.jpg'))).toMatchObject({ width: 20, height: 10 });
  });

  test('what is no image is refused with a remedy and leaves nothing behind', async () => {
    const { dir, service, library } = await openService();
    writeFileSync(join(dir, 'text.png'), 'not an image at all\n'.repeat(50));
    writeFileSync(join(dir, 'cut.png'), aFlag(64, 64).subarray(0, 60));
    writeFileSync(join(dir, 'list.txt'), 'ffconcat version 1.0\nfile /etc/hostname\n');
    writeFileSync(join(dir, 'empty.png'), '');
    await runFfmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=32x32:rate=8:duration=1',
      '-c:v',
      'mpeg4',
      `file:${join(dir, 'film.mp4')}`,
    ]);
    for (const name of ['text.png', 'cut.png', 'list.txt', 'empty.png', 'film.mp4'])
      await expect(service.importFile('p', join(dir, name)), name).rejects.toMatchObject({
        code: 'media/unreadable',
        message: expect.stringContaining(name),
        detail: { remedy: expect.stringMatching(/./) },
      });
    // A damaged image is told from what is none.
    await expect(service.importFile('p', join(dir, 'list.txt'))).rejects.toMatchObject({
      detail: { field: 'file', remedy: expect.stringContaining('a sound (WAV') },
    });
    await expect(service.importFile('p', join(dir, 'cut.png'))).rejects.toMatchObject({ detail: { field: 'image' } });
    expect([service.list('p'), filesUnder(library.paths.media)]).toEqual([[], []]);
  });

  test('a missing file, a folder and a cancelled import are told apart', async () => {
    const { dir, service, library } = await openService();
    mkdirSync(join(dir, 'folder.png'));
    writeFileSync(join(dir, 'flag.png'), aFlag(8, 8));
    await expect(service.importFile('p', join(dir, 'none.png'))).rejects.toMatchObject({ code: 'media/not-found' });
    await expect(service.importFile('p', join(dir, 'folder.png'))).rejects.toMatchObject({ code: 'media/unsupported' });
    const stopped = service.importFile('p', join(dir, 'flag.png'), { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(filesUnder(library.paths.media)).toEqual([]);
  });
});

describe('fitted frames', () => {
  test('cover the size, are cropped at the centre, and are stored once', async () => {
    const { dir, service, frames, library } = await openService();
    writeFileSync(join(dir, 'wide.png'), aFlag(100, 20));
    const media = await service.importFile('p', join(dir, 'wide.png'));
    const [hash, same] = await Promise.all([
      service.fittedFrame(media.id, 64, 64),
      service.fittedFrame(media.id, 64, 64),
    ]);
    expect(same).toBe(hash);
    const { width, height, rgb } = await frames.read(hash);
    const pixel = (x: number, y: number) => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    expect({ width, height, left: pixel(4, 32), right: pixel(59, 5) }).toEqual({
      width: 64,
      height: 64,
      left: [255, 0, 0],
      right: [0, 0, 255],
    });
    expect(library.db.get(Count, 'SELECT count(*) AS n FROM fitted_frames')).toEqual({ n: 1 });
  });

  test('an image of the very size keeps its pixels', async () => {
    const { dir, service, frames } = await openService();
    const file = aFlag(32, 32);
    writeFileSync(join(dir, 'flag.png'), file);
    const media = await service.importFile('p', join(dir, 'flag.png'));
    const hash = await service.fittedFrame(media.id, 32, 32);
    expect(hash).toBe(createHash('sha256').update(file).digest('hex'));
    rmSync(frames.pathOf(hash));
    expect(await service.fittedFrame(media.id, 32, 32)).toBe(hash);
    expect(existsSync(frames.pathOf(hash))).toBe(true);
  });

  test('an unknown image and an impossible size are named', async () => {
    const { service } = await openService();
    await expect(service.fittedFrame('nope', 32, 32)).rejects.toMatchObject({ code: 'media/not-found' });
    await expect(service.fittedFrame('nope', 0, 32)).rejects.toMatchObject({ code: 'input/invalid' });
  });

  test.each([
    [
      { width: 100, height: 20 },
      { width: 64, height: 64 },
      { width: 320, height: 64 },
    ],
    [
      { width: 3, height: 1001 },
      { width: 128, height: 96 },
      { width: 128, height: 42709 },
    ],
    [
      { width: 1920, height: 1080 },
      { width: 1280, height: 720 },
      { width: 1280, height: 720 },
    ],
  ])('%o covers %o at %o', (from, to, expected) => {
    expect(coverSize(from, to)).toEqual(expected);
  });
});
