/**
 * Known frames for models that were not trained to be given any, by StableDiffusionInpaintPipeline's way: after each step
 * they are put back into the latents, as noisy as the next step wants them, with the noise they began with; one that is
 * held by less than 1 for that share of the steps. A later image
 * has its own place in time: when that lies behind the window, the window is denoised up to it. The VAE posterior is
 * taken at its mode. One generator per window draws the noise [1, C, F, h, w] first, then what the scheduler asks for.
 *
 * A run that is drawn over a film begins as AnimateDiffVideoToVideoPipeline does: the posterior of the film's frames is
 * drawn from, 16 frames at a time, then the noise [1, F, C, h, w]; the steps before the first are not made.
 */
import { posteriorSample } from '@core/diffusion/posterior';
import { createScheduler } from '@core/diffusion/schedulers/create-scheduler';
import { firstStepOf } from '@core/diffusion/source-film';
import { normaliseLatents, type LatentSize } from '@core/diffusion/latent-geometry';
import { TorchGenerator } from '@core/diffusion/torch-generator';
import { invalidInput } from '@core/errors';
import type { RecipeWindow } from '@contracts/recipe';
import { volumeFromFrames } from '../pixels';
import { checkCancelled, readKnownFrame, readSourceFrame, type FamilyRun } from './family-run';
import {
  encodeNormalised,
  encodePosterior,
  frameLatentSize,
  putFrame,
  takeFrame,
  valuesOf,
  volumeFromFrameMajor,
} from './picture-frames';
import type { SizedState } from './window-loop';

/** Frames that the pipeline encodes at once, and draws for at once. */
const ENCODE_CHUNK = 16;

/** A known frame of a window, counted from its first, and how firmly it is held. */
export interface KnownPlace {
  readonly frame: number;
  readonly hold: number;
}

interface KnownLatents {
  /** Clean latents at their places in a volume [C, F, h, w], zeros elsewhere. */
  readonly volume: Float32Array;
  /** `hold`: the share of the steps that the frame is put back for. */
  readonly places: readonly KnownPlace[];
}

/** A window that is made around known frames. */
export interface AroundState extends SizedState {
  /** The noise at the start, [C, F, h, w], before it is scaled. */
  readonly noise: Float32Array;
  /** null = no frame is known, or the model is told of them itself. */
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

/**
 * Encodes the known images, sets the timesteps and draws the noise, in this order.
 * @param putsBack false for a model that is told of known frames itself
 */
export async function prepareAround(
  run: FamilyRun,
  window: RecipeWindow,
  { made, putsBack = true }: { readonly made: ReadonlyMap<number, string>; readonly putsBack?: boolean },
): Promise<AroundState> {
  const { recipe, pkg } = run;
  const known = putsBack ? await encodeKnownFrames(run, window, made) : null;
  const scheduler = createScheduler({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  scheduler.setTimesteps({ steps: recipe.steps });
  const size = frameLatentSize(recipe, pkg, denoisedFrames(window));
  const generator = new TorchGenerator(window.seed);
  const first = firstStepOf(recipe);
  const source = recipe.source ? await encodeSource(run, window, { size, generator }) : null;
  const drawn = generator.randn(valuesOf(size));
  const noise = source === null ? drawn : volumeFromFrameMajor(drawn, size);
  const latents = noise.map((value) => value * scheduler.initNoiseSigma);
  if (source !== null) scheduler.addNoise(source, noise, first, latents);
  const state = { size, latents, noise, known, scheduler, generator };
  putKnownFrames(state, first);
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

/** Every known frame of a window: the first ones, the later image, and what else is given. */
export function knownPlaces({ start, prefix, later, also = [], hold }: RecipeWindow): KnownPlace[] {
  const held = hold ?? { prefix: 1, later: 1 };
  const places = Array.from({ length: prefix }, (_, frame) => ({ frame, hold: held.prefix }));
  if (later !== null) places.push({ frame: later - start, hold: held.later });
  for (const { index, frames, hold: own } of also)
    for (let i = 0; i < frames; i++) places.push({ frame: index + i - start, hold: own });
  return places;
}

export function hasKnownFrames({ prefix, later, also }: RecipeWindow): boolean {
  return prefix > 0 || later !== null || also !== undefined;
}

async function encodeKnownFrames(
  run: FamilyRun,
  window: RecipeWindow,
  made: ReadonlyMap<number, string>,
): Promise<KnownLatents | null> {
  const places = knownPlaces(window);
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

/** Normalised latents of the source's frames under the window, [C, F, h, w]. */
function encodeSource(
  run: FamilyRun,
  window: RecipeWindow,
  { size, generator }: { readonly size: LatentSize; readonly generator: TorchGenerator },
): Promise<Float32Array> {
  const { recipe, pkg, sessions, signal } = run;
  const volume = new Float32Array(valuesOf(size));
  const values = volume.length / size.frames;
  return sessions.use('vae_encoder', async (encoder) => {
    encoder.assertInputs({ sample: 'float32' });
    for (let start = 0; start < size.frames; start += ENCODE_CHUNK) {
      const count = Math.min(ENCODE_CHUNK, size.frames - start);
      const noise = generator.randn(count * values);
      for (let i = 0; i < count; i++) {
        await checkCancelled(signal);
        const image = await readSourceFrame(run, { index: window.start + start + i, window });
        const parameters = await encodePosterior(
          encoder,
          volumeFromFrames([image], recipe.width, recipe.height),
          recipe,
        );
        const latent = posteriorSample(parameters, noise.subarray(i * values, (i + 1) * values));
        normaliseLatents(latent, pkg.vae.statistics);
        putFrame(volume, start + i, latent, size);
      }
    }
    return volume;
  });
}

/** The window's frames, and those up to a later image behind them. */
export function denoisedFrames({ start, frames, later, also = [] }: RecipeWindow): number {
  const ends = also.map((stretch) => stretch.index + stretch.frames - start);
  return Math.max(frames, later === null ? 0 : later - start + 1, ...ends);
}
