/** The model families that this version runs, and the schedulers each of them can sample with. */
import { AppError } from '../errors';
import { assertRulesFit, type RuledRun } from './guidance-rule';
import { parseFlowMatchEulerConfig } from './flow-match-euler';
import { createScheduler } from './schedulers/create-scheduler';
import type { SchedulerClassName } from './schedulers/scheduler';
import type { RawConfig } from './schedulers/scheduler-config';

export const familyNames = ['ltx', 'animatediff'] as const;
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
  if (animateDiffSchedulers.includes(className)) return;
  throw new AppError('model/unsupported', `the family ${family} does not sample with ${className}`, {
    field: 'scheduler_config.json: _class_name',
    value: className,
    remedy: `Use one of: ${animateDiffSchedulers.join(', ')}.`,
  });
}

/** Families whose loops follow rules of guidance and step reuse (step-rule.ts); `isFlow`: they predict a velocity. */
const ruled: Readonly<Partial<Record<FamilyName, { readonly isFlow: boolean }>>> = {
  ltx: { isFlow: true },
  animatediff: { isFlow: false },
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
