/** The sound of an exported film, measured in the file: where it is, how loud it is, how long it is. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SoundClip } from '@core/export/sound-plan';
import { createRate, type Rate } from '@core/time/rate';
import { clicks, wavFile } from '../../../../test/support/sounds';
import { FrameStore } from '../media/frame-store';
import { measureSound } from '../media/sound-files';
import { probeFile } from '../ffmpeg/probe-file';
import { readFfmpeg, runFfmpeg } from '../ffmpeg/run-ffmpeg';
import type { ExportTask } from './messages';
import { mixSound } from './mix-sound';
import { writeFilm } from './write-film';

const RATE = 48_000;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-sound-'));
  await mkdir(join(dir, 'out'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const clip = (more: Partial<SoundClip> = {}): SoundClip => ({
  ...{ mediaId: 'm', speed: 100, sourceStart: 0, start: 0, length: RATE, gainDb: 0, fadeIn: 0, fadeOut: 0 },
  ...more,
});

async function aSound(name: string, samples: Float32Array, { rate = RATE, channels = 1 } = {}) {
  const path = join(dir, name);
  await writeFile(path, wavFile(samples, { rate, channels }));
  return { path, channels };
}

/** Left side of a film's or sound's samples at 48 kHz, as a player hears it: what the file says to leave out is left out. */
async function heard(path: string): Promise<Float32Array> {
  const args = ['-i', `file:${path}`, '-map', '0:a:0', '-af', 'pan=mono|c0=c0', '-ar', String(RATE), '-f', 'f32le'];
  const bytes = await readFfmpeg([...args, 'pipe:1'], { limitBytes: 64 << 20 });
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Samples at which something loud begins after silence. */
function onsets(samples: Float32Array, threshold = 0.3): number[] {
  const found: number[] = [];
  samples.forEach((value, at) => {
    if (Math.abs(value) > threshold && at - (found.at(-1) ?? -RATE) > RATE / 10) found.push(at);
  });
  return found;
}

async function aTask(frames: number, rate: Rate, sound: ExportTask['sound'], name = 'film.mp4'): Promise<ExportTask> {
  const store = new FrameStore(join(dir, 'frames'));
  const { hash } = await store.put(new Uint8Array(32 * 32 * 3).fill(90), 32, 32);
  const plan = {
    ...{ width: 32, height: 32, rate, from: 0, to: frames, missing: [] },
    frames: Array.from({ length: frames }, () => [{ frame: hash, opacity256: 256 }]),
  };
  const preset = name.endsWith('.mov') ? 'prores-mov' : 'h264-mp4';
  return {
    plan,
    preset,
    framesDir: store.dir,
    outPath: join(dir, 'out', name),
    recipes: null,
    sound,
    smooth: null,
    interchange: null,
  };
}

test.each([
  ['24', createRate(24), 48],
  ['30000/1001', createRate(30_000, 1001), 61],
] as const)(
  'at %s frames a second a click is within 1 ms of its place, and the sound as long as the film',
  async (_name, rate, frames) => {
    const length = Math.round((frames * RATE * rate.den) / rate.num);
    // Clicks at 0.25 s and 0.75 s of a file at another rate; it begins 0.1 s in, and again from its second half on.
    const file = await aSound('clicks.wav', clicks(1, [0.25, 0.75], 44_100), { rate: 44_100 });
    const sound = {
      plan: {
        length,
        clips: [clip({ start: 4_800, length: RATE }), clip({ start: 60_000, sourceStart: 24_000, length: 24_000 })],
      },
      files: { m: file },
    };
    const task = await aTask(frames, rate, sound);
    await writeFilm(task);
    const { streams = [] } = await probeFile(task.outPath);
    const audio = streams.find(({ codec_type }) => codec_type === 'audio');
    expect(audio).toMatchObject({ codec_name: 'aac', sample_rate: '48000', channels: 2 });
    expect(Math.abs(Number(audio?.duration) - length / RATE)).toBeLessThan(1024 / RATE);
    const wanted = [4_800 + 12_000, 4_800 + 36_000, 60_000 + 12_000];
    const found = onsets(await heard(task.outPath));
    expect(found).toHaveLength(wanted.length);
    found.forEach((at, i) => expect(Math.abs(at - (wanted[i] ?? 0)) / RATE, `click ${i}`).toBeLessThan(0.001));
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  },
);

test('sounds that overlap are added, sample for sample, with their gain and fades', async () => {
  const half = new Float32Array(RATE).fill(0.5);
  const files = { m: await aSound('a.wav', half), n: await aSound('b.wav', half) };
  const out = join(dir, 'mix.raw');
  const clips = [
    clip({ length: 1_000, fadeIn: 100, fadeOut: 200 }),
    clip({ mediaId: 'n', start: 500, length: 2_000, gainDb: -6.0206 }),
  ];
  await mixSound({ plan: { length: 4_000, clips }, files }, out);
  const mixed = await rawSamples(out);
  expect(mixed).toHaveLength(8_000);
  const at = (sample: number) => [mixed[2 * sample], mixed[2 * sample + 1]];
  for (const [sample, value] of [
    [0, 0],
    [50, 0.25],
    [100, 0.5],
    [499, 0.5],
    [500, 0.75],
    [900, 0.5],
    [999, 0.2525],
    [1_000, 0.25],
    [2_499, 0.25],
    [2_500, 0],
    [3_999, 0],
  ] as const)
    at(sample).forEach((found) => expect(found, `sample ${sample}`).toBeCloseTo(value, 3));
});

test('a clip that began before the range is heard from the right sample, over the seams of the blocks', async () => {
  const ramp = Float32Array.from({ length: 3 * RATE }, (_, i) => i / (3 * RATE));
  const file = await aSound('ramp.wav', ramp);
  const out = join(dir, 'mix.raw');
  const clips = [clip({ start: -1_000, sourceStart: 500, length: 2.5 * RATE })];
  await mixSound({ plan: { length: 2 * RATE, clips }, files: { m: file } }, out);
  const mixed = await rawSamples(out);
  for (const sample of [0, 1, RATE - 1, RATE, RATE + 1, 2 * RATE - 1])
    expect(mixed[2 * sample]).toBeCloseTo((sample + 1_500) / (3 * RATE), 4);
});

test('a file that is shorter than its clip leaves silence; one that is gone is named', async () => {
  const file = await aSound('short.wav', new Float32Array(1_000).fill(0.5));
  const out = join(dir, 'mix.raw');
  await mixSound({ plan: { length: 3_000, clips: [clip({ length: 2_000 })] }, files: { m: file } }, out);
  const mixed = await rawSamples(out);
  expect([mixed[2 * 999], mixed[2 * 1_000], mixed.length]).toEqual([0.5, 0, 6_000]);
  const gone = { path: join(dir, 'gone.wav'), channels: 1 };
  await expect(mixSound({ plan: { length: 3_000, clips: [clip()] }, files: { m: gone } }, out)).rejects.toMatchObject({
    code: 'media/unreadable',
  });
});

test('ProRes is ten-bit BT.709 with its sound as PCM, to the sample', async () => {
  const file = await aSound('clicks.wav', clicks(1, [0.25, 0.75]));
  const sound = { plan: { length: 2 * RATE, clips: [clip({ start: 4_800 })] }, files: { m: file } };
  const task = await aTask(50, createRate(25), sound, 'film.mov');
  await writeFilm(task);
  const { streams = [] } = await probeFile(task.outPath, { countPackets: true });
  expect(streams.find(({ codec_type }) => codec_type === 'video')).toMatchObject({
    ...{ codec_name: 'prores', pix_fmt: 'yuv422p10le', width: 32, height: 32, nb_read_packets: '50' },
    ...{ color_space: 'bt709', color_primaries: 'bt709', color_transfer: 'bt709', avg_frame_rate: '25/1' },
  });
  expect(streams.find(({ codec_type }) => codec_type === 'audio')).toMatchObject({
    ...{ codec_name: 'pcm_s24le', sample_rate: '48000', channels: 2, duration: '2.000000' },
  });
  expect(onsets(await heard(task.outPath))).toEqual([16_800, 40_800]);
  // Its one colour, 90 90 90, in limited range: 64 + 90 · 876 / 255. The levels themselves are read, since the build of
  // 2018 is two levels off on its way back to RGB.
  const levels = await readFfmpeg(['-i', `file:${task.outPath}`, '-frames:v', '1', '-f', 'rawvideo', 'pipe:1'], {
    limitBytes: 1 << 20,
  });
  const view = new DataView(levels.buffer, levels.byteOffset, levels.byteLength);
  for (let at = 0; at < 32 * 32; at++) expect(view.getUint16(2 * at, true)).toBe(373);
  expect(view.getUint16(2 * 32 * 32, true)).toBe(512);
});

test('a film without sound has no audio track', async () => {
  const task = await aTask(8, createRate(8), null);
  await writeFilm(task);
  const { streams = [] } = await probeFile(task.outPath);
  expect(streams.map(({ codec_type }) => codec_type)).toEqual(['video']);
});

test.each([
  ['mp3', ['-c:a', 'libmp3lame', '-b:a', '192k']],
  ['m4a', ['-c:a', 'aac', '-b:a', '192k']],
  ['flac', ['-c:a', 'flac']],
  ['ogg', ['-c:a', 'libvorbis', '-q:a', '6']],
] as const)('a click in %s is within 1 ms of where it was before it was packed', async (extension, codec) => {
  const { path } = await aSound('source.wav', clicks(2, [0.5, 1.25], 44_100), { rate: 44_100 });
  const packed = join(dir, `packed.${extension}`);
  await runFfmpeg(['-i', `file:${path}`, ...codec, '-y', `file:${packed}`]);
  const measured = await measureSound(packed, 'packed');
  expect(measured).toMatchObject({ sampleRate: 44_100, channels: 1 });
  expect(measured.samples / RATE).toBeGreaterThanOrEqual(1.99);
  expect(measured.samples / RATE).toBeLessThan(2.06);
  const out = join(dir, 'mix.raw');
  const files = { m: { path: packed, channels: measured.channels } };
  await mixSound({ plan: { length: 2 * RATE, clips: [clip({ length: 2 * RATE })] }, files }, out);
  const mixed = await rawSamples(out);
  const found = onsets(mixed.filter((_, i) => i % 2 === 0));
  expect(found).toHaveLength(2);
  [0.5, 1.25].forEach((wanted, i) => expect(Math.abs((found[i] ?? 0) / RATE - wanted)).toBeLessThan(0.001));
});

test.each([10, 33, 50, 200, 1_000])('at %i percent each click of the film is on its sample', async (speed) => {
  const times = [0, 0.25, 0.7, 1.3];
  const file = await aSound('clicks.wav', clicks(1.5, times, 44_100), { rate: 44_100 });
  const length = Math.floor((1.5 * RATE * 100) / speed);
  // It begins half a second into the film; a second clip goes on from the middle of the slowed file.
  const half = Math.floor(length / 2);
  const clips = [
    clip({ speed, start: 24_000, length: half }),
    clip({ speed, start: 24_000 + half, sourceStart: half, length: length - half }),
  ];
  const out = join(dir, 'mix.raw');
  await mixSound({ plan: { length: 24_000 + length, clips }, files: { m: file } }, out);
  const left = (await rawSamples(out)).filter((_, i) => i % 2 === 0);
  expect(left).toHaveLength(24_000 + length);
  const found = left.reduce<{ readonly at: number[]; readonly loud: number }>(
    ({ at, loud }, value, i) => {
      if (Math.abs(value) < 0.3) return { at, loud };
      return { at: i - loud > 480 ? [...at, i] : at, loud: i };
    },
    { at: [], loud: -RATE },
  ).at;
  expect(found).toHaveLength(times.length);
  // A file at 44.1 kHz has its clicks between two samples of 48 kHz; stretched, that is up to so many.
  times.forEach((at, i) =>
    expect(Math.abs((found[i] ?? 0) - 24_000 - (at * RATE * 100) / speed), `click ${i}`).toBeLessThan(48),
  );
});

test('a tone keeps its pitch in the film at any speed', async () => {
  const tone = Float32Array.from({ length: 2 * RATE }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / RATE));
  const file = await aSound('tone.wav', tone);
  for (const speed of [25, 50, 150, 400]) {
    const length = (2 * RATE * 100) / speed;
    const sound = { plan: { length, clips: [clip({ speed, length })] }, files: { m: file } };
    const task = await aTask((length / RATE) * 24, createRate(24), sound, `at-${speed}.mov`);
    await writeFilm(task);
    const samples = (await heard(task.outPath)).subarray(2_400, length - 2_400);
    const crossings = samples.filter((value, i) => i > 0 && value >= 0 !== (samples[i - 1] ?? 0) >= 0).length;
    expect(((crossings / 2) * RATE) / samples.length, `${speed} %`).toBeCloseTo(440, -1);
  }
});

async function rawSamples(path: string): Promise<Float32Array> {
  const bytes = await readFfmpeg(
    ['-f', 'f32le', '-ar', '48000', '-ac', '2', '-i', `file:${path}`, '-f', 'f32le', '-c:a', 'pcm_f32le', 'pipe:1'],
    { limitBytes: 64 << 20 },
  );
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
