import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FilmPlan } from '@core/export/plan';
import { buildMain } from '../../../../test/support/build-main';
import { FrameStore } from '../media/frame-store';
import { Exporter, type ExporterProcess, type ExportProgress } from './exporter';
import { forkExporter } from './fork-exporter';
import { ExportTask } from './messages';
import { partialPathOf } from './out-path';

let built: Awaited<ReturnType<typeof buildMain>>;
let dir: string;
let store: FrameStore;

beforeAll(async () => {
  built = await buildMain();
});
afterAll(() => built.remove());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onionskin-exporter-'));
  store = new FrameStore(join(dir, 'frames'));
  await mkdir(join(dir, 'out'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function aTask(count: number, name = 'film.mp4'): Promise<ExportTask> {
  const { hash } = await store.put(new Uint8Array(32 * 32 * 3).fill(120), 32, 32);
  const frames = Array.from({ length: count }, () => [{ frame: hash, opacity256: 256 }]);
  const plan: FilmPlan = { width: 32, height: 32, rate: { num: 8, den: 1 }, from: 0, to: count, frames, missing: [] };
  return {
    plan,
    preset: 'h264-mp4',
    framesDir: store.dir,
    outPath: join(dir, 'out', name),
    recipes: null,
    sound: null,
    smooth: null,
    interchange: null,
  };
}

const spawnReal = (): ExporterProcess => forkExporter(join(built.builtDir, 'exporter.js'));
const jobDir = (): string => join(dir, 'jobs', 'job-1');

describe('Exporter', () => {
  it('writes the film in a child and leaves its plan to be looked at', async () => {
    const task = await aTask(20);
    const seen: ExportProgress[] = [];
    const written = await new Exporter({ spawn: spawnReal }).run(task, {
      jobDir: jobDir(),
      onProgress: (p) => seen.push(p),
    });
    expect(written).toEqual({ frames: 20, bytes: (await readFile(task.outPath)).length });
    expect(seen.at(-1)).toMatchObject({ done: 20, total: 20 });
    expect(ExportTask.parse(JSON.parse(await readFile(join(jobDir(), 'plan.json'), 'utf8')))).toEqual(task);
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  });

  it('brings the child’s error back with its code', async () => {
    const task = await aTask(3);
    await writeFile(store.pathOf(task.plan.frames[0]?.[0]?.frame ?? ''), 'damaged');
    const run = new Exporter({ spawn: spawnReal }).run(task, { jobDir: jobDir() });
    await expect(run).rejects.toMatchObject({ name: 'AppError', code: 'media/unreadable' });
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('says no before starting a child where it can', async () => {
    const spawn = (): ExporterProcess => expect.fail('no child was needed');
    await expect(new Exporter({ spawn }).run(await aTask(0), { jobDir: jobDir() })).rejects.toMatchObject({
      code: 'export/empty',
    });
  });

  it('stops when it is cancelled, and leaves nothing', async () => {
    const task = await aTask(200_000);
    const cancelled = new AbortController();
    const onProgress = (): void => cancelled.abort();
    const run = new Exporter({ spawn: spawnReal }).run(task, {
      jobDir: jobDir(),
      onProgress,
      signal: cancelled.signal,
    });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('kills a child that does not stop, and clears up after it', async () => {
    const task = await aTask(3);
    const cancelled = new AbortController();
    const child = new StubbornChild(async () => {
      await writeFile(partialPathOf(task.outPath), 'half a film');
      cancelled.abort();
    });
    const run = new Exporter({ spawn: () => child, graceMs: 1 }).run(task, {
      jobDir: jobDir(),
      signal: cancelled.signal,
    });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(child.sent.map((message) => (message as { type: string }).type)).toEqual(['export', 'cancel']);
    expect(await readdir(join(dir, 'out'))).toEqual([]);
  });

  it('tells of a child that dies, and keeps the film that was there', async () => {
    const task = await aTask(3);
    await writeFile(task.outPath, 'the good film');
    const child: StubbornChild = new StubbornChild(async () => child.kill());
    const run = new Exporter({ spawn: () => child }).run(task, { jobDir: jobDir() });
    await expect(run).rejects.toMatchObject({
      code: 'export/ffmpeg-failed',
      message: expect.stringContaining('SIGKILL'),
    });
    expect(await readFile(task.outPath, 'utf8')).toBe('the good film');
    expect(await readdir(join(dir, 'out'))).toEqual(['film.mp4']);
  });
});

/** A child that begins its work and never answers. */
class StubbornChild implements ExporterProcess {
  readonly sent: unknown[] = [];
  readonly #events = new EventEmitter();
  readonly #onFirstMessage: () => Promise<void>;

  constructor(onFirstMessage: () => Promise<void>) {
    this.#onFirstMessage = onFirstMessage;
  }

  postMessage(message: unknown): void {
    this.sent.push(message);
    if (this.sent.length === 1) void this.#onFirstMessage();
  }

  onMessage(): void {}

  onExit(listener: (exit: { code: number | null; signal: string | null }) => void): void {
    this.#events.on('exit', listener);
  }

  kill(): void {
    this.#events.emit('exit', { code: null, signal: 'SIGKILL' });
  }
}
