import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHeadlessStudio } from './headless-studio';
import { runCli } from './program';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-cli-'));
  await writeFile(join(dir, 'text.png'), 'not a picture');
  await mkdir(join(dir, 'holiday'));
  await writeFile(join(dir, 'holiday', 'photo.jpg'), 'mine');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process on a real library; DIR stands for the test's folder. */
async function cli(...argv: readonly string[]): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await runCli(
    argv.map((text) => text.replace('DIR', dir)),
    {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      signal: new AbortController().signal,
      // No child is started by input that is refused, so nothing needs to be built.
      studio: createHeadlessStudio(resolve('out/main')),
    },
  );
  return { code, out, err: err.replaceAll(dir, 'DIR') };
}

const generate = (...more: readonly string[]): Promise<Outcome> =>
  cli('generate', '--library', 'DIR/library', '--prompt', 'a red ball', '--out', 'DIR/film.mp4', ...more);
const extend = (...more: readonly string[]): Promise<Outcome> =>
  cli(
    'extend',
    '--library',
    'DIR/library',
    '--prompt',
    'a red ball',
    '--frames',
    '4',
    '--out',
    'DIR/film.mp4',
    ...more,
  );

describe('input that is refused', () => {
  it.each<[string, readonly string[], string]>([
    [
      'size off the grid',
      ['--size', '100x100'],
      '--size 100x100: width must be a multiple of 32 for the model pocket; try 96x96 or 128x128',
    ],
    [
      'size too large',
      ['--size', '288x128'],
      '--size 288x128: width must be at most 256 for the model pocket; try 256x128',
    ],
    ['no size', ['--size', 'large'], '--size large: is not a size; try 128x128'],
    ['no frames', ['--frames', '0'], '--frames 0: must be between 1 and 10000; try 1'],
    ['half a frame', ['--frames', '2.5'], '--frames 2.5: must be a whole number; try 1'],
    ['seed below zero', ['--seed', '-1'], '--seed -1: must be between 0 and 4294967295; try 0'],
    ['seed too large', ['--seed', '4294967296'], '--seed 4294967296: must be between 0 and 4294967295; try 4294967295'],
    ['no steps', ['--steps', '0'], '--steps 0: must be between 1 and 200; try 1'],
    ['guidance too strong', ['--guidance', '51'], '--guidance 51: must be between 0 and 50; try 50'],
    ['guidance in words', ['--guidance', 'strong'], '--guidance strong: must be a number; try 0'],
    ['empty prompt', ['--prompt', '  '], '--prompt: must say what is to be seen; try --prompt "a red ball bouncing"'],
    ['model that is not there', ['--model', 'huge'], '--model huge: no such model is installed; try one of: pocket'],
    [
      'unknown ending',
      ['--out', 'DIR/film.avi'],
      '--out DIR/film.avi: must end in .mp4, .mov, .gif or, for a folder of PNGs, in /; try --out film.mp4',
    ],
    [
      'no such folder',
      ['--out', 'DIR/no/film.mp4'],
      '--out DIR/no/film.mp4: the folder DIR/no does not exist; Make the folder first, or choose another one.',
    ],
    [
      'folder of other things',
      ['--out', 'DIR/holiday'],
      '--out DIR/holiday: DIR/holiday holds other files (photo.jpg); Choose an empty or a new folder.',
    ],
    [
      'a keyframe for a model without',
      ['--keyframe', '2=DIR/none.png'],
      '--keyframe: the model pocket takes no images in the middle of a film; leave --keyframe out',
    ],
    [
      'a mask for a model without',
      ['--mask', '0=DIR/none.png'],
      '--mask: the model pocket knows images whole or not at all; leave --mask out',
    ],
    [
      'a clip for a model without',
      ['--clip', '2=DIR/none'],
      '--clip: the model pocket is shown no clips, only single images; leave --clip out',
    ],
    [
      'a reference for a model without',
      ['--reference', 'DIR/none.png'],
      '--reference: the model pocket takes no reference images; leave --reference out',
    ],
    [
      'image that is not there',
      ['--first', 'DIR/none.png'],
      '--first DIR/none.png: there is no such file; name a PNG or JPEG picture',
    ],
    [
      'last image of one frame',
      ['--frames', '1', '--last', 'DIR/text.png'],
      '--last DIR/text.png: needs a film of two frames or more; raise --frames',
    ],
    ['unknown option', ['--sed', '1'], "unknown option '--sed'"],
  ])('generate: %s', async (_name, argv, sentence) => {
    const { code, out, err } = await generate(...argv);
    expect({ code, out, err: err.split('\n')[0] }).toEqual({ code: 2, out: '', err: `onionskin: ${sentence}` });
  });

  it('an image that is none', async () => {
    const { code, err } = await generate('--first', 'DIR/text.png');
    expect(code).toBe(2);
    expect(err).toContain('text.png');
  });

  it.each<[string, readonly string[], string]>([
    ['neither file nor take', ['nothing'], 'FILE|TAKE nothing: is neither a file nor a take of the library'],
    ['no number of frames', ['DIR/text.png', '--frames', 'x'], '--frames x: must be a whole number; try 1'],
    ['not a film', ['DIR/text.png'], 'FILE DIR/text.png: has no picture in it'],
    ['folder without pictures', ['DIR/holiday'], 'FILE DIR/holiday: is a folder without PNG pictures'],
  ])('extend: %s', async (_name, argv, sentence) => {
    const { code, err } = await extend(...argv);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`onionskin: ${sentence}`) });
  });

  it.each<[string, readonly string[], string]>([
    [
      'unknown preset',
      ['export', 'Film', '--preset', 'avi', '--out', 'DIR/a.avi'],
      '--preset avi: is not a preset; try one of: h264-mp4, prores-mov, gif, png-sequence, timeline',
    ],
    [
      'no preset',
      ['export', 'Film', '--out', 'DIR/a.gif'],
      '--preset: is not a preset; try one of: h264-mp4, prores-mov, gif, png-sequence, timeline',
    ],
    [
      'no such project',
      ['export', 'Film', '--preset', 'gif', '--out', 'DIR/a.gif'],
      'PROJECT Film: there is no such project in this library',
    ],
    ['no folder', ['models', 'add', 'DIR/none'], 'DIR DIR/none: is not a folder; name the folder of a model package'],
    ['no such model', ['models', 'verify', 'huge'], 'huge'],
  ])('%s', async (_name, argv, sentence) => {
    const { code, err } = await cli(...argv, '--library', 'DIR/library');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(sentence) });
  });

  it('is one event with --json, and still a sentence on stderr', async () => {
    const { code, out, err } = await generate('--size', '100x100', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      event: 'error',
      error: { code: 'input/invalid', detail: { field: '--size', value: '100x100', remedy: 'try 96x96 or 128x128' } },
    });
    expect(err).toContain('--size 100x100');
  });

  it('is said when nothing was asked for', async () => {
    const { code, err } = await cli();
    expect(code).toBe(2);
    expect(err).toContain('Usage: onionskin');
  });
});

describe('commands that need no model run', () => {
  it('prints its version and its help', async () => {
    expect(await cli('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    expect(await cli('generate', '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--guidance <g>'),
      err: '',
    });
  });

  it('lists and verifies the embedded model', async () => {
    const listed = await cli('models', 'list', '--library', 'DIR/library');
    expect(listed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^pocket {2}.*128x128, 9 frames at 8\/s, \d+ MiB, embedded\n$/),
    });
    const verified = await cli('models', 'verify', 'pocket', '--json', '--library', 'DIR/library');
    const events = verified.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'file').every(({ ok }) => ok)).toBe(true);
    expect(events.at(-1)).toEqual({ event: 'done', models: ['pocket'] });
  });

  it('refuses a library that another one has open', async () => {
    const { studio } = await createHeadlessStudio(resolve('out/main')).open(join(dir, 'busy'));
    try {
      const { code, err } = await cli('models', 'list', '--library', 'DIR/busy');
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringContaining('The library is open in another Onionskin.'),
      });
    } finally {
      await studio.close();
    }
  });
});
