/** From scheduler_config.json to a scheduler, by `_class_name`. */
import { CogVideoXDdimScheduler } from './cogvideox-ddim';
import { DdimScheduler } from './ddim';
import { DdpmScheduler } from './ddpm';
import { DpmSolverMultistepScheduler } from './dpm-solver-multistep';
import { EulerAncestralDiscreteScheduler } from './euler-ancestral-discrete';
import { EulerDiscreteScheduler } from './euler-discrete';
import { FlowMatchEulerDiscreteScheduler } from './flow-match-euler';
import { LcmScheduler } from './lcm';
import { LtxEulerAncestralRfScheduler } from './ltx-euler-ancestral-rf';
import type { Scheduler } from './scheduler';
import { isSchedulerClassName, unsupportedConfig, type RawConfig } from './scheduler-config';
import { UniPcMultistepScheduler } from './unipc-multistep';

/**
 * A scheduler without a schedule: call setTimesteps or restore next.
 * @param config scheduler_config.json as parsed JSON
 * @throws AppError model/unsupported, naming key and value, for a class, a value or a key this code does not know
 */
export function createScheduler(config: RawConfig): Scheduler {
  const className = config['_class_name'];
  if (!isSchedulerClassName(className)) throw unsupportedConfig('_class_name', className);
  switch (className) {
    case 'CogVideoXDDIMScheduler':
      return new CogVideoXDdimScheduler(config);
    case 'DDIMScheduler':
      return new DdimScheduler(config);
    case 'DDPMScheduler':
      return new DdpmScheduler(config);
    case 'DPMSolverMultistepScheduler':
      return new DpmSolverMultistepScheduler(config);
    case 'EulerAncestralDiscreteScheduler':
      return new EulerAncestralDiscreteScheduler(config);
    case 'EulerDiscreteScheduler':
      return new EulerDiscreteScheduler(config);
    case 'FlowMatchEulerDiscreteScheduler':
      return new FlowMatchEulerDiscreteScheduler(config);
    case 'LCMScheduler':
      return new LcmScheduler(config);
    case 'LTXEulerAncestralRFScheduler':
      return new LtxEulerAncestralRfScheduler(config);
    case 'UniPCMultistepScheduler':
      return new UniPcMultistepScheduler(config);
    default:
      return className satisfies never;
  }
}
