/**
 * diffusers' UniPCMultistepScheduler (Wan's sampler): a predictor step to the next noise level, and on the next step a
 * corrector that redoes it with the newest prediction. On x₀, order 1 to 3, for noise and flow models.
 * Takes a number of steps, or with use_flow_sigmas own sigmas (before the shift, without the last 0). Draws no noise.
 * Noise-predicting form (predict_x0 false), another solver as predictor and dynamic thresholding are refused; so are two
 * settings for which diffusers itself gives NaN on the last step: bh1, or lower_order_final off, with a last σ of 0.
 * @see Zhao et al. 2023, arXiv:2302.04867; diffusers 0.42 scheduling_unipc_multistep.py
 */
import { assert } from '../../errors';
import { linspace } from '../flow-match-euler';
import { solveLinear } from './linear-solve';
import { alphasCumprodForSigmas, readBetaConfig, sigmasOf } from './noise-schedule';
import { logSnrHalf, mixNoise, mixOfFlow, mixOfSigma, originalFromPrediction, type NoiseMix } from './prediction';
import { SchedulerBase, type SchedulerState, type TimestepSource } from './scheduler';
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
/** A flow's σ of exactly 1 has ln α = −∞; diffusers moves it down by this. */
const FLOW_TOP_GAP = 1e-6;

interface UniPcConfig {
  readonly numTrainTimesteps: number;
  readonly solverOrder: number;
  readonly prediction: 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction';
  readonly solverType: 'bh1' | 'bh2';
  readonly isLowerOrderFinal: boolean;
  /** Steps after which the corrector is left out. */
  readonly disabledCorrectors: readonly number[];
  readonly sigmaSpacing: SigmaSpacing;
  readonly sigmaMin: number | null;
  readonly sigmaMax: number | null;
  readonly isFlow: boolean;
  readonly flowShift: number;
  readonly isDynamicShift: boolean;
  readonly timeShift: 'exponential' | 'linear';
  readonly shiftTerminal: number | null;
  readonly finalSigmas: 'zero' | 'sigma_min';
  readonly spacing: TimestepSpacing;
  readonly stepsOffset: number;
}

export class UniPcMultistepScheduler extends SchedulerBase {
  readonly className = 'UniPCMultistepScheduler';
  readonly timestepType = 'int64';
  readonly initNoiseSigma = 1;
  readonly #config: UniPcConfig;
  readonly #trainSigmas: Float32Array;
  readonly #logSigmas: Float32Array;
  /** x₀ of the last steps, newest last, at most solver_order. Its arrays are never written again. */
  #history: readonly Float32Array[] = [];
  /** The corrected sample before the last step, never written again. */
  #lastSample: Float32Array | null = null;
  #lowerOrderSteps = 0;
  #lastOrder = 0;

  /** @param config scheduler_config.json. @throws AppError model/unsupported */
  constructor(config: RawConfig) {
    super();
    const reader = new SchedulerConfigReader(config, this.className);
    const betas = readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' });
    this.#trainSigmas = sigmasOf(alphasCumprodForSigmas(betas));
    this.#logSigmas = this.#trainSigmas.map((sigma) => Math.log(sigma));
    this.#config = readUniPcConfig(reader, betas.numTrainTimesteps);
    reader.finish();
  }

  protected applyTimesteps(source: TimestepSource, mu: number | null): void {
    this.#history = [];
    this.#lastSample = null;
    this.#lowerOrderSteps = 0;
    this.#lastOrder = 0;
    const { timesteps, sigmas, lowest } = this.#layOut(source, mu);
    this.sigmas = Float32Array.from([...sigmas, this.#config.finalSigmas === 'zero' ? 0 : lowest]);
    this.timesteps = Float32Array.from(timesteps, Math.trunc);
  }

  #layOut(
    source: TimestepSource,
    mu: number | null,
  ): { timesteps: readonly number[]; sigmas: readonly number[]; lowest: number } {
    const config = this.#config;
    const { numTrainTimesteps, sigmaSpacing, stepsOffset } = config;
    const train = this.#trainSigmas;
    assert(!('timesteps' in source), 'UniPC takes a number of steps or sigmas');
    assert('steps' in source || (config.isFlow && sigmaSpacing === 'none'), 'own sigmas are for use_flow_sigmas');
    assert(!config.isDynamicShift || mu !== null, 'use_dynamic_shifting needs mu');
    if (sigmaSpacing !== 'none') {
      const range = { high: config.sigmaMax ?? train.at(-1) ?? 0, low: config.sigmaMin ?? train[0] ?? 0 };
      const spaced = spacedSigmas(sigmaSpacing, 'steps' in source ? source.steps : 0, range);
      const isFlowKarras = sigmaSpacing === 'karras' && config.isFlow;
      const sigmas = isFlowKarras ? spaced.map((sigma) => sigma / (sigma + 1)) : spaced;
      const timesteps = sigmas.map((sigma) => {
        if (isFlowKarras) return sigma * numTrainTimesteps;
        const timestep = timestepOfSigma(sigma, this.#logSigmas);
        return sigmaSpacing === 'karras' ? roundHalfEven(timestep) : timestep;
      });
      return { timesteps, sigmas, lowest: sigmas.at(-1) ?? 0 };
    }
    if (config.isFlow) {
      const sigmas = this.#flowSigmas(source, mu);
      return { timesteps: sigmas.map((sigma) => sigma * numTrainTimesteps), sigmas, lowest: sigmas.at(-1) ?? 0 };
    }
    const timesteps = solverTimesteps(config.spacing, 'steps' in source ? source.steps : 0, {
      numTrainTimesteps,
      stepsOffset,
      lastTimestep: numTrainTimesteps,
    });
    return { timesteps, sigmas: timesteps.map((t) => interpolate(t, train)), lowest: train[0] ?? 0 };
  }

  #flowSigmas(source: Exclude<TimestepSource, { timesteps: readonly number[] }>, mu: number | null): number[] {
    const { numTrainTimesteps, isDynamicShift, timeShift, flowShift, shiftTerminal } = this.#config;
    const even = 'sigmas' in source ? source.sigmas : linspace(1, 1 / numTrainTimesteps, source.steps + 1).slice(0, -1);
    const strength = timeShift === 'exponential' ? Math.exp(mu ?? 0) : (mu ?? 0);
    let sigmas = even.map((sigma) =>
      isDynamicShift ? strength / (strength + (1 / sigma - 1)) : (flowShift * sigma) / (1 + (flowShift - 1) * sigma),
    );
    if (shiftTerminal !== null) {
      const scale = (1 - (sigmas.at(-1) ?? 0)) / (1 - shiftTerminal);
      sigmas = sigmas.map((sigma) => 1 - (1 - sigma) / scale);
    }
    return sigmas.map((sigma, i) => (i === 0 && Math.abs(sigma - 1) < FLOW_TOP_GAP ? sigma - FLOW_TOP_GAP : sigma));
  }

  override predictOriginalSample(
    modelOutput: Float32Array,
    index: number,
    sample: Float32Array,
    out: Float32Array,
  ): void {
    const sigma = this.sigmas[index] ?? 0;
    const mix = this.#config.prediction === 'flow_prediction' ? { alpha: 1, sigma } : this.#mixAt(index);
    originalFromPrediction(this.#config.prediction, mix, modelOutput, sample, out);
  }

  override addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array): void {
    mixNoise(this.#mixAt(index), original, noise, out);
  }

  protected applyStep(modelOutput: Float32Array, index: number, sample: Float32Array): void {
    this.assertFollows(index);
    const { solverOrder, isLowerOrderFinal, disabledCorrectors } = this.#config;
    const original = new Float32Array(sample.length);
    this.predictOriginalSample(modelOutput, index, sample, original);
    if (index > 0 && this.#lastSample !== null && !disabledCorrectors.includes(index - 1)) {
      sample.set(this.#lastSample);
      this.#update(sample, { from: index - 1, order: this.#lastOrder, newest: original });
    }
    this.#history = [...this.#history, original].slice(-solverOrder);
    const order = isLowerOrderFinal ? Math.min(solverOrder, this.timesteps.length - index) : solverOrder;
    this.#lastOrder = Math.min(order, this.#lowerOrderSteps + 1);
    this.#lastSample = sample.slice();
    this.#update(sample, { from: index, order: this.#lastOrder, newest: null });
    this.#lowerOrderSteps = Math.min(this.#lowerOrderSteps + 1, solverOrder);
  }

  /**
   * From level `from` to the next one, in place.
   * @param move.newest x₀ at the next level = the corrector; null = the predictor
   */
  #update(
    sample: Float32Array,
    move: { readonly from: number; readonly order: number; readonly newest: Float32Array | null },
  ): void {
    const { from, order, newest } = move;
    const target = this.#mixAt(from + 1);
    const start = this.#mixAt(from);
    const lambda = (i: number): number => logSnrHalf(this.#mixAt(i));
    const startLambda = lambda(from);
    const h = f(lambda(from + 1) - startLambda);
    const ratios = Array.from({ length: order - 1 }, (_, k) => f(f(lambda(from - 1 - k) - startLambda) / h));
    const { phi1, weight, matrix, right } = bhSystem([...ratios, 1], -h, this.#config.solverType);
    const rhos = newest === null ? predictorRhos(matrix, right) : correctorRhos(matrix, right);

    const newestBefore = this.#historyAt(0);
    const toSample = f(target.sigma / start.sigma);
    const toOriginal = f(target.alpha * phi1);
    const toDifferences = f(target.alpha * weight);
    const lastRho = rhos.at(-1) ?? 0;
    // One pass over the values, the weighted differences summed in diffusers' order; order is 3 at most.
    const [older, oldest] = ratios.map((_, k) => this.#historyAt(k + 1));
    const [olderRatio = 1, oldestRatio = 1] = ratios;
    const [olderRho = 0, oldestRho = 0] = rhos;
    // Order 2 is what nearly every model is sampled with: without the questions of the loop below it takes half as long.
    if (older !== undefined && oldest === undefined) {
      const correction = newest ?? newestBefore;
      const correctionRho = newest === null ? 0 : lastRho;
      for (let i = 0; i < sample.length; i++) {
        const before = newestBefore[i] ?? 0;
        const slope = f(olderRho * f(f((older[i] ?? 0) - before) / olderRatio));
        const differences = f(slope + f(correctionRho * f((correction[i] ?? 0) - before)));
        const base = f(f(toSample * (sample[i] ?? 0)) - f(toOriginal * before));
        sample[i] = base - f(toDifferences * differences);
      }
      return;
    }
    for (let i = 0; i < sample.length; i++) {
      const before = newestBefore[i] ?? 0;
      let differences = 0;
      if (older !== undefined) differences = f(olderRho * f(f((older[i] ?? 0) - before) / olderRatio));
      if (oldest !== undefined)
        differences = f(differences + f(oldestRho * f(f((oldest[i] ?? 0) - before) / oldestRatio)));
      if (newest !== null) differences = f(differences + f(lastRho * f((newest[i] ?? 0) - before)));
      const base = f(f(toSample * (sample[i] ?? 0)) - f(toOriginal * before));
      sample[i] = base - f(toDifferences * differences);
    }
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
    return {
      ...super.state(),
      history: this.#history,
      lastSample: this.#lastSample,
      counters: { lowerOrderSteps: this.#lowerOrderSteps, lastOrder: this.#lastOrder },
    };
  }

  override restore(state: SchedulerState): void {
    super.restore(state);
    this.#history = state.history;
    this.#lastSample = state.lastSample;
    this.#lowerOrderSteps = state.counters['lowerOrderSteps'] ?? 0;
    this.#lastOrder = state.counters['lastOrder'] ?? 0;
  }
}

interface BhSystem {
  /** e^hh − 1. */
  readonly phi1: number;
  /** B(h). */
  readonly weight: number;
  readonly matrix: readonly (readonly number[])[];
  readonly right: readonly number[];
}

/** R and b of UniPC's conditions on the weights of the differences, float32; as many rows as ratios. */
function bhSystem(ratios: readonly number[], hh: number, solverType: 'bh1' | 'bh2'): BhSystem {
  const phi1 = f(Math.expm1(hh));
  const weight = solverType === 'bh1' ? hh : phi1;
  const matrix: number[][] = [];
  const right: number[] = [];
  let phi = f(f(phi1 / hh) - 1);
  let factorial = 1;
  for (let row = 1; row <= ratios.length; row++) {
    matrix.push(ratios.map((ratio) => f(ratio ** (row - 1))));
    right.push(f(f(phi * factorial) / weight));
    factorial *= row + 1;
    phi = f(f(phi / hh) - f(1 / factorial));
  }
  return { phi1, weight, matrix, right };
}

/** Weights of the earlier differences; at order 2 the paper's shortcut. */
function predictorRhos(matrix: BhSystem['matrix'], right: readonly number[]): readonly number[] {
  const order = right.length;
  if (order <= 2) return order === 2 ? [0.5] : [];
  return solveLinear(
    matrix.slice(0, -1).map((row) => row.slice(0, -1)),
    right.slice(0, -1),
  );
}

/** The same, and at the end the weight of the newest difference; at order 1 the paper's shortcut. */
function correctorRhos(matrix: BhSystem['matrix'], right: readonly number[]): readonly number[] {
  return right.length === 1 ? [0.5] : solveLinear(matrix, right);
}

function readUniPcConfig(reader: SchedulerConfigReader, numTrainTimesteps: number): UniPcConfig {
  const solverOrder = reader.wholeNumber('solver_order', 2, { min: 1 });
  if (solverOrder > 3) throw unsupportedConfig('solver_order', solverOrder);
  const solverType = reader.oneOf('solver_type', ['bh1', 'bh2', 'midpoint', 'heun', 'logrho'], 'bh2');
  const isLowerOrderFinal = reader.boolean('lower_order_final', true);
  const finalSigmas = reader.oneOf('final_sigmas_type', ['zero', 'sigma_min'], 'zero');
  if (finalSigmas === 'zero' && solverType === 'bh1') throw unsupportedConfig('solver_type', solverType);
  if (finalSigmas === 'zero' && !isLowerOrderFinal && solverOrder > 1)
    throw unsupportedConfig('lower_order_final', isLowerOrderFinal);
  const isFlow = reader.boolean('use_flow_sigmas', false);
  const terminal = reader.optionalNumber('shift_terminal', { min: 0 });
  if (terminal !== null && (!isFlow || terminal >= 1)) throw unsupportedConfig('shift_terminal', terminal);
  reader.only('predict_x0', true);
  reader.only('solver_p');
  reader.only('thresholding', false);
  reader.ignore('dynamic_thresholding_ratio', 'sample_max_value');
  return {
    numTrainTimesteps,
    solverOrder,
    prediction: reader.oneOf('prediction_type', ['epsilon', 'sample', 'v_prediction', 'flow_prediction'], 'epsilon'),
    // diffusers turns other solvers' names into bh2.
    solverType: solverType === 'bh1' ? 'bh1' : 'bh2',
    isLowerOrderFinal,
    disabledCorrectors: reader.numbers('disable_corrector') ?? [],
    sigmaSpacing: readSigmaSpacing(reader),
    sigmaMin: reader.optionalNumber('sigma_min', { min: 0 }),
    sigmaMax: reader.optionalNumber('sigma_max', { min: 0 }),
    isFlow,
    flowShift: reader.number('flow_shift', 1, { min: 0 }),
    isDynamicShift: reader.boolean('use_dynamic_shifting', false),
    timeShift: reader.oneOf('time_shift_type', ['exponential', 'linear'], 'exponential'),
    // diffusers tests `if shift_terminal`: 0 means "leave it" as well.
    shiftTerminal: terminal === 0 ? null : terminal,
    finalSigmas,
    spacing: reader.oneOf('timestep_spacing', timestepSpacings, 'linspace'),
    stepsOffset: reader.wholeNumber('steps_offset', 0, { min: 0 }),
  };
}
