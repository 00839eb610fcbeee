/** What a timeline for other programs shows, cut together from its files, against the film itself. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clicks, wavFile } from '../../../../test/support/sounds';
import { tempDir } from '../../../../test/support/temp-dir';
import { takeIndexFrom } from '@core/document/film';
import type { Document } from '@core/document/records';
import { planFilm } from '@core/export/plan';
import { psnr } from '@core/quality/seam';
import { splitClip } from '@core/timeline/split';
import { aShot, aTake, after, anEmptyFilm } from '@core/timeline/test-films';
import { addDissolve } from '@core/timeline/transitions';
import type { Rate } from '@core/time/rate';
import { readFfmpeg } from '../ffmpeg/run-ffmpeg';
import { probeFile } from '../ffmpeg/probe-file';
import { FrameStore } from '../media/frame-store';
import { interchangeTask } from '../queue/interchange-task';
import type { ExportTask } from './messages';
import { writeFilm } from './write-film';

const [WIDTH, HEIGHT] = [64, 32];
let dir: string;
let store: FrameStore;

beforeEach(async () => {
  dir = tempDir();
  store = new FrameStore(join(dir, 'frames'));
  await mkdir(join(dir, 'out'));
});

/** Every frame is unlike every other: a bar whose place is its number. */
async function frame(number: number): Promise<string> {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++)
    rgb.fill(Math.abs((i % WIDTH) - 3 * number) < 3 ? 220 : 40, 3 * i, 3 * i + 3);
  return (await store.put(rgb, WIDTH, HEIGHT)).hash;
}

async function filmOf(rate: Rate): Promise<{ doc: Document; takes: ReturnType<typeof takeIndexFrom> }> {
  const doc = after(anEmptyFilm(rate), aShot('a', { frameCount: 10 }), aShot('b', { start: 40, frameCount: 10 }), (d) =>
    splitClip(d, 'b-clip', 44, 'b-2'),
  );
  const take = async (name: string, first: number) => {
    const frames = await Promise.all(Array.from({ length: 10 }, (_, i) => frame(first + i)));
    return { ...aTake(doc, name, `${name}-first`), frames };
  };
  return { doc, takes: takeIndexFrom([await take('a', 0), await take('b', 10)]) };
}

function taskOf(doc: Document, takes: ReturnType<typeof takeIndexFrom>, from: number, to: number): ExportTask {
  const stills = () => null;
  return {
    ...{ plan: planFilm(doc, takes, { from, to, stills }), preset: 'timeline', framesDir: store.dir },
    ...{ outPath: join(dir, 'out', 'film'), recipes: null, sound: null, smooth: null },
    interchange: interchangeTask({ document: doc, takes, from, to, stills, soundFiles: new Map(), recipesOf: null }),
  };
}

async function framesOf(path: string): Promise<Uint8Array[]> {
  const raw = await readFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], { limitBytes: 64 << 20 });
  const size = WIDTH * HEIGHT * 3;
  return Array.from({ length: raw.length / size }, (_, i) => raw.subarray(i * size, (i + 1) * size));
}

const Time = z.object({ value: z.number() });
const Item = z.object({
  OTIO_SCHEMA: z.string(),
  source_range: z.object({ start_time: Time, duration: Time }).nullable().optional(),
  media_reference: z.object({ target_url: z.string() }).optional(),
});
const Otio = z.object({ tracks: z.object({ children: z.array(z.object({ children: z.array(Item) })) }) });

test.each([
  ['8', { num: 8, den: 1 }, 0],
  ['24', { num: 24, den: 1 }, 0],
  ['23.976, from the middle', { num: 24_000, den: 1001 }, 13],
])('at %s frames a second, the list cut from its files is the film, frame by frame', async (_, rate, from) => {
  const { doc, takes } = await filmOf(rate);
  const end = Math.max(...[...doc.values()].map((one) => (one.kind === 'clip' ? one.start + one.duration : 0)));
  const task = taskOf(doc, takes, from, end);
  const seen: number[] = [];
  const written = await writeFilm(task, { onFrame: (done) => seen.push(done) });
  const total =
    task.plan.frames.length + (task.interchange?.pictures ?? []).reduce((n, { frames }) => n + frames.length, 0);
  expect([written.frames, seen.at(-1), seen.length]).toEqual([total, total, total]);
  const reference = await framesOf(join(task.outPath, 'reference.mov'));
  expect(reference).toHaveLength(end - from);
  const list = Otio.parse(JSON.parse(readFileSync(join(task.outPath, 'Film.otio'), 'utf8')));
  let at = 0;
  let clips = 0;
  for (const { source_range: range, media_reference: media } of list.tracks.children[0]?.children ?? []) {
    const [first, count] = [range?.start_time.value ?? 0, range?.duration.value ?? 0];
    const shown = media === undefined ? [] : await framesOf(join(task.outPath, media.target_url));
    for (let i = 0; i < count && media !== undefined; i++)
      expect(psnr(shown[first + i] ?? new Uint8Array(), reference[at + i] ?? new Uint8Array(1))).toBeGreaterThan(40);
    clips += media === undefined ? 0 : 1;
    at += count;
  }
  expect([at, clips]).toEqual([end - from, 3]);
  // A neighbouring frame is another picture: the measure above can tell.
  expect(psnr(reference[0] ?? new Uint8Array(), reference.at(-1) ?? new Uint8Array(1))).toBeLessThan(20);
});

test('a dissolve’s frames are in both films, beyond the cut', async () => {
  const doc = after(anEmptyFilm(), aShot('a', { frameCount: 10 }), aShot('b', { start: 30, frameCount: 10 }), (d) =>
    addDissolve(d, 'a-clip', 'b-clip', { id: 't', frames: 6 }),
  );
  const hash = await frame(1);
  const takes = takeIndexFrom(
    ['a', 'b'].map((name) => ({ ...aTake(doc, name, `${name}-first`), frames: new Array<string>(10).fill(hash) })),
  );
  const task = taskOf(doc, takes, 0, 50);
  await writeFilm(task);
  const probed = await Promise.all(
    ['a', 'b'].map((name) => probeFile(join(task.outPath, 'media', `${name}.mov`), { countPackets: true })),
  );
  expect(probed.map(({ streams }) => streams?.[0]?.nb_read_packets)).toEqual(['30', '30']);
  const edl = readFileSync(join(task.outPath, 'Film_V1.edl'), 'utf8');
  expect(edl).toContain('002  AX       V     D    006');
});

test('a sound is copied byte for byte, and can be written to where its original cannot', async () => {
  const { doc, takes } = await filmOf({ num: 24, den: 1 });
  const task = taskOf(doc, takes, 0, 10);
  const path = join(dir, 'sea.wav');
  await writeFile(path, 'any sound', { mode: 0o444 });
  await writeFilm({ ...task, interchange: { ...task.interchange!, sounds: [{ file: 'media/Sea.wav', path }] } });
  const copy = join(task.outPath, 'media', 'Sea.wav');
  expect([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o200]).toEqual(['any sound', 0o200]);
});

test('a sound at another speed is written as it is played: as long, and each click where it is', async () => {
  const { doc, takes } = await filmOf({ num: 24, den: 1 });
  const task = taskOf(doc, takes, 0, 10);
  const path = join(dir, 'clicks.wav');
  await writeFile(path, wavFile(clicks(1, [0.25, 0.5])));
  const sounds = [{ file: 'media/Clicks.wav', path, stretch: { speed: 40, channels: 1 } }];
  await writeFilm({ ...task, interchange: { ...task.interchange!, sounds } });
  const written = join(task.outPath, 'media', 'Clicks.wav');
  const { streams } = await probeFile(written);
  expect(streams).toMatchObject([{ codec_name: 'pcm_s24le', sample_rate: '48000', channels: 2, duration: '2.500000' }]);
  const bytes = await readFfmpeg(['-i', `file:${written}`, '-f', 'f32le', 'pipe:1'], { limitBytes: 1 << 20 });
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const first = samples.findIndex((value) => Math.abs(value) > 0.3);
  const second = samples.findIndex((value, i) => i > first + 9_600 && Math.abs(value) > 0.3);
  expect([first / 2, second / 2]).toEqual([30_000, 60_000]);
});

describe('the folder', () => {
  test('is replaced by a later export of the same, and by nothing where somebody put a file into it', async () => {
    const { doc, takes } = await filmOf({ num: 24, den: 1 });
    const task = taskOf(doc, takes, 0, 30);
    await writeFilm(task);
    const names = (await readdir(task.outPath, { recursive: true })).sort();
    expect(names).toEqual(['Film.otio', 'Film_V1.edl', 'contents.json', 'media', 'media/a.mov', 'reference.mov']);
    await writeFilm(taskOf(doc, takes, 0, 70));
    expect((await readdir(join(task.outPath, 'media'))).sort()).toEqual(['a.mov', 'b.mov']);
    for (const own of ['notes.txt', 'media/graded.mov']) {
      await writeFile(join(task.outPath, own), 'mine');
      await expect(writeFilm(task)).rejects.toMatchObject({ code: 'export/write-failed', detail: { field: 'file' } });
      expect(readFileSync(join(task.outPath, own), 'utf8')).toBe('mine');
    }
    expect(existsSync(join(dir, 'out', 'film.partial'))).toBe(false);
  });

  test('is not there when the export was cancelled or a frame is gone', async () => {
    const { doc, takes } = await filmOf({ num: 24, den: 1 });
    const task = taskOf(doc, takes, 0, 30);
    const abort = new AbortController();
    const cancelled = writeFilm(task, { signal: abort.signal, onFrame: (done) => done > 5 && abort.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const gone = {
      ...task,
      interchange: {
        ...task.interchange!,
        pictures: [{ file: 'media/a.mov', frames: ['0'.repeat(64)], recipes: null }],
      },
    };
    await expect(writeFilm(gone)).rejects.toThrow();
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });
});
