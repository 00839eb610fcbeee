/** The model families that this version runs, and the schedulers each of them can sample with. */
import { AppError } from '../errors';
import { assertRulesFit, type RuledRun } from './guidance-rule';
import { parseFlowMatchEulerConfig } from './flow-match-euler';
import { createScheduler } from './schedulers/create-scheduler';
import type { SchedulerClassName } from './schedulers/scheduler';
import { unsupportedConfig, type RawConfig } from './schedulers/scheduler-config';

export const familyNames = ['ltx', 'animatediff', 'wan', 'svd', 'unet3d', 'text2video-zero'] as const;
export type FamilyName = (typeof familyNames)[number];

/** AnimateDiff predicts the noise of a variance-preserving diffusion; flows and shifted noise are other models'. */
const animateDiffSchedulers: readonly SchedulerClassName[] = [
  'DDIMScheduler',
  'DDPMScheduler',
  'DPMSolverMultistepScheduler',
  'EulerAncestralDiscreteScheduler',
  'EulerDiscreteScheduler',
  'LCMScheduler',
  'UniPCMultistepScheduler',
];

/** Wan predicts the velocity of a flow. */
const wanSchedulers: readonly SchedulerClassName[] = ['FlowMatchEulerDiscreteScheduler', 'UniPCMultistepScheduler'];
const wanUniPc: RawConfig = { prediction_type: 'flow_prediction', use_flow_sigmas: true };

const schedulersOf: Readonly<Record<Exclude<FamilyName, 'ltx'>, readonly SchedulerClassName[]>> = {
  animatediff: animateDiffSchedulers,
  wan: wanSchedulers,
  svd: ['EulerDiscreteScheduler'],
  unet3d: animateDiffSchedulers,
  // The way back to a noisier step is written for its kind of noise, and it remembers nothing.
  'text2video-zero': ['DDIMScheduler'],
};

/** @throws AppError model/unsupported */
export function assertFamily(family: string): FamilyName {
  const known = familyNames.find((name) => name === family);
  if (known !== undefined) return known;
  throw new AppError('model/unsupported', `this version cannot run models of the family ${family}`, {
    field: 'family',
    value: family,
    remedy: `It runs: ${familyNames.join(', ')}.`,
  });
}

/**
 * @param config scheduler_config.json with its _class_name
 * @throws AppError model/unsupported, naming key and value
 */
export function assertSchedulerFits(family: FamilyName, config: RawConfig): void {
  if (family === 'ltx') {
    parseFlowMatchEulerConfig(config);
    return;
  }
  const { className } = createScheduler(config);
  const schedulers = schedulersOf[family];
  if (!schedulers.includes(className))
    throw new AppError('model/unsupported', `the family ${family} does not sample with ${className}`, {
      field: 'scheduler_config.json: _class_name',
      value: className,
      remedy: `Use one of: ${schedulers.join(', ')}.`,
    });
  for (const [key, value] of Object.entries(requiredOf(family, className)))
    if ((config[key] ?? false) !== value) throw unsupportedConfig(key, config[key] ?? null);
}

/** What the family's models were trained to predict, as their schedulers say it. */
function requiredOf(family: FamilyName, className: SchedulerClassName): RawConfig {
  if (family === 'svd') return { prediction_type: 'v_prediction' };
  if (family !== 'wan') return {};
  // The pipeline names no shift of its own, so a dynamic one would have no value.
  return { ...(className === 'UniPCMultistepScheduler' ? wanUniPc : {}), use_dynamic_shifting: false };
}

/** Families whose loops follow rules of guidance and step reuse (step-rule.ts); `isFlow`: they predict a velocity. */
const ruled: Readonly<Partial<Record<FamilyName, { readonly isFlow: boolean }>>> = {
  ltx: { isFlow: true },
  animatediff: { isFlow: false },
  wan: { isFlow: true },
  unet3d: { isFlow: false },
};

export function isFlowFamily(family: string): boolean {
  return ruled[familyNames.find((name) => name === family) ?? 'animatediff']?.isFlow ?? false;
}

/** @throws AppError input/invalid, model/unsupported: a rule is followed or refused, never passed over */
export function assertRulesFitFamily(family: FamilyName, run: RuledRun): void {
  if (run.guidanceRule === undefined && run.stepReuse === undefined) return;
  const how = ruled[family];
  if (how === undefined)
    throw new AppError('model/unsupported', `the family ${family} is sampled with plain guidance only`, {
      field: run.guidanceRule === undefined ? 'stepReuse' : 'guidanceRule',
      value: family,
      remedy: 'Set guidance back to plain and step reuse to off.',
    });
  assertRulesFit(run, how);
}
