/**
 * The built command line as a person runs it: a process of its own, the embedded model, real ffmpeg.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceReport } from '@contracts/device';
import { Recipe } from '@contracts/recipe';
import { decodePng } from '@main/platform/png';
import { probeFile } from '@main/services/ffmpeg/probe-file';
import { runFfmpeg } from '@main/services/ffmpeg/run-ffmpeg';
import { psnr } from '@core/quality/seam';
import { buildMain } from '../support/build-main';
import { referenceDir } from '../support/pocket';
import { animateDiffDir, ltxDirs, svdDir, text2VideoZeroDir, unet3dDir, wanDirs } from '../support/references';

let built: Awaited<ReturnType<typeof buildMain>>;
let dir: string;

beforeAll(async () => {
  built = await buildMain();
  dir = await mkdtemp(join(tmpdir(), 'onionskin-cli-'));
});
afterAll(async () => {
  built.remove();
  await rm(dir, { recursive: true, force: true });
});

type Event = { readonly event: string } & Record<string, unknown>;

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly events: readonly Event[];
}

interface RunOptions {
  /** Sends SIGINT when the output contains this text. */
  readonly interruptAt?: string;
}

function cli(argv: readonly string[], { interruptAt }: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [join(built.builtDir, 'cli.js'), ...argv], {
    env: { ...process.env, ONIONSKIN_LIBRARY: join(dir, 'library') },
  });
  let [out, err, isInterrupted] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    if (interruptAt === undefined || isInterrupted || !out.includes(interruptAt)) return;
    isInterrupted = true;
    child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const lines = argv.includes('--json') ? out.trim().split('\n') : [];
      resolve({ code, out, err, events: lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event) });
    });
  });
}

const PROMPT = ['--prompt', 'a red ball bouncing on a blue background'];
const generate = (seed: number, out: string, ...more: readonly string[]): Promise<Outcome> =>
  cli([
    'generate',
    ...PROMPT,
    '--frames',
    '5',
    '--steps',
    '4',
    '--seed',
    String(seed),
    '--out',
    join(dir, out),
    '--json',
    ...more,
  ]);

async function pixelsOf(folder: string): Promise<Uint8Array[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
  return Promise.all(names.map(async (name) => decodePng(await readFile(join(folder, name))).rgb));
}

describe('onionskin generate', () => {
  it('writes the film it was asked for, and the same frames for the same recipe', async () => {
    const first = await generate(7, 'seven.mp4');
    expect(first).toMatchObject({ code: 0, err: '' });
    const done = first.events.at(-1);
    expect(done).toMatchObject({ event: 'done', takeId: expect.any(String), seconds: { total: expect.any(Number) } });
    expect(done?.['frames']).toHaveLength(5);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({ seed: 7, steps: 4, frameCount: 5, provider: 'cpu' });
    const progress = first.events.filter(({ event }) => event === 'progress');
    expect(progress.at(-1)).toMatchObject({ steps: 4, windows: 1 });

    const { streams } = await probeFile(join(dir, 'seven.mp4'), { countPackets: true });
    expect(streams?.[0]).toMatchObject({ width: 128, height: 128, nb_read_packets: '5', r_frame_rate: '8/1' });

    const again = await generate(7, 'seven.gif');
    expect(again.events.at(-1)?.['frames']).toEqual(done?.['frames']);
    const other = await generate(8, 'eight.gif');
    expect(other.events.at(-1)?.['frames']).not.toEqual(done?.['frames']);
  });

  it('starts from the image it is given', async () => {
    expect(await generate(1, 'start/')).toMatchObject({ code: 0 });
    const image = join(dir, 'start', '000004.png');
    expect(await generate(2, 'from-image/', '--first', image)).toMatchObject({ code: 0 });
    const [first] = await pixelsOf(join(dir, 'from-image'));
    // The frame goes through the model's autoencoder, or is kept as it is; it must be the same picture either way.
    expect(psnr(first ?? new Uint8Array(), decodePng(await readFile(image)).rgb)).toBeGreaterThan(25);
  });

  it('changes the prompt at its frame, and moves the camera', async () => {
    const turned = await generate(7, 'turned/', '--then', '3=a green ball at rest', '--camera', 'pan-left:fast');
    expect(turned).toMatchObject({ code: 0, err: '' });
    const { windows, camera } = Recipe.parse(turned.events.at(-1)?.['recipe']);
    expect(windows[0]?.travel?.map(({ frames, from }) => [frames, from])).toEqual([
      [3, PROMPT[1]],
      [2, 'a green ball at rest'],
    ]);
    expect(camera?.moves.map(({ panX }) => panX)).toEqual([8, 8, 8, 8]);
  });

  it('stops at Ctrl+C between steps with 130, and leaves no file', async () => {
    const out = join(dir, 'stopped.mp4');
    const argv = ['generate', ...PROMPT, '--frames', '13', '--steps', '200', '--out', out, '--json'];
    const { code, events } = await cli(argv, { interruptAt: '"stage":"denoising"' });
    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ event: 'error', error: { code: 'cancelled' } });
    expect((await readdir(dir)).filter((name) => name.startsWith('stopped'))).toEqual([]);
    // The library was closed in order: the next command opens it.
    expect(await cli(['models', 'list'])).toMatchObject({ code: 0 });
  });
});

describe('onionskin extend', () => {
  it('goes on from a take and does not touch the frames that are there', async () => {
    const parent = (await generate(3, 'take/')).events.at(-1);
    const old = parent?.['frames'];
    const extended = await cli([
      ...['extend', String(parent?.['takeId']), ...PROMPT, '--frames', '3', '--steps', '4', '--seed', '4'],
      ...['--out', join(dir, 'longer/'), '--json'],
    ]);
    expect(extended).toMatchObject({ code: 0, err: '' });
    const done = extended.events.at(-1);
    expect(done?.['frames']).toHaveLength(3);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({ role: 'forward', frameCount: 3 });
    const [before, after] = [await pixelsOf(join(dir, 'take')), await pixelsOf(join(dir, 'longer'))];
    expect(after.slice(0, 5)).toEqual(before);
    expect(after).toHaveLength(8);

    // And once more, from the middle of the extended film: the chain of takes is put together again.
    const branch = await cli([
      ...['extend', String(done?.['takeId']), ...PROMPT, '--frames', '2', '--from', '6', '--steps', '4'],
      ...['--out', join(dir, 'branch/'), '--json'],
    ]);
    expect(branch).toMatchObject({ code: 0 });
    expect((await pixelsOf(join(dir, 'branch'))).slice(0, 6)).toEqual(after.slice(0, 6));
    expect(old).toHaveLength(5);
  });

  it('goes on from a folder of PNGs bit for bit, and from films in their own size', async () => {
    await generate(5, 'source/');
    const extended = await cli([
      ...['extend', join(dir, 'source'), ...PROMPT, '--frames', '2', '--steps', '4', '--backward'],
      ...['--out', join(dir, 'before/')],
    ]);
    expect(extended).toMatchObject({ code: 0, err: '' });
    expect((await pixelsOf(join(dir, 'before'))).slice(2)).toEqual(await pixelsOf(join(dir, 'source')));

    for (const name of ['film.mp4', 'film.gif']) {
      expect(await generate(5, name)).toMatchObject({ code: 0 });
      const out = join(dir, `longer-${name}`);
      const longer = await cli(['extend', join(dir, name), ...PROMPT, '--frames', '2', '--steps', '4', '--out', out]);
      expect(longer).toMatchObject({ code: 0, err: '' });
      expect((await probeFile(out, { countPackets: true })).streams?.[0]).toMatchObject({
        nb_read_packets: '7',
        width: 128,
      });
    }
  });

  it('says so when a film must be scaled, and refuses to do it unasked', async () => {
    const source = join(dir, 'wide.gif');
    await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=size=100x90:rate=8', '-frames:v', '6', '-y', `file:${source}`]);
    const argv = ['extend', source, ...PROMPT, '--frames', '2', '--steps', '4', '--out', join(dir, 'square.gif')];
    const asked = await cli(argv);
    expect(asked).toMatchObject({
      code: 2,
      err: expect.stringContaining('is 100x90, and width must be a multiple of 32'),
    });
    expect(asked.err).toContain('add --size 128x128');
    const scaled = await cli([...argv, '--size', '128x128']);
    expect(scaled).toMatchObject({ code: 0, err: expect.stringContaining('is 100x90: scaled to cover 128x128') });
    expect((await probeFile(join(dir, 'square.gif'))).streams?.[0]).toMatchObject({ width: 128, height: 128 });
  });
});

describe('a model of another family', () => {
  it('is added as a folder, generates, and goes on from what it made', async () => {
    const added = await cli(['models', 'add', animateDiffDir]);
    expect(added).toMatchObject({ code: 0, err: '' });
    const options = [
      '--prompt',
      'the red ball',
      '--model',
      'animatediff-tiny',
      '--steps',
      '3',
      '--size',
      '64x64',
      '--json',
    ];
    const made = await cli([
      'generate',
      ...options,
      '--frames',
      '8',
      '--seed',
      '1',
      '--out',
      join(dir, 'animated.gif'),
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const done = made.events.at(-1);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({
      family: 'animatediff',
      frameCount: 8,
      scheduler: { class: 'DDIMScheduler', config: { beta_schedule: 'linear' } },
    });
    const extended = await cli([
      ...['extend', String(done?.['takeId']), ...options, '--frames', '4', '--seed', '2'],
      ...['--out', join(dir, 'animated-on/')],
    ]);
    expect(extended).toMatchObject({ code: 0, err: '' });
    expect(extended.events.at(-1)?.['frames']).toHaveLength(4);
    expect(await pixelsOf(join(dir, 'animated-on'))).toHaveLength(12);

    const backward = ['extend', String(done?.['takeId']), ...options, '--frames', '4', '--seed', '3', '--backward'];
    const before = await cli([...backward, '--out', join(dir, 'animated-before.gif')]);
    expect(before).toMatchObject({ code: 0, err: '' });
    expect(before.events.at(-1)?.['frames']).toHaveLength(4);
  });
});

describe('LTX', () => {
  it('passes through a clip, and grows backwards into several frames', async () => {
    expect(await cli(['models', 'add', ltxDirs.plain])).toMatchObject({ code: 0, err: '' });
    const options = [
      '--prompt',
      'the red ball',
      '--steps',
      '2',
      '--size',
      '64x64',
      '--json',
      '--model',
      'ltx-tiny-plain',
    ];
    const made = await cli([...['generate', ...options, '--frames', '17', '--seed', '1', '--out', join(dir, 'ltx/')]]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const done = made.events.at(-1);

    const through = await cli([
      ...[
        'generate',
        ...options,
        '--frames',
        '17',
        '--clip',
        `8=${join(dir, 'ltx')}`,
        '--out',
        join(dir, 'ltx-through/'),
      ],
    ]);
    expect(through).toMatchObject({ code: 0 });
    const { known, windows } = Recipe.parse(through.events.at(-1)?.['recipe']);
    expect(windows).toMatchObject([{ frames: 17, prefix: 0, also: [{ index: 8, frames: 9, hold: 1 }] }]);
    expect(known.map(({ frame }) => frame)).toEqual((done?.['frames'] as string[]).slice(0, 9));

    const before = await cli([
      ...[
        'extend',
        String(done?.['takeId']),
        ...options,
        '--backward',
        '--frames',
        '8',
        '--out',
        join(dir, 'ltx-before/'),
      ],
    ]);
    expect(before).toMatchObject({ code: 0, err: '' });
    expect(Recipe.parse(before.events.at(-1)?.['recipe']).windows).toMatchObject([
      { start: 0, frames: 17, later: null, also: [{ index: 8, frames: 9 }] },
    ]);
    expect(await pixelsOf(join(dir, 'ltx-before'))).toHaveLength(25);
  });
});

describe('Wan', () => {
  it('makes a film from text, and with its model of images goes on from it and towards a last one', async () => {
    for (const path of Object.values(wanDirs))
      expect(await cli(['models', 'add', path])).toMatchObject({ code: 0, err: '' });
    const options = ['--prompt', 'the red ball', '--steps', '3', '--size', '64x64', '--json'];
    const made = await cli([
      ...['generate', ...options, '--model', 'wan-tiny-text', '--frames', '9', '--seed', '1'],
      ...['--out', join(dir, 'wan/')],
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const done = made.events.at(-1);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({
      family: 'wan',
      frameCount: 9,
      scheduler: { class: 'UniPCMultistepScheduler', config: { flow_shift: 3 } },
    });

    const images = [...options, '--model', 'wan-tiny-image'];
    const extended = await cli([
      ...['extend', String(done?.['takeId']), ...images, '--frames', '12', '--seed', '2'],
      ...['--out', join(dir, 'wan-on/')],
    ]);
    expect(extended).toMatchObject({ code: 0, err: '' });
    expect(await pixelsOf(join(dir, 'wan-on'))).toHaveLength(21);

    // VACE needs no model of its own for text, and goes on from more than the last frame.
    const vace = [...options, '--model', 'wan-tiny-vace'];
    const longer = await cli([
      ...['extend', String(done?.['takeId']), ...vace, '--frames', '8', '--seed', '2'],
      ...['--out', join(dir, 'wan-longer/')],
    ]);
    expect(longer).toMatchObject({ code: 0, err: '' });
    expect(Recipe.parse(longer.events.at(-1)?.['recipe'])).toMatchObject({ windows: [{ prefix: 5 }, {}] });
    expect(await pixelsOf(join(dir, 'wan-longer'))).toHaveLength(17);

    const [first, last] = ['000000.png', '000008.png'].map((name) => join(dir, 'wan', name));
    const between = await cli([
      ...['generate', ...images, '--frames', '9', '--first', first ?? '', '--last', last ?? ''],
      ...['--out', join(dir, 'wan-between.gif')],
    ]);
    expect(between).toMatchObject({ code: 0, err: '' });

    const around = await cli([
      ...['generate', ...vace, '--frames', '9', '--first', first ?? '', '--keyframe', `4=${last ?? ''}`],
      ...['--mask', `4=${first ?? ''}`, '--reference', last ?? '', '--seed', '3', '--out', join(dir, 'wan-around/')],
    ]);
    expect(around).toMatchObject({ code: 0, err: '' });
    const { known, references, windows } = Recipe.parse(around.events.at(-1)?.['recipe']);
    expect(windows).toMatchObject([{ prefix: 1, later: 4 }]);
    expect(known).toMatchObject([{ index: 0 }, { index: 4, frame: references?.[0], mask: known[0]?.frame }]);
    expect(await pixelsOf(join(dir, 'wan-around'))).toHaveLength(9);
    const unpinned = await cli([
      ...['generate', ...vace, '--frames', '9', '--mask', `4=${first ?? ''}`, '--out', join(dir, 'wan-none/')],
    ]);
    expect(unpinned.events.at(-1)).toMatchObject({
      error: { code: 'input/invalid', message: expect.stringContaining('no image is given for frame 4') },
    });

    const bare = await cli(['generate', ...images, '--frames', '5', '--out', join(dir, 'wan-bare.gif')]);
    expect(bare.events.at(-1)).toMatchObject({
      error: { code: 'input/invalid', message: expect.stringContaining('from an image') },
    });
  });
});

describe('Stable Video Diffusion', () => {
  it('makes a film from an image alone, says that the prompt is not read, and goes on from the last frame', async () => {
    expect(await cli(['models', 'add', svdDir])).toMatchObject({ code: 0, err: '' });
    const image = join(referenceDir, 'first-frame', '000.png');
    const options = ['--model', 'svd-tiny', '--steps', '3', '--motion', '90', '--json'];
    const made = await cli([
      ...['generate', ...options, '--size', '64x64', '--prompt', 'a ball', '--first', image, '--frames', '8'],
      ...['--out', join(dir, 'svd/')],
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(JSON.stringify(made.events)).toContain('reads no prompts');
    const done = made.events.at(-1);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({
      family: 'svd',
      motion: { bucket: 90, noise: 0.02 },
      windows: [{ prompt: '' }],
    });
    const extended = await cli([
      ...['extend', String(done?.['takeId']), ...options, '--size', '64x64', '--frames', '4'],
      ...['--out', join(dir, 'svd-on/')],
    ]);
    expect(extended).toMatchObject({ code: 0, err: '' });
    expect(await pixelsOf(join(dir, 'svd-on'))).toHaveLength(12);
  });
});

describe('UNet3D and Text2Video-Zero', () => {
  it('make films from text; the one is gone on from, the other says that it cannot be', async () => {
    for (const path of [unet3dDir, text2VideoZeroDir])
      expect(await cli(['models', 'add', path])).toMatchObject({ code: 0, err: '' });
    const options = ['--prompt', 'the red ball', '--size', '64x64', '--json'];
    const takes: string[] = [];
    for (const [model, steps] of [
      ['unet3d-tiny', '3'],
      ['text2video-zero-tiny', '5'],
    ] as const) {
      const out = ['--frames', '8', '--steps', steps, '--out', join(dir, `${model}/`)];
      const made = await cli(['generate', ...options, '--model', model, ...out]);
      expect(made).toMatchObject({ code: 0, err: '' });
      expect(await pixelsOf(join(dir, model))).toHaveLength(8);
      takes.push(String(made.events.at(-1)?.['takeId']));
    }
    const [take = '', other = ''] = takes;
    const on = ['--frames', '4', '--steps', '5', '--out', join(dir, 'unet-on/')];
    expect(await cli(['extend', take, ...options, '--model', 'unet3d-tiny', ...on])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await pixelsOf(join(dir, 'unet-on'))).toHaveLength(12);
    const refused = await cli(['extend', other, ...options, '--model', 'text2video-zero-tiny', ...on]);
    expect(refused.code).not.toBe(0);
    expect(refused.events.at(-1)).toMatchObject({ error: { code: expect.stringMatching(/^(input|model)\//) } });
  });
});

describe('onionskin demo', () => {
  it('makes two shots, extends one, dissolves and exports, and says how the seam is', async () => {
    const { code, out } = await cli(['demo']);
    expect(code).toBe(0);
    expect(out).toMatch(/export H\.264 +24 frames/);
    expect(out).toMatch(/seam of the extension: .*\d \(\d\.\d\d ×\)/);
    const demo = join(built.builtDir, '..', 'demo.mp4');
    expect((await probeFile(demo, { countPackets: true })).streams?.[0]).toMatchObject({
      nb_read_packets: '24',
      r_frame_rate: '8/1',
    });

    const copy = join(dir, 'copy.gif');
    const library = join(built.builtDir, '..', 'demo-library');
    const exported = await cli(['export', 'Demo', '--preset', 'gif', '--out', copy, '--library', library, '--json']);
    expect(exported.events.at(-1)).toMatchObject({ event: 'done', frameCount: 24, path: copy });
  });
});

describe('onionskin doctor', () => {
  it('finds this machine fit, line by line, and ends with one verdict', async () => {
    const { code, events } = await cli(['doctor', '--json']);
    expect(events.filter(({ ok }) => ok === false)).toEqual([]);
    expect(events.at(-1)).toEqual({ event: 'done', ok: true });
    expect(code).toBe(0);
  });
});

describe('onionskin devices', () => {
  it('says what works and why not, and refuses a device that does not work here', async () => {
    const listed = await cli(['devices', 'list', '--json']);
    expect(listed.code).toBe(0);
    const report = DeviceReport.parse(listed.events.at(-1));
    expect(report.devices.map(({ provider }) => provider)).toEqual(['cuda', 'dml', 'coreml', 'webgpu', 'cpu']);
    expect(report.devices.at(-1)).toMatchObject({ provider: 'cpu', reason: null });
    const elsewhere = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(await cli(['devices', 'use', elsewhere])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${elsewhere} does not work here: not for this system`),
    });
    expect(await generate(1, 'elsewhere.gif', '--device', elsewhere)).toMatchObject({ code: 1 });
    const done = (await generate(1, 'here.gif', '--device', 'cpu', '--reuse', '0.5')).events.at(-1);
    expect(Recipe.parse(done?.['recipe'])).toMatchObject({ provider: 'cpu', stepReuse: { threshold: 0.5 } });
    expect(done?.['report']).toMatchObject({ steps: 4, fallbacks: [] });
  });
});
