/**
 * LTX's schedule, with a noise level for each token: a held one is seen with no more noise than it was given, and does not
 * move before the schedule has come down to that. FlowMatchEulerDiscreteScheduler.step(per_token_timesteps).
 */
import {
  createFlowMatchSchedule,
  eulerStepPerToken,
  linearQuadraticTimesteps,
  linearSigmas,
  parseFlowMatchEulerConfig,
  predictClean,
  scheduleFromTimesteps,
  type FlowMatchSchedule,
} from '@core/diffusion/flow-match-euler';
import { mixNoise, mixOfFlow } from '@core/diffusion/schedulers/prediction';
import { SchedulerBase } from '@core/diffusion/schedulers/scheduler';
import { invalidInput } from '@core/errors';
import type { Recipe } from '@contracts/recipe';
import type { ModelPackage } from '../model-package';

/** @throws AppError input/invalid for other than a distilled model's own number of steps */
export function scheduleOf(recipe: Recipe, pkg: ModelPackage): FlowMatchSchedule {
  const config = parseFlowMatchEulerConfig({ ...recipe.scheduler.config, _class_name: recipe.scheduler.class });
  const { steps } = recipe;
  const { timesteps } = pkg;
  if (timesteps === 'linear') return createFlowMatchSchedule(config, { sigmas: linearSigmas(steps) });
  if (timesteps === 'linear-quadratic') return scheduleFromTimesteps(config, linearQuadraticTimesteps(steps));
  if (timesteps.length !== steps)
    throw invalidInput(
      'steps',
      steps,
      `${pkg.manifest.name} was distilled to a schedule of ${timesteps.length} steps of its own`,
      `Use ${timesteps.length} steps.`,
    );
  return scheduleFromTimesteps(config, Float32Array.from(timesteps));
}

/** Tokens in a row that are held alike. */
interface HeldStretch {
  readonly from: number;
  readonly to: number;
  readonly strength: number;
}

export class TokenScheduler extends SchedulerBase {
  readonly className = 'FlowMatchEulerDiscreteScheduler';
  readonly timestepType = 'float32';
  readonly initNoiseSigma = 1;
  readonly #schedule: FlowMatchSchedule;
  readonly #stretches: readonly HeldStretch[];
  readonly #seen: Float32Array;
  readonly #stepped: Float32Array;
  #levelsOf: number | null = null;

  /** @param hold float32 [S], how firmly each token is held: 1 = known and clean, 0 = free */
  constructor(schedule: FlowMatchSchedule, hold: Float32Array) {
    super();
    this.#schedule = schedule;
    this.#stretches = stretchesOf(hold);
    this.#seen = new Float32Array(hold.length);
    this.#stepped = new Float32Array(hold.length);
    this.setTimesteps({ steps: schedule.timesteps.length });
  }

  get numTrainTimesteps(): number {
    return this.#schedule.numTrainTimesteps;
  }

  /** What the model is told of each token, σ × 1000. Valid until another step is asked for. */
  seenAt(index: number): Float32Array {
    this.#setLevels(index);
    return this.#seen;
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    predictClean(sample, modelOutput, this.seenAt(index), out, this.#schedule);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    mixNoise(mixOfFlow(this.sigmas[index] ?? 0), original, noise, out);
  }

  protected applyTimesteps(): void {
    this.timesteps = this.#schedule.timesteps;
    this.sigmas = this.#schedule.sigmas;
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array): void {
    this.#setLevels(index);
    eulerStepPerToken(sample, modelOutput, this.#stepped, this.#schedule);
  }

  #setLevels(index: number): void {
    if (this.#levelsOf === index) return;
    this.#levelsOf = index;
    const { numTrainTimesteps } = this.#schedule;
    const timestep = this.timesteps[index] ?? 0;
    for (const { from, to, strength } of this.#stretches) {
      const seen = Math.min(timestep, Math.fround(1 - strength) * numTrainTimesteps);
      this.#seen.fill(seen, from, to);
      this.#stepped.fill(timestep / numTrainTimesteps - 1e-6 < 1 - strength ? seen : 0, from, to);
    }
  }
}

function stretchesOf(hold: Float32Array): HeldStretch[] {
  const stretches: HeldStretch[] = [];
  for (let from = 0; from < hold.length;) {
    const strength = hold[from] ?? 0;
    let to = from + 1;
    while (to < hold.length && hold[to] === strength) to++;
    stretches.push({ from, to, strength });
    from = to;
  }
  return stretches;
}
