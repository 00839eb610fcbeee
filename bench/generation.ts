/**
 * Twenty generations through the whole studio (queue, engine process, SQLite), watched from the main process:
 * its event-loop lag, the denoising loop's overhead over the time inside session.run, and the engine's memory. Then clips
 * whose every frame reads a prompt of its own, by turns with clips of one prompt.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { planDirect } from '@core/prompt/plan';
import type { RunSeconds } from '@contracts/engine';
import { openStudio } from '@main/compose';
import { forkEngine } from '@main/engine/engine-process';
import { silentLog } from '@main/platform/log';
import { forkExporter } from '@main/services/export/fork-exporter';
import { plainMix } from '../test/support/pocket';
import { watchLag } from './lag';
import { residentMiB } from './resident';
import { percentile, round } from './statistics';

const generations = 20;
/** One for each frame of a clip. */
const colors = ['red', 'green', 'blue', 'pink', 'white', 'black', 'purple', 'orange', 'yellow'];
/** Of each sort, by turns. */
const PROMPT_ROUNDS = 6;

export async function benchGeneration(): Promise<unknown> {
  const root = path.resolve(import.meta.dirname, '../..');
  const libraryDir = mkdtempSync(path.join(os.tmpdir(), 'onionskin-bench-'));
  let enginePid: number | undefined;
  const built = (name: string): string => path.join(root, 'out/main', `${name}.js`);
  const studio = await openStudio({
    libraryDir,
    embeddedModelsDir: path.join(root, 'resources/models'),
    appVersion: 'bench',
    log: silentLog,
    spawnEngine: () => {
      const engine = forkEngine(built('engine'));
      enginePid = engine.pid;
      return engine;
    },
    spawnExporter: () => forkExporter(built('exporter')),
    spawnProbe: () => forkExporter(built('probe')),
  });
  try {
    const model = studio.models.list()[0];
    if (!model) throw new Error('the embedded model is missing');
    const { manifest } = model;
    const stopLag = watchLag();
    const runs: RunSeconds[] = [];
    const rssMiB: number[] = [];
    const generate = async (seed: number, isOnePerFrame = false): Promise<RunSeconds> => {
      const [width, height] = manifest.nativeSize;
      const { draft } = planDirect({
        modelId: manifest.id,
        rate: manifest.nativeRate,
        limits: manifest,
        width,
        height,
        frameCount: manifest.nativeFrames,
        prompt: 'a red ball bouncing on a blue background',
        negative: '',
        seed,
        steps: manifest.defaults.steps,
        guidance: manifest.defaults.guidance,
      });
      if (isOnePerFrame) {
        const mixes = colors.map((color) => plainMix(1, `a ${color} ball bouncing on a blue background`));
        for (const window of draft.windows) window.travel = mixes;
      }
      const jobId = await studio.jobs.generate({
        projectId: null,
        shotId: 'bench',
        segmentId: `bench-${seed}`,
        parentTakeId: null,
        draft,
      });
      const job = await studio.jobs.settled(jobId);
      if (job.state !== 'done' || !job.seconds)
        throw new Error(`generation ${seed} ended ${job.state}: ${job.error?.message ?? ''}`);
      return job.seconds;
    };
    for (let seed = 0; seed < generations; seed++) {
      runs.push(await generate(seed));
      rssMiB.push(residentMiB(enginePid));
    }
    const lag = stopLag();
    const inTurn: Record<'one' | 'each', number[]> = { one: [], each: [] };
    for (let seed = 0; seed < PROMPT_ROUNDS; seed++) {
      inTurn.one.push((await generate(seed)).denoise);
      inTurn.each.push((await generate(seed, true)).denoise);
    }
    // The first run loads sessions; growth is counted from the second.
    const steady = runs.slice(1);
    const overhead = steady.map(({ denoise, transformer }) => denoise / transformer - 1);
    return {
      generations,
      clip: `${manifest.nativeFrames} frames ${manifest.nativeSize.join('x')}, ${manifest.defaults.steps} steps`,
      secondsPerClip: round(
        percentile(
          steady.map(({ total }) => total),
          0.5,
        ),
      ),
      firstClipSeconds: round(runs[0]?.total ?? NaN),
      mainLoopLagMs: {
        p50: round(percentile(lag, 0.5)),
        p99: round(percentile(lag, 0.99)),
        max: round(Math.max(...lag)),
        samples: lag.length,
      },
      denoisingWithAPromptForEachFrame: `${round(percentile(inTurn.each, 0.5) / percentile(inTurn.one, 0.5), 2)} × one prompt`,
      denoisingOverheadPercent: round(percentile(overhead, 0.5) * 100, 2),
      engineRssMiB: {
        afterFirst: rssMiB[0],
        afterSecond: rssMiB[1],
        last: rssMiB.at(-1),
        growthFromSecond: (rssMiB.at(-1) ?? 0) - (rssMiB[1] ?? 0),
      },
    };
  } finally {
    await studio.close();
    rmSync(libraryDir, { recursive: true, force: true });
  }
}
