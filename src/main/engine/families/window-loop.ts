/**
 * One window after the other, in the order that every family over a `Scheduler` has: encode the prompts once, then per
 * window prepare, denoise, decode, store. A run that goes on redoes what is before the steps, which gives the same
 * values, and puts the written latents in place.
 */
import { latentValues } from '@core/diffusion/frame-values';
import type { GuidanceScale } from '@core/diffusion/guidance';
import type { FrameLayout } from '@core/diffusion/guidance-steady';
import type { LatentSize } from '@core/diffusion/latent-geometry';
import { firstStepOf } from '@core/diffusion/source-film';
import { StepRule, type StepRuleOptions } from '@core/diffusion/step-rule';
import type { RecipeWindow } from '@contracts/recipe';
import {
  checkCancelled,
  framesInOrder,
  goOnSampling,
  storeFrames,
  type FamilyRun,
  type SamplingState,
  type StoredFrame,
} from './family-run';

export interface SizedState extends SamplingState {
  readonly size: LatentSize;
  /** Latent frames in front of the film's that are no part of it; default none. */
  readonly lead?: number;
}

/** A window's steps that are still to be made. */
export interface Sampling<State extends SizedState> {
  readonly w: number;
  readonly window: RecipeWindow;
  readonly state: State;
  readonly rule: StepRule;
  /** Steps that are done already. */
  readonly from: number;
  /** The frames of earlier windows. */
  readonly stored: readonly StoredFrame[];
}

export interface WindowSteps<Texts, State extends SizedState> {
  /** @param windows those that are still to be made; none when only the frames' order is left to say */
  readonly encodePrompts: (windows: readonly RecipeWindow[]) => Promise<Texts>;
  /** One scale, or one for each value; default: the recipe's, or the window's own along a curve. */
  readonly guidance?: (state: State, window: RecipeWindow) => GuidanceScale;
  /** Another scale from a step on; default: none. */
  readonly second?: (state: State) => StepRuleOptions['second'];
  /** Where frames lie in a prediction, for guidance that neighbours share; default: a volume, those of `lead` given. */
  readonly layout?: (state: State) => FrameLayout;
  readonly readsImages: (window: RecipeWindow) => boolean;
  /** Known frames, timesteps and noise. @param made hashes of the frames that earlier windows have made */
  readonly prepare: (window: RecipeWindow, made: ReadonlyMap<number, string>) => Promise<State>;
  readonly denoise: (sampling: Sampling<State>, texts: Texts) => Promise<void>;
  /** Final normalised latents [C, F, h, w], for tests and comparisons; default: the latents as they are. */
  readonly film?: (state: State) => Float32Array;
  /** RGB bytes of the frames keepFrom … keepTo − 1: all at once, or in parts that are stored and shown as they come. */
  readonly decode: (window: RecipeWindow, state: State) => Promise<Uint8Array[]> | AsyncGenerator<Uint8Array[]>;
}

/** @returns the hashes of the segment's frames 0 … frameCount − 1 */
export async function runWindows<Texts, State extends SizedState>(
  run: FamilyRun,
  steps: WindowSteps<Texts, State>,
): Promise<string[]> {
  const { recipe, meter, watch } = run;
  const resumed = run.checkpoints?.resumed ?? null;
  const stored = [...(resumed?.frames ?? [])];
  const made = new Map(stored.map(({ index, hash }) => [index, hash]));
  const first = firstStepOf(recipe);
  const reachedIn = (w: number): number => (resumed?.window === w ? resumed.step : 0);
  const w0 = Math.min(resumed?.window ?? 0, recipe.windows.length - 1);
  meter.startWindow(w0, Math.max(first, reachedIn(w0)));
  if (stored.length > 0) run.onFrames(stored);

  meter.stage('encoding-prompt');
  const left = recipe.windows.slice(resumed?.window ?? 0);
  const { value: texts } = await watch.time('encode', () => steps.encodePrompts(left));

  for (const [w, window] of recipe.windows.entries()) {
    if (resumed !== null && w < resumed.window) continue;
    const doneSteps = reachedIn(w);
    meter.startWindow(w, Math.max(first, doneSteps));
    await checkCancelled(run.signal);
    if (steps.readsImages(window)) meter.stage('encoding-images');
    const { value: fresh } = await watch.time('encode', () => steps.prepare(window, made));
    const guidance = steps.guidance?.(fresh, window) ?? guidanceOf(run, window, fresh.size);
    const scales = { guidance, isGuided: guidance !== 1, second: steps.second?.(fresh) };
    const layout = steps.layout?.(fresh) ?? volumeLayout(fresh.size, fresh.lead);
    const rule = new StepRule({ ...recipe, ...scales, size: fresh.latents.length, layout });
    const atStart = { state: fresh, from: first };
    const { state, from } = doneSteps === 0 ? atStart : await goOnSampling(run, w, fresh, rule);
    if (from < recipe.steps)
      await watch.time('denoise', () => steps.denoise({ w, window, state, rule, from, stored }, texts));
    run.onRule(w, rule.tally);

    meter.stage('decoding');
    await checkCancelled(run.signal);
    run.onLatents?.(w, steps.film?.(state) ?? state.latents.slice());
    const kept = await storeAsDecoded(run, window, partsIn(steps.decode(window, state)));
    for (const { index, hash } of kept) made.set(index, hash);
    stored.push(...kept);
    meter.stage('writing');
    const done = { window: w + 1, step: 0, scheduler: { position: 0 }, rng: null, latents: null };
    await run.checkpoints?.reached({ ...done, frames: [...stored], spent: watch.seconds() });
  }
  return framesInOrder(recipe, made);
}

/** Frames are on disk and told as soon as they are decoded. */
async function storeAsDecoded(
  run: FamilyRun,
  window: RecipeWindow,
  parts: AsyncGenerator<Uint8Array[], void>,
): Promise<StoredFrame[]> {
  const { meter, watch } = run;
  const stored: StoredFrame[] = [];
  let decodeMs = 0;
  try {
    for (;;) {
      const { value: part, ms } = await watch.time('decode', () => parts.next());
      decodeMs += ms;
      if (part.done === true) break;
      const from = window.keepFrom + stored.length;
      const { value: kept } = await watch.time('write', () => storeFrames(run, window, { from, frames: part.value }));
      stored.push(...kept);
      run.onFrames(kept);
    }
  } finally {
    // A disk that is full must not leave the decoder open.
    await parts.return();
  }
  meter.decodeDone(decodeMs);
  return stored;
}

async function* partsIn(
  decoded: Promise<Uint8Array[]> | AsyncGenerator<Uint8Array[]>,
): AsyncGenerator<Uint8Array[], void> {
  if (decoded instanceof Promise) yield await decoded;
  else yield* decoded;
}

/** Of a volume [C, F, h, w]. @param given frames in front that are clean */
export function volumeLayout({ frames, height, width }: LatentSize, given = 0): FrameLayout {
  return { offset: 0, frames, inner: height * width, isGiven: (frame) => frame < given };
}

/** diffusers' rule: guidance up to 1 runs the prompt alone. Frames behind the window have its last scale. */
function guidanceOf({ recipe, pkg }: FamilyRun, window: RecipeWindow, size: LatentSize): GuidanceScale {
  const [only = 1, ...more] = (window.guidance ?? [recipe.guidance]).map((scale) => Math.max(1, scale));
  return more.length === 0
    ? only
    : scalePerFrame(latentValues([only, ...more], size.frames, pkg.vae.temporalRatio), size);
}

/** For volumes whose channels each have all of the frames. @param scales one for each latent frame */
export function scalePerFrame(
  scales: readonly number[],
  { channels, frames, height, width }: LatentSize,
): Float32Array {
  const plane = height * width;
  const values = new Float32Array(channels * frames * plane);
  for (let at = 0; at < channels * frames; at++) values.fill(scales[at % frames] ?? 1, at * plane, (at + 1) * plane);
  return values;
}
