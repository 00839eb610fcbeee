import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FootageFit } from '@core/footage/fit';
import { filmFrameCount } from '@core/footage/frame-times';
import type { Rate } from '@core/time/rate';
import { numberedPicture, numberIn, writeFilm } from '../../../../test/support/films';
import { tempDir } from '../../../../test/support/temp-dir';
import { encodeRgbPng } from '../../platform/png';
import { probeFile } from '../ffmpeg/probe-file';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg';
import { FrameStore } from '../media/frame-store';
import { conformFootage } from './conform-task';
import { clockOf } from './decode-footage';
import { fingerprintOf } from './fingerprint';
import { sortPlaces, type FootagePlace } from './footage-file';
import { examineFootage } from './examine-footage';
import { isStillPicture, probeFootage } from './probe-footage';
import { extractSound } from './extract-sound';

const SIZE = { width: 64, height: 32 };
const film8 = { num: 8, den: 1 };

interface Cut {
  readonly rate?: Rate;
  readonly from?: number;
  readonly to?: number;
  readonly fit?: FootageFit;
  readonly width?: number;
  readonly height?: number;
  readonly done?: number;
}

async function conform(place: FootagePlace, cut: Cut = {}) {
  const { facts } = await examineFootage(place);
  const { rate = film8, from = 0, fit = 'fill', width = SIZE.width, height = SIZE.height, done = 0 } = cut;
  const all = facts.clock === null ? facts.ticks : filmFrameCount(facts.ticks, facts.clock, rate);
  const store = new FrameStore(tempDir());
  const frameCount = (cut.to ?? all) - from;
  const versions = { app: 'test', ffmpeg: 'test' };
  const recipe = { schema: 1 as const, family: 'footage' as const, mediaId: 'm', sha256: 'a'.repeat(64), versions };
  const task = {
    recipe: { ...recipe, from, frameCount, rate, fit, width, height },
    place,
    facts,
    framesDir: store.dir,
    done,
  };
  const frames: { index: number; hash: string }[] = [];
  const error: unknown = await conformFootage(task, { onFrames: (stored) => frames.push(...stored) }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const pictures = await Promise.all(frames.map(async ({ hash }) => (await store.read(hash)).rgb));
  return { facts, all, error, frames, pictures, numbers: pictures.map((rgb) => numberIn(rgb, width, height)) };
}

const file = (path: string): FootagePlace => ({ type: 'file', path });

/** The source frame on screen at each film frame's start, by arithmetic on even rates. */
const even = (count: number, source: number, rate: number, from = 0) =>
  Array.from({ length: count }, (_, i) => Math.floor(((from + i) / rate) * source + 1e-6));

const containers = [
  ['film.mp4', undefined],
  ['film.mov', ['-c:v', 'prores_ks', '-profile:v', '3', '-pix_fmt', 'yuv422p10le']],
  ['film.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'yuv444p']],
  ['film.webm', ['-c:v', 'libvpx', '-b:v', '4M', '-deadline', 'realtime', '-pix_fmt', 'yuv420p']],
  ['film.avi', ['-c:v', 'mpeg4', '-q:v', '1', '-bf', '2', '-pix_fmt', 'yuv420p']],
  ['film.gif', ['-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none', '-f', 'gif']],
] as const;

describe('a film conformed', () => {
  test.each(containers)('%s at 25 shows the right picture at every film frame of 8', async (name, args) => {
    const path = join(tempDir(), name);
    await writeFilm(path, { rate: '25', frames: 75, ...(args && { args }) });
    const { facts, all, error, frames, numbers } = await conform(file(path));
    expect(error).toBeNull();
    expect(facts).toMatchObject({ width: 64, height: 32, hasSound: false });
    expect(all).toBe(24);
    expect(frames.map(({ index }) => index)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(numbers).toEqual(even(24, 25, 8));
  });

  test.each([
    ['24000/1001', { num: 24, den: 1 }],
    ['30000/1001', { num: 24_000, den: 1001 }],
    ['30000/1001', film8],
    ['60', { num: 24, den: 1 }],
    ['8', { num: 24, den: 1 }],
  ])('%s in a film of %o', async (source, rate) => {
    const path = join(tempDir(), 'film.mp4');
    await writeFilm(path, { rate: source, frames: 60 });
    const { all, numbers, error } = await conform(file(path), { rate });
    const [num = 1, den = 1] = source.split('/').map(Number);
    expect(error).toBeNull();
    expect(numbers).toEqual(even(all, num / den, rate.num / rate.den));
    expect(numbers.at(-1)).toBeGreaterThan(50);
  });

  test('only a part of it, entered in the middle of a group of pictures, and gone on with after a stop', async () => {
    const path = join(tempDir(), 'film.mp4');
    await writeFilm(path, { rate: '30000/1001', frames: 200 });
    const whole = await conform(file(path), { rate: film8 });
    const part = await conform(file(path), { rate: film8, from: 29, to: 45 });
    expect(part.numbers).toEqual(whole.numbers.slice(29, 45));
    const rest = await conform(file(path), { rate: film8, from: 29, to: 45, done: 6 });
    expect(rest.frames.map(({ index }) => index)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(rest.numbers).toEqual(part.numbers.slice(6));
  });

  test('of an uneven rate by its timestamps, and says so', async () => {
    const path = join(tempDir(), 'phone.mkv');
    // 10 pictures 40 ms apart, then 10 that stand for 200 ms each.
    const uneven = "settb=1/1000,setpts='if(lt(N,10),N*40,400+(N-10)*200)'";
    const args = ['-vf', uneven, '-vsync', '0', '-c:v', 'ffv1', '-pix_fmt', 'yuv444p'];
    await writeFilm(path, { rate: '25', frames: 20, args });
    const { facts, numbers, error } = await conform(file(path), { rate: { num: 10, den: 1 }, to: 20 });
    expect(error).toBeNull();
    expect(facts.notes).toContain('variable-rate');
    expect(numbers).toEqual([0, 2, 5, 7, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17]);
  });

  test('that was turned is upright, and its wide pixels are stretched', async () => {
    const dir = tempDir();
    const [flat, turned, wide] = ['flat.mp4', 'turned.mp4', 'wide.mp4'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    await writeFilm(flat, { rate: '8', frames: 4 });
    const copy = (out: string, ...how: string[]) =>
      runFfmpeg(['-protocol_whitelist', 'file,pipe', '-i', `file:${flat}`, ...how, `file:${out}`]);
    await copy(turned, '-c', 'copy', '-metadata:s:v', 'rotate=90');
    await copy(wide, '-c', 'copy', '-aspect', '4:1');
    const upright = await conform(file(turned), { width: 32, height: 64 });
    expect(upright.facts).toMatchObject({ width: 32, height: 64, notes: ['rotated'] });
    // The units, left before, are on top or at the bottom now, and the sixteens (0) opposite.
    const column = (rgb: Uint8Array, y: number) => rgb[(y * 32 + 16) * 3] ?? 0;
    const third = upright.pictures[3] ?? new Uint8Array();
    expect([column(third, 8), column(third, 56)].map((grey) => Math.floor(grey / 16)).sort()).toEqual([0, 3]);
    expect(await probeFootage(file(wide))).toMatchObject({ width: 128, height: 32, notes: ['wide-pixels'] });
  });

  test('of another shape fills the frame, or lies between black bars; odd sizes too', async () => {
    const path = join(tempDir(), 'odd.mkv');
    await writeFilm(path, { rate: '8', frames: 2, width: 61, height: 33, args: ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'] });
    const fill = await conform(file(path), { width: 63, height: 63 });
    expect(fill.error).toBeNull();
    expect(fill.numbers).toEqual([0, 1]);
    const fit = await conform(file(path), { width: 63, height: 63, fit: 'fit' });
    const rgb = fit.pictures[1] ?? new Uint8Array();
    expect([...rgb.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(numberIn(rgb, 63, 63)).toBe(1);
  });

  test('that is see-through lies over black', async () => {
    const path = join(tempDir(), 'alpha.mov');
    const half = ['-vf', 'format=rgba,colorchannelmixer=aa=0.5', '-c:v', 'qtrle', '-pix_fmt', 'argb'];
    await writeFilm(path, { rate: '8', frames: 16, args: half });
    const { facts, pictures } = await conform(file(path));
    expect(facts.notes).toEqual(['alpha']);
    const white = numberedPicture(15, 64, 32)[0] ?? 0;
    expect(Math.abs((pictures[15]?.[0] ?? 0) - white / 2)).toBeLessThanOrEqual(2);
  });

  test('in HDR is brought to what screens show', async () => {
    const path = join(tempDir(), 'hdr.mkv');
    const tags = ['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'];
    await writeFilm(path, {
      rate: '8',
      frames: 16,
      args: [
        '-c:v',
        'libx265',
        '-x265-params',
        'log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc',
        ...tags,
        '-pix_fmt',
        'yuv420p10le',
      ],
    });
    const { facts, pictures, error } = await conform(file(path));
    expect(error).toBeNull();
    expect(facts.notes).toContain('hdr');
    const greys = pictures.map((rgb) => rgb[0] ?? 0);
    expect(greys.toSorted((a, b) => a - b)).toEqual(greys);
    // PQ's code 136/255 is 100 cd/m²: half way up as it is stored, near white on an ordinary screen.
    expect(greys[9]).toBeGreaterThan(170);
  });

  test('that was cut short gives the frames it has, and then says where it ends', async () => {
    const path = join(tempDir(), 'cut.mp4');
    const args = [
      '-c:v',
      'libx264',
      '-qp',
      '20',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-movflags',
      'faststart',
    ];
    await writeFilm(path, { rate: '8', frames: 100, width: 256, height: 128, args });
    const { size } = await readFile(path).then((bytes) => ({ size: bytes.length }));
    await truncate(path, Math.floor(size * 0.6));
    const { frames, numbers, error } = await conform(file(path));
    expect(error).toMatchObject({
      code: 'media/unreadable',
      message: expect.stringMatching(/cut\.mp4 ends after \d+ of 100/),
    });
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.length).toBeLessThan(95);
    expect(numbers.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('numbered pictures', () => {
  async function pictures(dir: string, names: readonly string[]): Promise<string[]> {
    await mkdir(dir, { recursive: true });
    const paths = names.map((name) => join(dir, name));
    for (const [n, path] of paths.entries()) await writeFile(path, encodeRgbPng(numberedPicture(n, 64, 32), 64, 32));
    return paths;
  }

  test('that count on are a sequence, one picture per film frame, whatever their folder is called', async () => {
    const dir = join(tempDir(), '100% %d done');
    const paths = await pictures(
      dir,
      Array.from({ length: 12 }, (_, i) => `shot.${String(i + 95).padStart(4, '0')}.png`),
    );
    const { places, rest } = sortPlaces(paths.toReversed());
    expect(rest).toEqual([]);
    expect(places).toMatchObject([{ type: 'sequence', first: 95, count: 12, digits: 4 }]);
    const [place] = places;
    if (place === undefined) throw new Error('no sequence');
    const { facts, numbers } = await conform(place, { rate: { num: 24_000, den: 1001 }, from: 3, to: 9 });
    expect(facts).toMatchObject({ rate: null, ticks: 12, clock: null });
    expect(numbers).toEqual([3, 4, 5, 6, 7, 8]);
    expect(clockOf({ facts, rate: film8 })).toEqual({ num: 1, den: 8 });
  });

  test('that have a gap, or are only two, are single pictures; films and other files are told apart', async () => {
    const dir = tempDir();
    const gap = await pictures(join(dir, 'gap'), ['a1.png', 'a2.png', 'a4.png']);
    const two = await pictures(join(dir, 'two'), ['b1.png', 'b2.png']);
    const plain = await pictures(join(dir, 'plain'), ['c9.png', 'c10.png', 'c11.png']);
    const others = ['/x/film.MP4', '/x/song.wav', '/x/cover.jpg'];
    const { places, rest } = sortPlaces([...gap, ...two, ...plain, ...others]);
    expect(places).toMatchObject([
      { type: 'sequence', first: 9, count: 3, digits: 0 },
      { type: 'file', path: '/x/film.MP4' },
    ]);
    expect(rest).toEqual([...gap, ...two, '/x/song.wav', '/x/cover.jpg']);
    const [place] = places;
    if (place === undefined) throw new Error('no sequence');
    expect((await conform(place)).numbers).toEqual([0, 1, 2]);
  });
});

describe('what is no film', () => {
  test('is refused with a sentence that names it', async () => {
    const dir = tempDir();
    const [text, sound] = [join(dir, 'diary.mp4'), join(dir, 'song.mp4')];
    await writeFile(text, 'Dear diary, this is not a film.');
    await runFfmpeg(['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac', `file:${sound}`]);
    const refusal = (name: string) => ({
      code: 'media/unreadable',
      message: expect.stringContaining(name),
      detail: { field: 'film', value: name, remedy: expect.stringContaining('mp4') },
    });
    await expect(probeFootage(file(text))).rejects.toMatchObject(refusal('diary.mp4'));
    await expect(probeFootage(file(sound))).rejects.toMatchObject({
      ...refusal('song.mp4'),
      message: expect.stringContaining('only sound'),
    });
  });

  test('a GIF of one picture is an image', async () => {
    const [still, moving] = [join(tempDir(), 'still.gif'), join(tempDir(), 'moving.gif')];
    await writeFilm(still, { rate: '8', frames: 1, args: ['-f', 'gif'] });
    await writeFilm(moving, { rate: '8', frames: 2, args: ['-f', 'gif'] });
    expect([await isStillPicture(still), await isStillPicture(moving)]).toEqual([true, false]);
  });
});

test('a film is known again by its fingerprint, which reads only slices of a long one', async () => {
  const dir = tempDir();
  const [a, b] = [join(dir, 'a.mov'), join(dir, 'b.mov')];
  const bytes = new Uint8Array(80 * 1024 * 1024);
  for (let i = 0; i < bytes.length; i += 4096) bytes[i] = i % 251;
  await writeFile(a, bytes);
  const first = await fingerprintOf(file(a));
  expect(first.bytes).toBe(bytes.length);
  await writeFile(b, bytes);
  expect(await fingerprintOf(file(b))).toEqual(first);
  bytes[bytes.length - 1] = 7;
  await writeFile(b, bytes);
  expect((await fingerprintOf(file(b))).sha256).not.toBe(first.sha256);
});

test('a film has a poster of its own shape', async () => {
  const path = join(tempDir(), 'film.mp4');
  await writeFilm(path, { rate: '8', frames: 2 });
  const poster = join(tempDir(), 'poster.png');
  await writeFile(poster, (await examineFootage(file(path))).poster);
  expect((await probeFile(poster)).streams?.[0]).toMatchObject({ codec_name: 'png', width: 160, height: 80 });
});

test('the sound of a part begins with its first frame and is as long', async () => {
  const path = join(tempDir(), 'film.mp4');
  await writeFilm(path, { rate: '30000/1001', frames: 180, hasSound: true });
  const facts = await probeFootage(file(path));
  expect(facts.hasSound).toBe(true);
  const out = join(tempDir(), 'sound.flac');
  // Film frame 20 of 8 fps is 2.5 s; the tone begins with every whole second.
  const range = { rate: film8, from: 20, frameCount: 12, start: facts.start, clock: facts.clock, name: 'film.mp4' };
  await extractSound(path, out, range);
  const raw = join(tempDir(), 'sound.f32');
  await runFfmpeg(['-protocol_whitelist', 'file,pipe', '-i', `file:${out}`, '-ac', '1', '-f', 'f32le', `file:${raw}`]);
  const samples = new Float32Array((await readFile(raw)).buffer.slice(0));
  expect(samples.length).toBe(72_000);
  const isLoud = (from: number, to: number) =>
    samples.slice(from * 48_000, to * 48_000).some((value) => Math.abs(value) > 0.2);
  expect([isLoud(0, 0.45), isLoud(0.49, 0.7), isLoud(0.8, 1.45)]).toEqual([false, true, false]);
  expect(samples.findIndex((value) => Math.abs(value) > 0.1) / 48_000).toBeCloseTo(0.5, 1);
});
