/** The host over real child processes: the engine that ships, forked, and small ones that misbehave. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunProgress } from '@contracts/engine';
import { buildEngine } from '../../../test/support/build-engine';
import { aRecipe, aTempDir, aWindow, pocketDir } from '../../../test/support/pocket';
import { EngineHost, type EngineHostOptions, type EngineRunRequest, type MadeFrame } from './engine-host';
import { forkEngine, type EngineProcess } from './engine-process';
import { Runner } from './runner';

const temp = aTempDir();
const framesDir = join(temp.dir, 'frames');
let entry = '';
let host: EngineHost | null = null;
beforeAll(async () => {
  entry = await buildEngine();
});
afterEach(async () => {
  await host?.close();
  host = null;
});
afterAll(temp.remove);

function aHost(options: Partial<EngineHostOptions> = {}): EngineHost {
  host = new EngineHost({ spawn: () => forkEngine(entry), ...options });
  return host;
}

const aRun = (overrides: Partial<EngineRunRequest> = {}): EngineRunRequest => ({
  jobId: 'job',
  recipe: aRecipe(),
  packageDir: pocketDir,
  framesDir,
  ...overrides,
});

let scripts = 0;
/** An engine made of a few lines. */
function aScript(lines: string): () => EngineProcess {
  const path = join(temp.dir, `engine-${scripts++}.cjs`);
  writeFileSync(path, `process.on('message', onMessage); function onMessage(m) { ${lines} }\n${READY}`);
  return () => forkEngine(path);
}
const READY = `process.on('disconnect', () => process.exit()); process.send({ type: 'ready', onnxruntime: '0', providers: ['cpu'] });`;
const FIRST_PROGRESS = JSON.stringify({
  type: 'progress',
  progress: {
    jobId: 'job',
    seq: 0,
    stage: 'denoising',
    window: 0,
    windows: 1,
    step: 0,
    steps: 1,
    stepMs: null,
    elapsedMs: 0,
    remainingMs: null,
    fraction: 0,
  },
});

describe('EngineHost over the real engine', () => {
  test('gives the frames that the same recipe gives in this process, and tells of them on the way', async () => {
    const runner = new Runner();
    const here = await runner.run(
      { jobId: 'here', recipe: aRecipe(), packageDir: pocketDir, framesDir: join(temp.dir, 'here') },
      { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal },
    );
    await runner.close();
    const progress: RunProgress[] = [];
    const told: MadeFrame[] = [];
    const there = await aHost().run(
      aRun({ onProgress: (p) => progress.push(p), onFrames: (frames) => told.push(...frames) }),
    );
    expect(there.frames).toEqual(here.frames);
    expect(told.map(({ index, hash }) => [index, hash])).toEqual(here.frames.map((hash, index) => [index, hash]));
    expect(progress.map(({ seq }) => seq)).toEqual(progress.map((_, i) => i));
    expect(progress.at(-1)?.stage).toBe('writing');
  });

  test('one process serves many runs, and says what it runs on', async () => {
    const engine = aHost();
    expect(await engine.runtime()).toMatchObject({
      onnxruntime: '1.30.0',
      providers: expect.arrayContaining(['cpu']) as string[],
    });
    const { pid } = engine;
    const first = await engine.run(aRun());
    expect(await engine.run(aRun({ jobId: 'again' }))).toMatchObject({ frames: first.frames });
    expect(engine.pid).toBe(pid);
  });

  test('killed in the middle of a run: the run fails by name, the next one starts a new engine', async () => {
    const engine = aHost();
    let killed: number | undefined;
    const crash = engine.run(
      aRun({
        recipe: aRecipe({ steps: 20 }),
        onProgress: ({ stage, step }) => {
          if (stage !== 'denoising' || step !== 2 || killed !== undefined) return;
          killed = engine.pid;
          process.kill(killed ?? 0, 'SIGKILL');
        },
      }),
    );
    await expect(crash).rejects.toMatchObject({ code: 'engine/crashed', detail: { value: 'signal SIGKILL' } });
    expect((await engine.run(aRun())).frames).toHaveLength(5);
    expect(engine.pid).not.toBe(killed);
  });

  test('killed between runs: the next one does not notice', async () => {
    const engine = aHost();
    await engine.runtime();
    const gone = new Promise<void>((resolve) => {
      const watch = (): void => (engine.pid === undefined ? resolve() : void setImmediate(watch));
      watch();
    });
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await gone;
    expect((await engine.run(aRun())).frames).toHaveLength(5);
  });

  test.each([0, 1, 2, 3])('cancelled at step %i it stops there, and the engine lives on', async (at) => {
    const engine = aHost();
    await engine.runtime();
    const { pid } = engine;
    const abort = new AbortController();
    const seen: number[] = [];
    const cancelled = engine.run(
      aRun({
        recipe: aRecipe({ steps: 30 }),
        signal: abort.signal,
        onProgress: ({ stage, step }) => {
          if (stage === 'denoising') seen.push(step);
          if (stage === 'denoising' && step === at) abort.abort();
        },
      }),
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    // The cancel is read between steps, so a step that had begun may still end.
    expect(seen.at(-1)).toBeLessThan(30);
    expect((await engine.run(aRun())).frames).toHaveLength(5);
    expect(engine.pid).toBe(pid);
  });

  test('released between two runs it gives its process back, and the next run starts another', async () => {
    const engine = aHost();
    await engine.release();
    const first = await engine.run(aRun());
    const { pid } = engine;
    await engine.release();
    expect(engine.pid).toBeUndefined();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    expect(await engine.run(aRun())).toMatchObject({ frames: first.frames });
  });

  test('a run that was cancelled before it began never starts an engine', async () => {
    const engine = aHost({ spawn: () => expect.unreachable('spawned') });
    await expect(engine.run(aRun({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a named failure comes across with its field and remedy', async () => {
    const recipe = aRecipe({ known: [{ index: 0, frame: 'd'.repeat(64) }], windows: [aWindow({ prefix: 1 })] });
    await expect(aHost().run(aRun({ recipe }))).rejects.toMatchObject({
      name: 'AppError',
      code: 'media/not-found',
      detail: { field: 'frame', value: 'd'.repeat(64) },
    });
  });

  test('a request off the contract is refused by the engine', async () => {
    const recipe = { ...aRecipe(), steps: -1 };
    await expect(aHost().run(aRun({ recipe }))).rejects.toMatchObject({
      code: 'input/invalid',
      detail: { field: 'recipe.steps' },
    });
  });

  test('closing ends the process, also in the middle of a run', async () => {
    const engine = aHost();
    let isStarted: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (isStarted = resolve));
    const running = engine.run(
      aRun({ recipe: aRecipe({ steps: 100 }), onProgress: ({ stage }) => stage === 'denoising' && isStarted() }),
    );
    await started;
    const { pid } = engine;
    await Promise.all([expect(running).rejects.toMatchObject({ code: 'cancelled' }), engine.close()]);
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    await engine.close();
  });
});

describe('EngineHost over engines that misbehave', () => {
  test('one that never answers a cancel is killed after the grace period', async () => {
    const abort = new AbortController();
    const spawn = aScript(`if (m.type === 'run') process.send(${FIRST_PROGRESS}, () => { while (true); });`);
    const engine = aHost({ spawn, cancelGraceMs: 50, closeGraceMs: 50 });
    await engine.runtime();
    const { pid } = engine;
    const hung = engine.run(aRun({ signal: abort.signal, onProgress: () => abort.abort() }));
    await expect(hung).rejects.toMatchObject({ code: 'cancelled' });
    expect(engine.pid).toBeUndefined();
    await engine.runtime();
    expect(engine.pid).not.toBe(pid);
  });

  test('one that ends by itself is named with its exit code and its last words', async () => {
    const engine = aHost({
      spawn: aScript(
        `process.stderr.write('native abort: '); process.stderr.write('bad luck', () => process.exit(3));`,
      ),
    });
    await expect(engine.run(aRun())).rejects.toMatchObject({
      code: 'engine/crashed',
      detail: { value: 'exit code 3' },
      cause: { message: 'native abort: bad luck' },
    });
  });

  test('one that cannot be started is named', async () => {
    const engine = aHost({ spawn: () => forkEngine(join(temp.dir, 'not-there.cjs')) });
    await expect(engine.run(aRun())).rejects.toMatchObject({
      code: 'engine/crashed',
      detail: { value: 'exit code 1' },
    });
  });

  test('one that never says it is ready is given up', async () => {
    const path = join(temp.dir, 'silent.cjs');
    writeFileSync(path, 'process.on("message", () => undefined);');
    const engine = aHost({ spawn: () => forkEngine(path), readyTimeoutMs: 50 });
    await expect(engine.run(aRun())).rejects.toMatchObject({ code: 'engine/unresponsive' });
    expect(engine.pid).toBeUndefined();
  });

  test('one that breaks the contract is stopped', async () => {
    const engine = aHost({ spawn: aScript(`process.send({ type: 'done', jobId: 'job', frames: ['../../etc'] });`) });
    await expect(engine.run(aRun())).rejects.toThrow('off the contract');
    expect(engine.pid).toBeUndefined();
  });

  test('one that falls silent in the middle of a step is killed, by name; the next run starts another', async () => {
    const spawn = aScript(`if (m.type === 'run') process.send(${FIRST_PROGRESS}, () => { while (true); });`);
    const engine = aHost({ spawn, silenceMs: 20, closeGraceMs: 50 });
    const hung = engine.run(aRun());
    await expect(hung).rejects.toMatchObject({
      code: 'engine/unresponsive',
      detail: { remedy: expect.stringContaining('goes on from the last step') },
    });
    expect(engine.pid).toBeUndefined();
  });

  test('one whose steps are slow, or that takes long outside the loop, is left to work', async () => {
    const sendLater = (progress: string, end: string) =>
      aScript(`if (m.type === 'run') process.send(${progress}); setTimeout(() => process.send(${end}), 300);`);
    const end = `{ type: 'cancelled', jobId: 'job' }`;
    const slow = FIRST_PROGRESS.replace('"stepMs":null', '"stepMs":60000');
    const loading = FIRST_PROGRESS.replace('"stage":"denoising"', '"stage":"loading"');
    for (const progress of [slow, loading]) {
      const engine = aHost({ spawn: sendLater(progress, end), silenceMs: 4, closeGraceMs: 50 });
      await expect(engine.run(aRun())).rejects.toMatchObject({ code: 'cancelled' });
      await engine.close();
    }
  });

  test('whatever stops a run asks it to write down where it is, but for a cancel', async () => {
    const failed = `{ type: 'failed', jobId: 'job', error: { code: 'internal/bug', message: '', detail: {} } }`;
    const note = `{ type: 'note', jobId: 'job', message: String(m.keepState) }`;
    const lines = `if (m.type === 'run') process.send(${FIRST_PROGRESS});
      if (m.type === 'cancel') { process.send(${note}); process.send(${failed}); }`;
    const notes: string[] = [];
    const engine = aHost({ spawn: aScript(lines), closeGraceMs: 50, onNote: (_jobId, text) => notes.push(text) });
    for (const reason of ['pause', 'shutdown', 'cancel', new Error('the disk is full')]) {
      const abort = new AbortController();
      const stopped = engine.run(aRun({ signal: abort.signal, onProgress: () => abort.abort(reason) }));
      await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    }
    expect(notes).toEqual(['true', 'true', 'false', 'true']);
  });

  test('what comes late for an older job is dropped', async () => {
    const stale = `{ type: 'failed', jobId: 'older', error: { code: 'internal/bug', message: 'stale', detail: {} } }`;
    const spawn = aScript(`process.send(${stale}); process.send({ type: 'cancelled', jobId: 'job' });`);
    const engine = aHost({ spawn, closeGraceMs: 50 });
    await expect(engine.run(aRun())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('the engine inherits nothing of the user: no argument, no token', async () => {
  process.env['API_TOKEN'] = 'secret';
  const message = `[process.argv.length, process.execArgv.length, String(process.env.API_TOKEN)].join()`;
  const failed = `{ type: 'failed', jobId: 'job', error: { code: 'internal/bug', message: ${message}, detail: {} } }`;
  const engine = aHost({ spawn: aScript(`process.send(${failed});`), closeGraceMs: 50 });
  try {
    await expect(engine.run(aRun())).rejects.toThrow('2,0,undefined');
  } finally {
    delete process.env['API_TOKEN'];
  }
});
