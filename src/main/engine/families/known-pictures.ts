/**
 * Known frames for models that were not trained to be given any, by StableDiffusionInpaintPipeline's way: after each step
 * they are put back into the latents, as noisy as the next step wants them, with the noise they began with; one that is
 * held by less than 1 for that share of the steps. A later image
 * has its own place in time: when that lies behind the window, the window is denoised up to it. The VAE posterior is
 * taken at its mode. One generator per window draws the noise [1, C, F, h, w] first, then what the scheduler asks for.
 */
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { invalidInput } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { volumeFromFrames } from '../pixels';
import { checkCancelled, readKnownFrame, type FamilyRun } from './family-run';
import { encodeNormalised, frameLatentSize, putFrame, takeFrame, valuesOf } from './picture-frames';
import type { SizedState } from './window-loop';

interface KnownLatents {
  /** Clean latents at their places in a volume [C, F, h, w], zeros elsewhere. */
  readonly volume: Float32Array;
  /** Frames of the volume, counted from the window's first, and the share of the steps that each is put back for. */
  readonly places: readonly { readonly frame: number; readonly hold: number }[];
}

/** A window that is made around known frames. */
export interface AroundState extends SizedState {
  /** The noise at the start, [C, F, h, w], before it is scaled. */
  readonly noise: Float32Array;
  /** null = no frame is known. */
  readonly known: KnownLatents | null;
}

/** @throws AppError input/invalid for an image further behind its window than the model can see */
export function assertLaterImagesFit({ recipe, pkg }: FamilyRun): void {
  const { max } = pkg.manifest.frameGrid;
  for (const [i, window] of recipe.windows.entries())
    if (denoisedFrames(window) > max)
      throw invalidInput(
        `windows.${i}.later`,
        window.later ?? '',
        `the later image is ${denoisedFrames(window)} frames from the window's first, the model makes ${max}`,
        'Pin the image to an earlier frame.',
      );
}

/** Encodes the known images, sets the timesteps and draws the noise, in this order. */
export async function prepareAround(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<AroundState> {
  const { recipe, pkg } = run;
  const known = await encodeKnownFrames(run, window, made);
  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const size = frameLatentSize(recipe, pkg, denoisedFrames(window));
  const generator = new TorchGenerator(window.seed);
  const noise = generator.randn(valuesOf(size));
  const latents = noise.map((value) => value * scheduler.initNoiseSigma);
  const state = { size, latents, noise, known, scheduler, generator };
  putKnownFrames(state, 0);
  return state;
}

/** Puts the known frames into the latents, as noisy as they are before step `step`; clean after the last. */
export function putKnownFrames({ size, latents, noise, known, scheduler }: AroundState, step: number): void {
  if (known === null) return;
  let wanted = known.volume;
  if (step < scheduler.timesteps.length) {
    wanted = new Float32Array(latents.length);
    scheduler.addNoise(known.volume, noise, step, wanted);
  }
  const steps = scheduler.timesteps.length;
  for (const { frame, hold } of known.places)
    if (hold === 1 || step < Math.round(hold * steps)) putFrame(latents, frame, takeFrame(wanted, frame, size), size);
}

async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownLatents | null> {
  const held = window.hold ?? { prefix: 1, later: 1 };
  const places = Array.from({ length: window.prefix }, (_, frame) => ({ frame, hold: held.prefix }));
  if (window.later !== null) places.push({ frame: window.later - window.start, hold: held.later });
  if (places.length === 0) return null;
  const { recipe, pkg, sessions } = run;
  const size = frameLatentSize(recipe, pkg, denoisedFrames(window));
  const volume = new Float32Array(valuesOf(size));
  await sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    for (const { frame } of places) {
      await checkCancelled(run.signal);
      const image = await readKnownFrame(run, { index: window.start + frame, window }, made);
      const pixels = volumeFromFrames([image], recipe.width, recipe.height);
      putFrame(volume, frame, await encodeNormalised(run, encoder, pixels), size);
    }
  });
  return { volume, places };
}

/** The window's frames, and those up to a later image behind them. */
function denoisedFrames({ start, frames, later }: RecipeWindow): number {
  return later === null ? frames : Math.max(frames, later - start + 1);
}
