/**
 * One denoising step after the other: what the families over a `Scheduler` do in the same way at each. A cancel is let
 * through first; the step is written down before it is told, so a step that the artist has seen done is not done again.
 */
import { packLatents } from '@core/diffusion/latent-geometry';
import { previewRgb } from '@core/diffusion/preview-rgb';
import type { NormalSource } from '@core/diffusion/schedulers/scheduler';
import type { Passes } from '@core/diffusion/step-rule';
import type { RecipeWindow } from '@contracts/recipe';
import { assertFinite, checkCancelled, writeSamplingDown, type FamilyRun } from './family-run';
import { takeFrames } from './picture-frames';
import type { Sampling, SizedState } from './window-loop';

/** Which half of guidance a prediction is for. */
export type Half = 'negative' | 'prompt';

const halvesOf: Readonly<Record<Passes, readonly Half[]>> = { 0: [], 1: ['prompt'], 2: ['negative', 'prompt'] };

/** The model's output for one half, in an array that need not outlive the next call. */
export type HalfPredictor = (input: Float32Array, step: number, half: Half) => Promise<Float32Array>;

/** For a model that is asked for one half after the other. */
export function eachHalf(one: HalfPredictor): StepLoop['predict'] {
  return async (input, step, halves, out) => {
    for (const [i, half] of halves.entries()) out.set(await one(input, step, half), (i * out.length) / halves.length);
  };
}

export interface StepLoop {
  /** What is named when it gives values that are not numbers. */
  readonly model: string;
  /** The steps to make: from … to − 1. */
  readonly from: number;
  readonly to: number;
  /** Changes the latents before a step. */
  readonly beforeStep?: (step: number) => void;
  /** The model's output for the scaled latents at a step, into `out`: one after the other for each half. */
  readonly predict: (input: Float32Array, step: number, halves: readonly Half[], out: Float32Array) => Promise<void>;
  /** What a scheduler that adds noise draws from; default: the window's generator. */
  readonly noise?: NormalSource;
  /** The film's part of a preview's clean latents, one frame after the other; default: the volume without its lead. */
  readonly pictured?: (clean: Float32Array) => Float32Array;
  /** Puts known latents into a preview's clean ones. */
  readonly putKnown?: (clean: Float32Array) => void;
  /** Called with the number of steps done, before they are written down. */
  readonly afterStep?: (done: number) => void;
}

export async function denoiseSteps(run: FamilyRun, sampling: Sampling<SizedState>, loop: StepLoop): Promise<void> {
  const { meter, watch, signal } = run;
  const { rule, state } = sampling;
  const { latents, scheduler, generator } = state;
  const size = latents.length;
  const input = new Float32Array(size);
  const answers = new Float32Array(2 * size);
  // Views that are the same at every step, so that a family can wrap them once.
  const answersOf = { 0: answers.subarray(0, 0), 1: answers.subarray(0, size), 2: answers };
  const prediction = new Float32Array(size);

  meter.stage('denoising');
  for (let step = loop.from; step < loop.to; step++) {
    await checkCancelled(signal);
    const startedAt = performance.now();
    loop.beforeStep?.(step);
    scheduler.scaleModelInput(latents, step, input);
    const passes = rule.passes(step, input);
    if (passes > 0)
      await watch.time('transformer', () => loop.predict(input, step, halvesOf[passes], answersOf[passes]));
    rule.predict(input, answersOf[passes], prediction);
    assertFinite(prediction, loop.model);
    preview(run, sampling, { ...loop, step, prediction });
    scheduler.step(prediction, step, latents, { generator: loop.noise ?? generator });
    loop.afterStep?.(step + 1);
    const stepMs = performance.now() - startedAt;
    await writeSamplingDown(run, { ...sampling, step: step + 1 });
    meter.stepDone(stepMs);
  }
  await checkCancelled(signal);
}

/** Shows where the film is heading: the clean latents that this step's prediction points to. */
function preview(
  run: FamilyRun,
  sampling: Sampling<SizedState>,
  {
    step,
    prediction,
    putKnown,
    pictured,
  }: Pick<StepLoop, 'putKnown' | 'pictured'> & { step: number; prediction: Float32Array },
): void {
  const listener = run.previewListener();
  const matrix = run.pkg.preview;
  if (listener === null || matrix === null) return;
  const { w, window, state } = sampling;
  const { size, lead = 0, scheduler, latents } = state;
  const clean = new Float32Array(latents.length);
  scheduler.predictOriginalSample(prediction, step, latents, clean);
  putKnown?.(clean);
  const frames = size.frames - lead;
  const inOrder =
    pictured?.(clean) ??
    packLatents(lead === 0 ? clean : takeFrames(clean, { from: lead, to: size.frames }, size), size.channels);
  listener({
    jobId: run.jobId,
    window: w,
    step: step + 1,
    steps: run.recipe.steps,
    width: size.width * matrix.cells,
    height: size.height * matrix.cells,
    indices: Array.from({ length: frames }, (_, f) => firstFrameOf(f, window, run.pkg.vae.temporalRatio)),
    rgb: previewRgb(inOrder, { ...size, frames }, matrix),
  });
}

/** With temporal compression T the first latent frame stands for one frame and each later one for T. */
export function firstFrameOf(latentFrame: number, window: RecipeWindow, temporalRatio: number): number {
  return window.start + Math.max(0, temporalRatio * (latentFrame - 1) + 1);
}
