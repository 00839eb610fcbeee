/**
 * Runs recipes, one after the other, over one pool of sessions: opens the package, picks the family, measures. The same
 * class serves the engine process and tests that need no process.
 */
import { env, listSupportedBackends } from 'onnxruntime-node';
import { assertFamily, type FamilyName } from '@core/diffusion/families';
import type { RunProgress, RunReport, RunSeconds, StepPreview } from '@contracts/engine';
import type { Recipe } from '@contracts/recipe';
import { FrameStore } from '../services/media/frame-store';
import { CheckpointFiles } from './checkpoint-files';
import { CHECKPOINT_EVERY_MS, Checkpointer } from './checkpointer';
import { runAnimateDiff } from './families/animatediff';
import type { FamilyRun, StoredFrame } from './families/family-run';
import { runLtx } from './families/ltx';
import { runSvd } from './families/svd';
import { runText2VideoZero } from './families/text2video-zero';
import { runUnet3d } from './families/unet3d';
import { runWan } from './families/wan';
import { loadModelPackage, type ModelPackage } from './model-package';
import { ProgressMeter } from './progress-meter';
import { ReportBook } from './report-book';
import { SessionPool } from './session-pool';
import { StageWatch } from './stage-watch';
import { PromptTokenizer } from './tokenizer';

export interface RunRequest {
  readonly jobId: string;
  readonly recipe: Recipe;
  readonly packageDir: string;
  readonly framesDir: string;
  /** Where the run writes down how far it is, and goes on from what lies there. */
  readonly jobDir?: string | null;
  /** Milliseconds of work that may be lost to a stop; 0 = every step is written. */
  readonly checkpointEveryMs?: number | null;
}

/** Reason of an abort after which nobody will go on: the state is not written. */
export const DROP_STATE = 'drop-state';

export interface RunHooks {
  readonly onProgress: (progress: RunProgress) => void;
  readonly onFrames: (frames: readonly StoredFrame[]) => void;
  readonly previewListener?: () => ((preview: StepPreview) => void) | null;
  readonly onLatents?: (window: number, latents: Float32Array) => void;
  /** A sentence for the log. */
  readonly onNote?: (sentence: string) => void;
  readonly signal: AbortSignal;
}

export interface RunResult {
  /** Hashes of frames 0 … frameCount − 1. */
  readonly frames: string[];
  readonly seconds: RunSeconds;
  readonly report: RunReport;
}

const families: Readonly<Record<FamilyName, (run: FamilyRun) => Promise<string[]>>> = {
  ltx: runLtx,
  animatediff: runAnimateDiff,
  wan: runWan,
  svd: runSvd,
  unet3d: runUnet3d,
  'text2video-zero': runText2VideoZero,
};

export class Runner {
  readonly #sessions = new SessionPool();
  #tokenizer: { readonly key: string; readonly tokenizer: PromptTokenizer } | null = null;

  /** @throws AppError of any engine/, model/, media/, library/ code, input/invalid, or cancelled */
  async run(request: RunRequest, hooks: RunHooks): Promise<RunResult> {
    const { recipe, jobId } = request;
    const watch = new StageWatch({ loadMs: () => this.#sessions.loadMs, graphMs: () => this.#sessions.graphMs });
    const meter = new ProgressMeter(jobId, recipe, hooks.onProgress);
    meter.stage('loading');
    const startedAt = performance.now();
    const pkg = await loadModelPackage(request.packageDir);
    const family = families[assertFamily(pkg.manifest.family)];
    const book = new ReportBook(recipe);
    await this.#sessions.select(pkg, {
      threads: recipe.threads,
      provider: recipe.provider,
      onFallback: (graph, reason) => {
        if (book.fellBack(graph, reason))
          hooks.onNote?.(`${graph} runs on the processor: ${recipe.provider} says ${reason}`);
      },
    });
    const tokenizer = await this.#tokenizerOf(pkg);
    watch.addLoad(performance.now() - startedAt);
    const store = new FrameStore(request.framesDir);
    const checkpoints = await openCheckpoints(request, { store, book, note: hooks.onNote ?? (() => undefined) });
    if (checkpoints?.resumed) {
      watch.goOnFrom(checkpoints.resumed.spent);
      book.goOnFrom(checkpoints.resumed.tallies ?? []);
    }
    try {
      const frames = await family({
        jobId,
        recipe,
        pkg,
        tokenizer,
        sessions: this.#sessions,
        frames: store,
        meter,
        watch,
        checkpoints,
        signal: hooks.signal,
        onFrames: (stored) => {
          book.framesStored(stored);
          hooks.onFrames(stored);
        },
        onRule: (window, tally) => book.windowDone(window, tally),
        previewListener: hooks.previewListener ?? (() => null),
        ...(hooks.onLatents && { onLatents: hooks.onLatents }),
      });
      return { frames, seconds: watch.seconds(), report: book.report() };
    } catch (error) {
      if (hooks.signal.reason !== DROP_STATE) await checkpoints?.flush();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#sessions.releaseAll();
  }

  async #tokenizerOf(pkg: ModelPackage): Promise<PromptTokenizer | null> {
    if (!pkg.manifest.conditioning.text) return null;
    const key = JSON.stringify([pkg.dir, pkg.manifest.files]);
    if (this.#tokenizer?.key !== key)
      this.#tokenizer = { key, tokenizer: await PromptTokenizer.load(pkg.dir, pkg.manifest.promptTokens) };
    return this.#tokenizer.tokenizer;
  }
}

/** null when the request names no folder, or one that cannot be used: then the run goes without. */
async function openCheckpoints(
  { jobDir = null, recipe, checkpointEveryMs }: RunRequest,
  {
    store,
    book,
    note,
  }: { readonly store: FrameStore; readonly book: ReportBook; readonly note: (sentence: string) => void },
): Promise<Checkpointer | null> {
  if (jobDir === null) return null;
  const { onnxruntime } = runtimeInfo();
  const files = new CheckpointFiles({ dir: jobDir, recipe, onnxruntime, onRejected: note });
  try {
    const resumed = await files.open((hash) => store.has(hash));
    return new Checkpointer(resumed, {
      files,
      everyMs: checkpointEveryMs ?? CHECKPOINT_EVERY_MS,
      tallies: () => book.tallies(),
      note,
    });
  } catch (error) {
    note(`step checkpoints are off, the folder of the job cannot be used: ${String(error)}`);
    return null;
  }
}

/** The runtime this engine runs on, and the execution providers it was built with (not: that work on this machine). */
export function runtimeInfo(): { onnxruntime: string; providers: string[] } {
  return {
    onnxruntime: env.versions.node ?? env.versions.common,
    providers: listSupportedBackends().map((backend) => backend.name),
  };
}
