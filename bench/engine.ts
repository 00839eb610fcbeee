/**
 * The engine beside torch: milliseconds of a denoising step and of a decoded frame on the same models, sizes and threads,
 * by turns in one run, so that whatever else the machine does falls on both. Then what the sampling loop costs over the
 * time inside ONNX Runtime, and the engine process's memory. Without a Python that has torch there are only our figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EngineHost } from '@main/engine/engine-host';
import { forkEngine } from '@main/engine/engine-process';
import { loadModelPackage, SCHEDULER_FILE, SchedulerConfigFile } from '@main/engine/model-package';
import { leaveOutMaglev } from '@main/engine/node-compiler';
import { float32Tensor, OnnxSession } from '@main/engine/onnx-session';
import { readPackageJson } from '@main/engine/package-files';
import { Runner } from '@main/engine/runner';
import { FrameStore } from '@main/services/media/frame-store';
import { Recipe } from '@contracts/recipe';
import { findPython } from '../test/support/find-python';
import { forgetPeak, peakMiB, residentMiB } from './resident';
import { percentile, round } from './statistics';
import { TorchSide, type Times } from './torch-side';

const root = path.resolve(import.meta.dirname, '../..');
/** Of each side: at least so many, and so many more as fit into the seconds, for models whose run takes milliseconds. */
const ROUNDS = { warmUpSeconds: 3, min: 7, max: 60, seconds: 4 };

/**
 * Clips large enough that a step is more than the milliseconds it takes to call a graph at all: what the loop costs for
 * each call is a share of nothing on a model with a few thousand weights.
 */
const cases = [
  { case: 'pocket', package: 'resources/models/pocket', frames: 9, width: 128, height: 128, steps: 8 },
  {
    ...{ case: 'animatediff-tiny', package: 'test/fixtures/animatediff-tiny/package' },
    ...{ frames: 16, width: 64, height: 64, steps: 8 },
  },
  {
    ...{ case: 'svd-tiny', package: 'test/fixtures/svd-tiny/package' },
    ...{ frames: 8, width: 64, height: 64, steps: 6, startsFromPicture: true },
  },
  {
    ...{ case: 'unet3d-tiny', package: 'test/fixtures/unet3d-tiny/package' },
    ...{ frames: 8, width: 64, height: 64, steps: 6 },
  },
  {
    ...{ case: 'text2video-zero-tiny', package: 'test/fixtures/text2video-zero-tiny/package' },
    ...{ frames: 8, width: 128, height: 128, steps: 7 },
  },
  {
    ...{ case: 'wan-tiny', package: 'test/fixtures/wan-tiny/text' },
    ...{ frames: 33, width: 128, height: 128, steps: 6 },
  },
  {
    ...{ case: 'ltx-tiny', package: 'test/fixtures/ltx-tiny/plain' },
    ...{ frames: 65, width: 128, height: 128, steps: 6 },
  },
] as const satisfies readonly Case[];

interface Case {
  readonly case: string;
  readonly package: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** The model makes nothing from nothing: frame 0 is given. */
  readonly startsFromPicture?: boolean;
}

interface OwnTimes extends Times {
  /** Inside session.run. */
  readonly graphMsPerStep: number;
  /** What the loop takes over that. */
  readonly overheadPercent: number;
}

/** @param part one case only; `memory`: that alone */
export async function benchEngine(part?: string): Promise<unknown> {
  // As the engine's own process does.
  leaveOutMaglev();
  const found = findPython(root, ['torch', 'diffusers', 'transformers']);
  if ('missing' in found) process.stderr.write(`bench: without torch: ${found.missing}\n`);
  const torch = 'python' in found ? await TorchSide.start(found.python, root) : null;
  try {
    const figures: Record<string, unknown> = {};
    for (const one of cases.filter((each) => part === undefined || part === each.case))
      for (const threads of threadCounts())
        figures[`${one.case}, ${threads} threads`] = await sideBySide(one, threads, torch);
    return {
      torch: torch?.versions ?? ('missing' in found ? found.missing : null),
      ...figures,
      ...((part ?? 'memory') === 'memory' && { memory: await memory() }),
    };
  } finally {
    torch?.close();
  }
}

/** One, and what the app would use here: more would have the two sides fight with each other's spinning threads. */
function threadCounts(): number[] {
  return [...new Set([1, Math.min(8, Math.max(1, os.availableParallelism() - 1))])];
}

async function sideBySide(one: Case, threads: number, torch: TorchSide | null): Promise<unknown> {
  const temp = mkdtempSync(path.join(os.tmpdir(), 'onionskin-bench-'));
  const runner = new Runner();
  const { case: name, frames, width, height, steps } = one;
  const request = { case: name, frames, width, height, steps, guidance: 3, threads };
  try {
    const recipe = await recipeOf(one, threads, path.join(temp, 'frames'));
    const run = () => ownRun(runner, one, recipe, path.join(temp, 'frames'));
    // The first of each opens graphs and builds modules; those after it warm compilers and caches.
    await warmUp(run);
    if (torch) await warmUp(() => torch.run(request));
    const [ours, theirs]: [OwnTimes[], Times[]] = [[], []];
    const until = performance.now() + ROUNDS.seconds * 1000;
    while (ours.length < ROUNDS.min || (ours.length < ROUNDS.max && performance.now() < until)) {
      ours.push(await run());
      if (torch) theirs.push(await torch.run(request));
    }
    const median = (key: keyof OwnTimes): number =>
      percentile(
        ours.map((times) => times[key]),
        0.5,
      );
    const row = (key: keyof Times) => {
      const own = median(key);
      if (theirs.length === 0) return { ours: round(own) };
      const other = percentile(
        theirs.map((times) => times[key]),
        0.5,
      );
      return { ours: round(own), torch: round(other), timesTorch: round(own / other, 2) };
    };
    return {
      clip: `${frames} frames ${width}x${height}, guidance 3`,
      rounds: ours.length,
      stepMs: row('stepMs'),
      graphMsPerStep: round(median('graphMsPerStep')),
      decodeMsPerFrame: row('decodeMsPerFrame'),
      loopOverheadPercent: round(median('overheadPercent'), 2),
    };
  } finally {
    await runner.close();
    rmSync(temp, { recursive: true, force: true });
  }
}

async function warmUp(run: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + ROUNDS.warmUpSeconds * 1000;
  do await run();
  while (performance.now() < until);
}

async function ownRun(runner: Runner, one: Case, recipe: Recipe, framesDir: string): Promise<OwnTimes> {
  const { seconds } = await runner.run(
    { jobId: 'bench', recipe, packageDir: path.join(root, one.package), framesDir },
    { onProgress: () => undefined, onFrames: () => undefined, signal: new AbortController().signal },
  );
  return {
    stepMs: (seconds.denoise * 1000) / one.steps,
    decodeMsPerFrame: (seconds.decode * 1000) / one.frames,
    graphMsPerStep: (seconds.transformer * 1000) / one.steps,
    overheadPercent: (seconds.denoise / seconds.transformer - 1) * 100,
  };
}

async function recipeOf(one: Case, threads: number, framesDir: string): Promise<Recipe> {
  const { package: dir, frames, width, height, steps, startsFromPicture = false } = one;
  const { manifest } = await loadModelPackage(path.join(root, dir));
  const { _class_name: className, ...config } = await readPackageJson(
    path.join(root, dir),
    SCHEDULER_FILE,
    SchedulerConfigFile,
  );
  const known = startsFromPicture ? [{ index: 0, frame: await aPicture(framesDir, width, height) }] : [];
  const { motion } = manifest.defaults;
  const window = { start: 0, frames, prefix: known.length, later: null, keepFrom: 0, keepTo: frames };
  return Recipe.parse({
    ...{ schema: 1, family: manifest.family, role: 'first', width, height, rate: { num: 8, den: 1 } },
    model: {
      id: manifest.id,
      version: manifest.version,
      files: Object.fromEntries(manifest.files.map(({ path: file, sha256 }) => [file, sha256])),
    },
    ...{ frameCount: frames, steps, guidance: 3, seed: 1, scheduler: { class: className, config }, known },
    ...(motion && { motion }),
    windows: [
      {
        ...window,
        prompt: manifest.conditioning.text ? 'a red ball bouncing on a blue background' : '',
        negative: '',
        seed: 1,
      },
    ],
    ...{ provider: 'cpu', threads, versions: { app: 'bench', onnxruntime: 'bench' } },
  });
}

async function aPicture(framesDir: string, width: number, height: number): Promise<string> {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 31) % 256);
  return (await new FrameStore(framesDir).put(rgb, width, height)).hash;
}

/** What decoding the clip takes beside the decoder's weights: the most that any of pocket's graphs needs at once. */
async function decoderActivationsMiB(packageDir: string, { frames, width, height }: Case): Promise<number> {
  const { vae } = await loadModelPackage(packageDir);
  const decoder = await OnnxSession.open(path.join(packageDir, 'vae_decoder', 'model.onnx'), {
    threads: 1,
    provider: 'cpu',
  });
  try {
    const dims = [1, vae.latentChannels, frames, height / vae.spatialRatio, width / vae.spatialRatio];
    const latents = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    const before = residentMiB(process.pid);
    forgetPeak();
    await decoder.run({ latent_sample: float32Tensor(latents, dims) }, 'sample');
    return peakMiB() - before;
  } finally {
    await decoder.release();
  }
}

/** The engine in a process of its own, at its highest, against the graphs it had open. Pocket keeps all of its graphs. */
async function memory(): Promise<unknown> {
  const temp = mkdtempSync(path.join(os.tmpdir(), 'onionskin-bench-'));
  const host = new EngineHost({ spawn: () => forkEngine(path.join(root, 'out/main/engine.js')) });
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  try {
    const one = cases[0];
    const recipe = await recipeOf(one, 1, path.join(temp, 'frames'));
    const packageDir = path.join(root, one.package);
    await host.runtime();
    const idleMiB = residentMiB(host.pid);
    const { report } = await host.run({ jobId: 'bench', recipe, packageDir, framesDir: path.join(temp, 'frames') });
    const { manifest } = await loadModelPackage(packageDir);
    const graphs = manifest.files.filter((file) => /\.(onnx|data)$/.test(file.path));
    const peakBytes = report.peakBytes ?? NaN;
    const largestGraphMiB = mib(Math.max(...graphs.map(({ bytes }) => bytes)));
    const activationsMiB = await decoderActivationsMiB(packageDir, one);
    const graphBytes = graphs.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      model: manifest.id,
      peakMiB: mib(peakBytes),
      /** Node and ONNX Runtime before the first graph is opened; Linux only. */
      idleMiB,
      graphsMiB: mib(graphBytes),
      largestGraphMiB,
      /** Weights as float32, buffers, what arenas keep, and the activations. */
      restMiB: mib(peakBytes - graphBytes) - idleMiB,
      activationsMiB,
      /** What is left of the largest graph, the activations and 150 MiB over the process before its first graph. */
      underBarMiB: largestGraphMiB + activationsMiB + 150 - (mib(peakBytes) - idleMiB),
    };
  } finally {
    await host.close();
    rmSync(temp, { recursive: true, force: true });
  }
}
