/**
 * diffusers' DPMSolverMultistepScheduler: DPM-Solver++ of order 1 to 3 on x₀, deterministic or as an SDE, for noise and
 * flow models. Takes a number of steps or own timesteps. The SDE draws noise on every step, the other never.
 * "dpmsolver" and "sde-dpmsolver" (deprecated in diffusers), Lu's λ spacing, learned variances and dynamic thresholding
 * are refused.
 * @see Lu et al. 2022, arXiv:2211.01095; diffusers 0.42 scheduling_dpmsolver_multistep.py
 */
import { assert } from '../../errors';
import { linspace } from '../flow-match-euler';
import { alphasCumprodForSigmas, readBetaConfig, sigmasOf } from './noise-schedule';
import {
  logSnrHalf,
  mixNoise,
  mixOfAlpha,
  mixOfFlow,
  mixOfSigma,
  originalFromPrediction,
  type NoiseMix,
} from './prediction';
import { drawNoise, SchedulerBase, type SchedulerState, type StepOptions, type TimestepSource } from './scheduler';
import { SchedulerConfigReader, unsupportedConfig, type RawConfig } from './scheduler-config';
import { readSigmaSpacing, spacedSigmas, timestepOfSigma, type SigmaSpacing } from './sigma-spacing';
import {
  interpolate,
  roundHalfEven,
  solverTimesteps,
  timestepSpacings,
  type TimestepSpacing,
} from './timestep-spacing';

const f = Math.fround;
/** Below this many steps lower_order_final lowers the order of the last ones. */
const FEW_STEPS = 15;

interface DpmConfig {
  readonly numTrainTimesteps: number;
  readonly solverOrder: number;
  readonly prediction: 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction';
  readonly isSde: boolean;
  readonly solverType: 'midpoint' | 'heun';
  readonly isLowerOrderFinal: boolean;
  readonly isEulerAtFinal: boolean;
  readonly sigmaSpacing: SigmaSpacing;
  readonly isFlow: boolean;
  readonly flowShift: number;
  readonly isDynamicShift: boolean;
  readonly finalSigmas: 'zero' | 'sigma_min';
  readonly spacing: TimestepSpacing;
  readonly stepsOffset: number;
  /** karras timesteps are rounded, except with cosine betas. */
  readonly isKarrasRounded: boolean;
}

export class DpmSolverMultistepScheduler extends SchedulerBase {
  readonly className = 'DPMSolverMultistepScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #config: DpmConfig;
  readonly #trainSigmas: Float32Array;
  readonly #logSigmas: Float32Array;
  /** One past the highest timestep whose λ is not clipped away. */
  readonly #lastTimestep: number;
  /** x₀ of the last steps, newest last, at most solver_order. Its arrays are never written again. */
  #history: readonly Float32Array[] = [];
  #lowerOrderSteps = 0;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    const alphas = alphasCumprodForSigmas(betas);
    this.#trainSigmas = sigmasOf(alphas);
    this.#logSigmas = this.#trainSigmas.map((sigma) => Math.log(sigma));
    const clippedBelow = readLambdaMin(reader);
    const clipped = alphas.reduce((count, alpha) => count + (logSnrHalf(mixOfAlpha(alpha)) < clippedBelow ? 1 : 0), 0);
    this.#lastTimestep = betas.numTrainTimesteps - clipped;
    this.#config = readDpmConfig(reader, betas.numTrainTimesteps, betas.betaSchedule !== 'squaredcos_cap_v2');
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource, mu: number | null): void {
    this.#history = [];
    this.#lowerOrderSteps = 0;
    const { timesteps, sigmas } = this.#layOut(source, mu);
    this.sigmas = Float32Array.from([...sigmas, this.#config.finalSigmas === 'zero' ? 0 : (this.#trainSigmas[0] ?? 0)]);
    this.timesteps = Float32Array.from(timesteps, Math.trunc);
  }

  #layOut(source: TimestepSource, mu: number | null): { timesteps: readonly number[]; sigmas: readonly number[] } {
    const config = this.#config;
    const { numTrainTimesteps, sigmaSpacing, stepsOffset } = config;
    assert(!('sigmas' in source), 'DPM-Solver takes a number of steps or timesteps');
    assert(mu === null || config.isDynamicShift, 'mu is for use_dynamic_shifting');
    assert('steps' in source || sigmaSpacing === 'none', 'own timesteps do not go with karras, exponential or beta');
    const steps = 'steps' in source ? source.steps : source.timesteps.length;
    const train = this.#trainSigmas;
    if (sigmaSpacing !== 'none') {
      const sigmas = spacedSigmas(sigmaSpacing, steps, { high: train.at(-1) ?? 0, low: train[0] ?? 0 });
      const timesteps = sigmas.map((sigma) => timestepOfSigma(sigma, this.#logSigmas));
      const isRounded = sigmaSpacing === 'karras' && config.isKarrasRounded;
      return { timesteps: isRounded ? timesteps.map(roundHalfEven) : timesteps, sigmas };
    }
    if (config.isFlow) {
      const shift = mu === null ? config.flowShift : Math.exp(mu);
      const sigmas = linspace(1, 1 / numTrainTimesteps, steps + 1)
        .map((alpha) => 1 - alpha)
        .map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma))
        .reverse()
        .slice(0, -1);
      return { timesteps: sigmas.map((sigma) => sigma * numTrainTimesteps), sigmas };
    }
    const timesteps =
      'steps' in source
        ? solverTimesteps(config.spacing, steps, { numTrainTimesteps, stepsOffset, lastTimestep: this.#lastTimestep })
        : source.timesteps;
    return { timesteps, sigmas: timesteps.map((timestep) => interpolate(timestep, train)) };
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    originalFromPrediction(this.#config.prediction, this.#mixAt(index), modelOutput, sample, out);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    mixNoise(this.#mixAt(index), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array, options: StepOptions): void {
    this.assertFollows(index);
    const { solverOrder } = this.#config;
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    this.#history = [...this.#history, original].slice(-solverOrder);
    const noise = this.#config.isSde ? drawNoise(options, sample.length, this.className) : null;
    const order = this.#orderAt(index);
    const terms = this.#terms(index, order);
    // x ← c₀·x + Σ cₖ·Dₖ (+ s·z), left to right in float32.
    for (let i = 0; i < sample.length; i++) sample[i] = terms.toSample * (sample[i] ?? 0);
    for (const { coefficient, values } of terms.parts)
      for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(coefficient * (values[i] ?? 0));
    if (noise !== null)
      for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] ?? 0) + f(terms.toNoise * (noise[i] ?? 0));
    this.#lowerOrderSteps = Math.min(this.#lowerOrderSteps + 1, solverOrder);
  }

  #orderAt(index: number): number {
    const { solverOrder, isEulerAtFinal, isLowerOrderFinal, finalSigmas } = this.#config;
    const steps = this.timesteps.length;
    const isLowered = isLowerOrderFinal && steps < FEW_STEPS;
    const warmUp = Math.min(solverOrder, this.#lowerOrderSteps + 1);
    if (index === steps - 1 && (isEulerAtFinal || isLowered || finalSigmas === 'zero')) return 1;
    if (index === steps - 2 && isLowered) return Math.min(2, warmUp);
    return warmUp;
  }

  #terms(index: number, order: number): StepTerms {
    const { isSde, solverType } = this.#config;
    const target = this.#mixAt(index + 1);
    const start = this.#mixAt(index);
    const lambda = (i: number): number => logSnrHalf(this.#mixAt(i));
    const h = f(lambda(index + 1) - lambda(index));
    const decay = f(Math.exp(-h));
    const decaySquared = f(Math.exp(f(-2 * h)));
    const rest = f(1 - decaySquared);
    const ratio = f(target.sigma / start.sigma);
    // expm1(−h) for the ODE, 1 − e^(−2h) for the SDE; both times α of the target level.
    const gain = isSde ? f(target.alpha * rest) : -f(target.alpha * f(decay - 1));
    const toSample = isSde ? f(ratio * decay) : ratio;
    const toNoise = f(target.sigma * f(Math.sqrt(rest)));

    const newest = this.#historyAt(0);
    const parts = [{ coefficient: gain, values: newest }];
    if (order === 1) return { toSample, toNoise, parts };

    const slope = (h1: number): number =>
      isSde ? f(target.alpha * f(f(rest / f(-2 * h1)) + 1)) : f(target.alpha * f(f(f(decay - 1) / h1) + 1));
    const r0 = f(f(lambda(index) - lambda(index - 1)) / h);
    const first = scaledDifference(f(1 / r0), newest, this.#historyAt(1));
    if (order === 2) {
      parts.push({ coefficient: solverType === 'midpoint' ? f(0.5 * gain) : slope(h), values: first });
      return { toSample, toNoise, parts };
    }
    const r1 = f(f(lambda(index - 1) - lambda(index - 2)) / h);
    const second = scaledDifference(f(1 / r1), this.#historyAt(1), this.#historyAt(2));
    const sum = f(r0 + r1);
    const change = first.map((value, i) => value - (second[i] ?? 0));
    const d1 = first.map((value, i) => value + f(f(r0 / sum) * (change[i] ?? 0)));
    const d2 = change.map((value) => f(1 / sum) * value);
    const curve = isSde
      ? f(target.alpha * f(f(f(rest - f(2 * h)) / f(f(2 * h) * f(2 * h))) - 0.5))
      : -f(target.alpha * f(f(f(f(decay - 1) + h) / f(h * h)) - 0.5));
    parts.push({ coefficient: slope(h), values: d1 }, { coefficient: curve, values: d2 });
    return { toSample, toNoise, parts };
  }

  /** 0 = the newest x₀. */
  #historyAt(back: number): Float32Array {
    const values = this.#history.at(-1 - back);
    assert(values, `order needs ${back + 1} earlier predictions`);
    return values;
  }

  #mixAt(index: number): NoiseMix {
    const sigma = this.sigmas[index];
    assert(sigma !== undefined, `no noise level ${index} in a schedule of ${this.timesteps.length} steps`);
    return this.#config.isFlow ? mixOfFlow(sigma) : mixOfSigma(sigma);
  }

  override state(): SchedulerState {
    return { ...super.state(), history: this.#history, counters: { lowerOrderSteps: this.#lowerOrderSteps } };
  }

  override restore(state: SchedulerState): void {
    super.restore(state);
    this.#history = state.history;
    this.#lowerOrderSteps = state.counters['lowerOrderSteps'] ?? 0;
  }
}

interface StepTerms {
  readonly toSample: number;
  readonly toNoise: number;
  readonly parts: readonly { readonly coefficient: number; readonly values: Float32Array }[];
}

/** scale·(a − b), float32. */
function scaledDifference(scale: number, a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => scale * f(value - (b[i] ?? 0)));
}

/** −∞ (nothing clipped) is not JSON: exporters write it as null, as a string or leave it out. */
function readLambdaMin(reader: SchedulerConfigReader): number {
  const value = reader.raw('lambda_min_clipped');
  if (value === null || value === '-inf' || value === '-Infinity' || value === -Infinity) return -Infinity;
  return reader.number('lambda_min_clipped', 0);
}

function readDpmConfig(reader: SchedulerConfigReader, numTrainTimesteps: number, isKarrasRounded: boolean): DpmConfig {
  const algorithm = reader.oneOf('algorithm_type', ['dpmsolver++', 'sde-dpmsolver++', 'deis'], 'dpmsolver++');
  const solverType = reader.oneOf('solver_type', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2'], 'midpoint');
  const solverOrder = reader.wholeNumber('solver_order', 2, { min: 1 });
  if (solverOrder > 3) throw unsupportedConfig('solver_order', solverOrder);
  const isFlow = reader.boolean('use_flow_sigmas', false);
  const prediction = reader.oneOf(
    'prediction_type',
    ['epsilon', 'sample', 'v_prediction', 'flow_prediction'],
    'epsilon',
  );
  reader.only('use_lu_lambdas', false);
  reader.only('thresholding', false);
  reader.only('variance_type');
  reader.only('time_shift_type', 'exponential');
  reader.ignore('dynamic_thresholding_ratio', 'sample_max_value');
  return {
    numTrainTimesteps,
    solverOrder,
    prediction,
    isSde: algorithm === 'sde-dpmsolver++',
    // diffusers turns other solvers' names into midpoint.
    solverType: solverType === 'heun' ? 'heun' : 'midpoint',
    isLowerOrderFinal: reader.boolean('lower_order_final', true),
    isEulerAtFinal: reader.boolean('euler_at_final', false),
    sigmaSpacing: readSigmaSpacing(reader),
    isFlow,
    flowShift: reader.number('flow_shift', 1, { min: 0 }),
    isDynamicShift: reader.boolean('use_dynamic_shifting', false),
    finalSigmas: reader.oneOf('final_sigmas_type', ['zero', 'sigma_min'], 'zero'),
    spacing: reader.oneOf('timestep_spacing', timestepSpacings, 'linspace'),
    stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
    isKarrasRounded,
  };
}
