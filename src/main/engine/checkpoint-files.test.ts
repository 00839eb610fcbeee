/** What a stop, a damaged disk or another version may leave in a job's folder, and what becomes of it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aRecipe, aWindow } from '../../../test/support/pocket';
import { tempDir } from '../../../test/support/temp-dir';
import { canonicalJson } from '../services/takes/recipe-hash';
import { CheckpointFiles, discardCheckpoints, peekCheckpoint, type RunState } from './checkpoint-files';

const recipe = aRecipe({
  frameCount: 10,
  windows: [aWindow(), aWindow({ start: 1, prefix: 4, frames: 9, keepFrom: 5, keepTo: 10 })],
});
const spent = { load: 0.5, encode: 0, denoise: 1.25, decode: 0, write: 0, total: 2, transformer: 1 };
const tenFrames = Array.from({ length: 10 }, (_, index) => ({ index, hash: String(index).repeat(64), bytes: 100 }));
const frames = tenFrames.slice(0, 5);

function aState(window: number, step: number): RunState {
  // In the middle of a larger buffer, as a family may hold them.
  const latents = step === 0 ? null : new Float32Array([9, step, -0, 1e-40, Math.fround(0.1), 9]).subarray(1, 5);
  return { window, step, scheduler: { position: step }, rng: null, frames: window === 0 ? [] : frames, spent, latents };
}

function folder(dir = join(tempDir(), 'jobs', 'job')) {
  const notes: string[] = [];
  const files = (more: { recipe?: typeof recipe; onnxruntime?: string } = {}) =>
    new CheckpointFiles({ dir, recipe, onnxruntime: '1.30.0', onRejected: (why) => notes.push(why), ...more });
  const hasAll = () => Promise.resolve(true);
  return { dir, notes, files, reopen: (more = {}) => files(more).open(hasAll), names: () => readdirSync(dir).sort() };
}

async function twoGenerations() {
  const at = folder();
  const files = at.files();
  await files.open(() => Promise.resolve(true));
  await files.write(aState(1, 1));
  await files.write(aState(1, 2));
  return { ...at, write: (state: RunState) => files.write(state) };
}

/** Changes a header and its checksum with it, as another version of the app would have written it. */
function rewriteHeader(dir: string, n: number, change: object): void {
  const path = join(dir, `checkpoint-${n}.json`);
  const { header } = JSON.parse(readFileSync(path, 'utf8')) as { header: object };
  const changed = { ...header, ...change };
  const sha256 = createHash('sha256').update(canonicalJson(changed)).digest('hex');
  writeFileSync(path, JSON.stringify({ sha256, header: changed }));
}

describe('a state', () => {
  test('is read back as it was written, bit by bit; a folder without one says so', async () => {
    const { reopen, write, dir } = await twoGenerations();
    expect(await folder().reopen()).toBeNull();
    const state = await reopen();
    expect(state).toEqual(aState(1, 2));
    expect(Object.is(state?.latents?.[1], -0)).toBe(true);
    expect(peekCheckpoint(dir, recipe)).toEqual({ window: 1, step: 2 });
    const atTheEnd = { ...aState(2, 0), frames: tenFrames };
    await write(atTheEnd);
    expect(await reopen()).toEqual(atTheEnd);
  });

  test('two generations are kept, whatever their number, also across openings', async () => {
    const { dir, files, names } = await twoGenerations();
    for (let step = 1; step <= 3; step++) {
      const again = files();
      await again.open(() => Promise.resolve(true));
      await again.write(aState(1, step));
    }
    expect(names()).toEqual(['checkpoint-4.f32', 'checkpoint-4.json', 'checkpoint-5.f32', 'checkpoint-5.json']);
    expect(peekCheckpoint(dir, recipe)).toEqual({ window: 1, step: 3 });
  });
});

describe('a stop in the middle of writing', () => {
  test('leaves the generation before, and its rests are removed', async () => {
    const { dir, reopen, names, notes } = await twoGenerations();
    writeFileSync(join(dir, 'checkpoint-3.f32'), 'complete, but never named');
    writeFileSync(join(dir, '.checkpoint-3.json.0a1b.tmp'), '{"sha2');
    writeFileSync(join(dir, 'plan.json'), 'not ours');
    expect(await reopen()).toEqual(aState(1, 2));
    expect(names()).toEqual(
      ['checkpoint-1.f32', 'checkpoint-1.json', 'checkpoint-2.f32', 'checkpoint-2.json', 'plan.json'].sort(),
    );
    expect(notes).toEqual([]);
  });
});

describe('what cannot be used is moved aside and the generation before is taken', () => {
  test.each<[string, (dir: string) => void, string]>([
    ['latents cut off', (dir) => truncateSync(join(dir, 'checkpoint-2.f32'), 8), 'its latents are cut off or damaged'],
    ['a flipped bit in the latents', (dir) => flip(join(dir, 'checkpoint-2.f32'), 5), 'its latents are cut off'],
    ['an empty header', (dir) => truncateSync(join(dir, 'checkpoint-2.json'), 0), 'it is cut off'],
    ['half a header', (dir) => truncateSync(join(dir, 'checkpoint-2.json'), 200), 'it is cut off'],
    ['a header of another form', (dir) => writeFileSync(join(dir, 'checkpoint-2.json'), '[]'), 'the form'],
    ['another step, by a flipped digit', changeDigit, 'its checksum does not fit'],
    ['another version', (dir) => rewriteHeader(dir, 2, { schema: 2 }), 'it has version 2, this is 1'],
    ['a step that the run does not have', (dir) => rewriteHeader(dir, 2, { step: 99 }), 'window 1, step 99'],
    ['a window that the run does not have', (dir) => rewriteHeader(dir, 2, { window: 3 }), 'window 3, step 2'],
    ['no latents for its step', (dir) => rewriteHeader(dir, 2, { latents: null }), 'is not in the run'],
    ['a frame it does not name', (dir) => rewriteHeader(dir, 2, { frames: [] }), 'it does not name frame 0'],
    ['latents that are a folder', folderInPlace, 'it cannot be read (EISDIR)'],
  ])('%s', async (_, damage, why) => {
    const { dir, reopen, names, notes } = await twoGenerations();
    damage(dir);
    expect(await reopen()).toEqual(aState(1, 1));
    expect(notes).toEqual([expect.stringMatching(/^step checkpoint 2 is not used: /)]);
    expect(notes[0]).toContain(why);
    const aside = ['checkpoint.f32.bad', 'checkpoint.json.bad'];
    expect(names()).toEqual(['checkpoint-1.f32', 'checkpoint-1.json', ...aside]);
  });

  test.each<[string, object, string]>([
    ['another recipe', { recipe: { ...recipe, seed: 2 } }, 'it belongs to another recipe'],
    ['another runtime', { onnxruntime: '1.31.0' }, 'it was made with ONNX Runtime 1.30.0, this is 1.31.0'],
  ])('%s leaves none, and the run begins again', async (_, more, why) => {
    const { reopen, names, notes } = await twoGenerations();
    expect(await reopen(more)).toBeNull();
    expect(notes).toEqual([`step checkpoint 2 is not used: ${why}`, `step checkpoint 1 is not used: ${why}`]);
    expect(names()).toEqual(['checkpoint.f32.bad', 'checkpoint.json.bad']);
  });

  test('a frame that is gone', async () => {
    const { files, notes } = await twoGenerations();
    expect(await files().open((hash) => Promise.resolve(!hash.startsWith('3')))).toBeNull();
    expect(notes[0]).toContain('its frame 333333333333… is gone');
  });
});

describe('main', () => {
  test('looks where a job would go on, past what is damaged, and never fails for it', async () => {
    const { dir } = await twoGenerations();
    expect(peekCheckpoint(join(dir, 'nothing'), recipe)).toBeNull();
    expect(peekCheckpoint(dir, { ...recipe, steps: 4 })).toBeNull();
    truncateSync(join(dir, 'checkpoint-2.f32'), 8);
    expect(peekCheckpoint(dir, recipe)).toEqual({ window: 1, step: 1 });
    truncateSync(join(dir, 'checkpoint-1.json'), 8);
    expect(peekCheckpoint(dir, recipe)).toBeNull();
  });

  test('gives it up without touching what else a job keeps', async () => {
    const { dir, reopen, names } = await twoGenerations();
    truncateSync(join(dir, 'checkpoint-2.f32'), 8);
    await reopen();
    writeFileSync(join(dir, '.checkpoint-3.json.0a1b.tmp'), '');
    writeFileSync(join(dir, 'plan.json'), '{}');
    discardCheckpoints(dir);
    expect(names()).toEqual(['plan.json']);
    discardCheckpoints(dir);
    const alone = await twoGenerations();
    discardCheckpoints(alone.dir);
    expect(() => alone.names()).toThrow('ENOENT');
    discardCheckpoints(alone.dir);
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function changeDigit(dir: string): void {
  const path = join(dir, 'checkpoint-2.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"step":2', '"step":1'));
}

/** Not a file at all: what a careless restore may leave. */
function folderInPlace(dir: string): void {
  const path = join(dir, 'checkpoint-2.f32');
  rmSync(path);
  mkdirSync(path);
}
