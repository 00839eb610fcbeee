/**
 * A run that was stopped gives the frames of one that was not: stopped by itself at every message it sends, and by
 * SIGKILL at every message, over the engine that ships and the embedded model.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { buildEngine } from '../../../test/support/build-engine';
import { aRecipe, aTempDir, aWindow, pocketDir } from '../../../test/support/pocket';
import { EngineHost } from './engine-host';
import { forkEngine } from './engine-process';
import { DROP_STATE, Runner, type RunHooks, type RunResult } from './runner';

const temp = aTempDir();
const framesDir = join(temp.dir, 'frames');
const runner = new Runner();
let host: EngineHost;
beforeAll(async () => {
  const entry = await buildEngine();
  host = new EngineHost({ spawn: () => forkEngine(entry) });
});
afterAll(async () => {
  await host.close();
  await runner.close();
  temp.remove();
});

let jobs = 0;
const aJobDir = (): string => join(temp.dir, 'jobs', String(jobs++));

const small = { width: 64, height: 64, steps: 6 };
/** The second window goes on from the last frames of the first. */
const twoWindows = aRecipe({
  ...small,
  frameCount: 10,
  windows: [aWindow(), aWindow({ start: 1, frames: 9, prefix: 4, keepFrom: 5, keepTo: 10, seed: 7 })],
});
/** What a run of `twoWindows` tells of itself, in order. */
const messages = [
  ...['loading 0:0', 'encoding-prompt 0:0'],
  ...[0, 1, 2, 3, 4, 5, 6].map((step) => `denoising 0:${step}`),
  ...['decoding 0:6', 'writing 0:6', 'encoding-images 1:0'],
  ...[0, 1, 2, 3, 4, 5, 6].map((step) => `denoising 1:${step}`),
  ...['decoding 1:6', 'writing 1:6'],
];
const nameOf = ({ stage, window, step }: RunProgress): string => `${stage} ${window}:${step}`;
const stepsOf = (told: readonly string[]): string[] => told.filter((name) => name.startsWith('denoising'));
const ownFiles = (dir: string): string[] => readdirSync(dir).filter((name) => !name.endsWith('.bad'));

interface HereOptions extends Partial<RunHooks> {
  readonly recipe?: Recipe;
  readonly jobDir?: string;
  readonly checkpointEveryMs?: number;
}

function runHere({ recipe = twoWindows, jobDir, checkpointEveryMs, ...hooks }: HereOptions = {}): Promise<RunResult> {
  const places = { packageDir: pocketDir, framesDir, jobDir: jobDir ?? null };
  return runner.run(
    { jobId: 'job', recipe, ...places, checkpointEveryMs: checkpointEveryMs ?? null },
    { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal, ...hooks },
  );
}

let whole: RunResult;
beforeAll(async () => {
  const told: string[] = [];
  whole = await runHere({ onProgress: (progress) => told.push(nameOf(progress)) });
  expect(told).toEqual(messages);
});

describe('a run that is stopped between two steps', () => {
  // Once the last window is being written, there is nothing left to stop.
  test.each(messages.slice(0, -1))('at "%s" writes down where it is and goes on from there', async (at) => {
    const jobDir = aJobDir();
    const abort = new AbortController();
    const before: string[] = [];
    const stopped = runHere({
      jobDir,
      signal: abort.signal,
      onProgress: (progress) => {
        before.push(nameOf(progress));
        if (nameOf(progress) === at) abort.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const after: string[] = [];
    const { frames, seconds } = await runHere({ jobDir, onProgress: (progress) => after.push(nameOf(progress)) });
    expect(frames).toEqual(whole.frames);
    // No step is done twice, and none is left out.
    const done = stepsOf(before);
    expect(stepsOf(after).filter((name) => !done.includes(name))).toEqual(stepsOf(messages).slice(done.length));
    expect(stepsOf(after).filter((name) => done.includes(name)).length).toBeLessThanOrEqual(1);
    expect(seconds.total).toBeGreaterThan(seconds.denoise);
  });

  test('a later image, which stands in extra tokens, and frames made backwards go on too', async () => {
    const anchor = whole.frames[0] ?? '';
    const recipe = aRecipe({
      ...small,
      role: 'backward',
      frameCount: 6,
      known: [{ index: 6, frame: anchor }],
      windows: [
        aWindow({ start: 3, frames: 3, later: 6, keepFrom: 3, keepTo: 6 }),
        aWindow({ start: 0, frames: 3, later: 3, keepTo: 3, seed: 5 }),
      ],
    });
    const { frames } = await runHere({ recipe });
    for (const at of ['denoising 0:2', 'denoising 1:4']) {
      const jobDir = aJobDir();
      const abort = new AbortController();
      const onProgress = (progress: RunProgress) => nameOf(progress) === at && abort.abort();
      await expect(runHere({ recipe, jobDir, signal: abort.signal, onProgress })).rejects.toThrow('cancelled');
      const told: string[] = [];
      const rest = await runHere({ recipe, jobDir, onProgress: (progress) => told.push(nameOf(progress)) });
      expect([stepsOf(told)[0], rest.frames]).toEqual([at, frames]);
    }
  });

  test('the frames it had stored are told again, and the seconds it had taken are counted', async () => {
    const jobDir = aJobDir();
    const abort = new AbortController();
    const onProgress = (progress: RunProgress) => nameOf(progress) === 'denoising 1:5' && abort.abort();
    await expect(runHere({ jobDir, signal: abort.signal, onProgress })).rejects.toThrow('cancelled');
    const told: [number, string][] = [];
    const fractions: number[] = [];
    const { seconds } = await runHere({
      jobDir,
      onFrames: (frames) => told.push(...frames.map(({ index, hash }): [number, string] => [index, hash])),
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(told).toEqual(whole.frames.map((hash, index) => [index, hash]));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    // 11 of its 12 steps were done before: one alone would be a fraction of the whole.
    expect(seconds.denoise).toBeGreaterThan(whole.seconds.denoise / 3);
  });

  test('when nobody will go on, nothing is written', async () => {
    const jobDir = aJobDir();
    const abort = new AbortController();
    const onProgress = (progress: RunProgress) => nameOf(progress) === 'denoising 0:3' && abort.abort(DROP_STATE);
    await expect(runHere({ jobDir, signal: abort.signal, onProgress })).rejects.toThrow('cancelled');
    expect(readdirSync(jobDir)).toEqual([]);
  });

  test('steps that take no time are not written one by one; all are when that is asked for', async () => {
    const written = async (checkpointEveryMs: number | undefined): Promise<number> => {
      const jobDir = aJobDir();
      await runHere({ jobDir, ...(checkpointEveryMs !== undefined && { checkpointEveryMs }) });
      return Math.max(0, ...readdirSync(jobDir).map((name) => Number(/\d+/.exec(name)?.[0] ?? 0)));
    };
    expect(await written(3_600_000)).toBe(0);
    // Six steps and the end of the window, twice.
    expect(await written(0)).toBe(14);
  });
});

describe('checkpoints never stand in the way', () => {
  test('what another recipe left is moved aside, told, and the run begins again', async () => {
    const jobDir = aJobDir();
    const abort = new AbortController();
    const onProgress = (progress: RunProgress) => nameOf(progress) === 'denoising 0:3' && abort.abort();
    const recipe = { ...twoWindows, guidance: 2 };
    await expect(runHere({ recipe, jobDir, signal: abort.signal, onProgress })).rejects.toThrow('cancelled');
    const notes: string[] = [];
    const { frames } = await runHere({ jobDir, onNote: (note) => notes.push(note) });
    expect(frames).toEqual(whole.frames);
    expect(notes).toEqual(['step checkpoint 1 is not used: it belongs to another recipe']);
    expect(readdirSync(jobDir).filter((name) => name.endsWith('.bad'))).toHaveLength(2);
  });

  test('a folder that is a file, at the start or on the way, costs a note and nothing else', async () => {
    const taken = aJobDir();
    mkdirSync(join(temp.dir, 'jobs'), { recursive: true });
    writeFileSync(taken, '');
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    expect((await runHere({ jobDir: taken, onNote })).frames).toEqual(whole.frames);
    expect(notes).toEqual([expect.stringContaining('step checkpoints are off')]);

    const jobDir = aJobDir();
    const onProgress = (progress: RunProgress): void => {
      if (nameOf(progress) !== 'denoising 1:2') return;
      rmSync(jobDir, { recursive: true });
      writeFileSync(jobDir, '');
    };
    expect((await runHere({ jobDir, onNote, onProgress, checkpointEveryMs: 0 })).frames).toEqual(whole.frames);
    expect(notes.at(-1)).toContain('the step checkpoint could not be written');
  });
});

describe('an engine that is killed', () => {
  const killedAt = async (jobDir: string, isThen: (name: string) => boolean): Promise<string[]> => {
    const told: string[] = [];
    await host
      .run({
        ...{ jobId: 'job', recipe: twoWindows, packageDir: pocketDir, framesDir, jobDir, checkpointEveryMs: 0 },
        onProgress: (progress) => {
          if (host.pid === undefined) return;
          told.push(nameOf(progress));
          if (isThen(nameOf(progress))) process.kill(host.pid, 'SIGKILL');
        },
      })
      .then(
        ({ frames }) => expect(frames).toEqual(whole.frames),
        (error: unknown) => expect(error).toMatchObject({ code: 'engine/crashed' }),
      );
    return told;
  };

  test.each(messages)('at "%s" has lost no step that it told of', async (at) => {
    const jobDir = aJobDir();
    const before = await killedAt(jobDir, (name) => name === at);
    expect(before).toContain(at);
    const after = stepsOf(await killedAt(jobDir, () => false));
    const lastTold = stepsOf(before).at(-1) ?? 'denoising 0:0';
    const left = stepsOf(messages).slice(stepsOf(messages).indexOf(lastTold));
    // It goes on from what was told last or, since a message takes its time, from a step or stage after it.
    expect(left.join()).toContain(after.join());
    expect(left.join().endsWith(after.join())).toBe(true);
  });

  test('again and again, at every step of one job, comes to the same end and leaves no heap of files', async () => {
    const jobDir = aJobDir();
    let kills = 0;
    for (let isOver = false; !isOver;) {
      const first: string[] = [];
      await killedAt(jobDir, (name) => {
        if (!name.startsWith('denoising')) return false;
        first.push(name);
        // The first message of a run only says where it begins.
        return first.length === 2;
      });
      isOver = first.length < 2;
      if (!isOver) kills++;
      expect(ownFiles(jobDir).filter((name) => name.startsWith('checkpoint-')).length).toBeLessThanOrEqual(5);
      expect(kills).toBeLessThanOrEqual(12);
    }
    expect(kills).toBeGreaterThanOrEqual(4);
    await killedAt(jobDir, () => false);
    expect(ownFiles(jobDir).every((name) => name.startsWith('checkpoint-'))).toBe(true);
  });
});
