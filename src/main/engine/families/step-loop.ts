/**
 * One denoising step after the other: what the families over a `Scheduler` do in the same way at each. A cancel is let
 * through first; the step is written down before it is told, so a step that the artist has seen done is not done again.
 */
import { packLatents } from '@core/diffusion/latent-geometry';
import { previewRgb } from '@core/diffusion/preview-rgb';
import type { NormalSource } from '@core/diffusion/schedulers/scheduler';
import type { RecipeWindow } from '@contracts/recipe';
import { assertFinite, checkCancelled, writeSamplingDown, type FamilyRun } from './family-run';
import { takeFrames } from './picture-frames';
import type { Sampling, SizedState } from './window-loop';

/** Which half of guidance a prediction is for. */
export type Half = 'negative' | 'prompt';

export interface StepLoop {
  /** What is named when it gives values that are not numbers. */
  readonly model: string;
  /** The steps to make: from … to − 1. */
  readonly from: number;
  readonly to: number;
  /** The model's output for the scaled latents at a step: `out` filled, or another array that need not outlive the next call. */
  readonly predict: (input: Float32Array, step: number, half: Half, out: Float32Array) => Promise<Float32Array>;
  /** What a scheduler that adds noise draws from; default: the window's generator. */
  readonly noise?: NormalSource;
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
  const [first, second] = [answers.subarray(0, size), answers.subarray(size)];
  const ask = async (step: number, half: Half, out: Float32Array): Promise<void> => {
    const answer = await loop.predict(input, step, half, out);
    if (answer !== out) out.set(answer);
  };
  const prediction = new Float32Array(size);

  meter.stage('denoising');
  for (let step = loop.from; step < loop.to; step++) {
    await checkCancelled(signal);
    const startedAt = performance.now();
    scheduler.scaleModelInput(latents, step, input);
    const passes = rule.passes(step, input);
    await watch.time('transformer', async () => {
      if (passes === 2) await ask(step, 'negative', first);
      if (passes > 0) await ask(step, 'prompt', passes === 2 ? second : first);
    });
    rule.predict(input, answers.subarray(0, passes * size), prediction);
    assertFinite(prediction, loop.model);
    preview(run, sampling, { step, prediction, putKnown: loop.putKnown });
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
  { step, prediction, putKnown }: { step: number; prediction: Float32Array; putKnown: StepLoop['putKnown'] },
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
  const film = lead === 0 ? clean : takeFrames(clean, { from: lead, to: size.frames }, size);
  listener({
    jobId: run.jobId,
    window: w,
    step: step + 1,
    steps: run.recipe.steps,
    width: size.width * matrix.cells,
    height: size.height * matrix.cells,
    indices: Array.from({ length: frames }, (_, f) => firstFrameOf(f, window, run.pkg.vae.temporalRatio)),
    rgb: previewRgb(packLatents(film, size.channels), { ...size, frames }, matrix),
  });
}

/** With temporal compression T the first latent frame stands for one frame and each later one for T. */
export function firstFrameOf(latentFrame: number, window: RecipeWindow, temporalRatio: number): number {
  return window.start + Math.max(0, temporalRatio * (latentFrame - 1) + 1);
}
