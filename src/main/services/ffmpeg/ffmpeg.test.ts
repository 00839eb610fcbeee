import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg, findFfprobe } from './find-ffmpeg';
import { probeFile } from './probe-file';
import { readFfmpeg, runFfmpeg } from './run-ffmpeg';

let dir: string;
const { PATH, ONIONSKIN_FFMPEG, ONIONSKIN_FFPROBE } = process.env;
const saved = { PATH, ONIONSKIN_FFMPEG, ONIONSKIN_FFPROBE };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-ffmpeg-'));
});
afterEach(async () => {
  for (const [name, value] of Object.entries(saved)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await rm(dir, { recursive: true, force: true });
});

describe('finding ffmpeg', () => {
  beforeEach(() => {
    delete process.env['ONIONSKIN_FFMPEG'];
    delete process.env['ONIONSKIN_FFPROBE'];
  });

  it('finds the builds that npm brought when the system has none', async () => {
    process.env['PATH'] = dir;
    expect(await findFfmpeg()).toMatchObject({ origin: 'bundled' });
    expect(await findFfprobe()).toMatchObject({ origin: 'bundled' });
  });

  it('takes the one the person names, before all others', async () => {
    const chosen = (await findFfmpeg()).path;
    process.env['ONIONSKIN_FFMPEG'] = chosen;
    expect(await findFfmpeg()).toMatchObject({ path: chosen, origin: 'environment' });
  });

  it('refuses a named program that is not ffmpeg instead of quietly taking another', async () => {
    const fake = join(dir, 'fake');
    await writeFile(fake, '#!/bin/sh\necho hello\n');
    await chmod(fake, 0o755);
    process.env['ONIONSKIN_FFMPEG'] = fake;
    await expect(findFfmpeg()).rejects.toMatchObject({
      code: 'export/ffmpeg-missing',
      detail: { field: 'ONIONSKIN_FFMPEG', value: fake },
    });
  });

  it('passes over a program on the PATH that does not run as ffmpeg', async () => {
    await writeFile(join(dir, 'ffmpeg'), '#!/bin/sh\nexit 1\n');
    await chmod(join(dir, 'ffmpeg'), 0o755);
    process.env['PATH'] = dir;
    expect(await findFfmpeg()).toMatchObject({ origin: 'bundled' });
  });
});

describe('running ffmpeg', () => {
  const frame = new Uint8Array(16 * 16 * 3).fill(90);
  const rawInput = [
    '-f',
    'rawvideo',
    '-pixel_format',
    'rgb24',
    '-video_size',
    '16x16',
    '-framerate',
    '8',
    '-i',
    'pipe:0',
  ];

  async function* frames(count: number): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < count; index++) yield frame;
  }

  it('feeds frames and reports how many were written', async () => {
    const seen: number[] = [];
    const out = join(dir, 'a.avi');
    await runFfmpeg([...rawInput, '-c:v', 'rawvideo', `file:${out}`], {
      input: frames(20),
      onProgress: ({ frame: count }) => seen.push(count),
    });
    expect(seen.at(-1)).toBe(20);
    const probed = await probeFile(out, { countPackets: true });
    expect(probed.streams?.[0]).toMatchObject({ width: 16, height: 16, nb_read_packets: '20' });
  });

  it('shows the end of what ffmpeg said when it fails', async () => {
    const run = runFfmpeg([...rawInput, '-c:v', 'no-such-encoder', `file:${join(dir, 'a.mp4')}`], { input: frames(3) });
    await expect(run).rejects.toMatchObject({
      code: 'export/ffmpeg-failed',
      message: expect.stringContaining('no-such-encoder'),
    });
  });

  it('passes on what went wrong with the frames themselves', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield frame;
      throw new Error('frame 1 is gone');
    }
    const run = runFfmpeg([...rawInput, '-c:v', 'rawvideo', `file:${join(dir, 'a.avi')}`], { input: broken() });
    await expect(run).rejects.toThrow('frame 1 is gone');
  });

  it('stops an endless run when it is cancelled', async () => {
    const cancelled = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let index = 0; ; index++) {
        if (index === 50) cancelled.abort();
        yield frame;
      }
    }
    const args = [...rawInput, '-c:v', 'rawvideo', `file:${join(dir, 'a.avi')}`];
    await expect(runFfmpeg(args, { input: endless(), signal: cancelled.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('stops a run that reads a file, not frames', async () => {
    const cancelled = new AbortController();
    const args = ['-f', 'lavfi', '-re', '-i', 'testsrc2=size=16x16:rate=25', '-f', 'null', '-'];
    const run = runFfmpeg(args, { signal: cancelled.signal, onProgress: () => cancelled.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses more output than the caller has room for', async () => {
    const args = [
      '-f',
      'lavfi',
      '-i',
      'color=red:size=64x64',
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      'pipe:1',
    ];
    await expect(readFfmpeg(args, { limitBytes: 100 })).rejects.toMatchObject({ code: 'export/ffmpeg-failed' });
    expect((await readFfmpeg(args, { limitBytes: 64 * 64 * 3 })).length).toBe(64 * 64 * 3);
  });

  it('says that a file is neither film nor picture', async () => {
    const path = join(dir, 'text.mp4');
    await writeFile(path, 'not a film');
    await expect(probeFile(path)).rejects.toMatchObject({ code: 'media/unreadable' });
  });
});
