/** How a new shot is sampled: as the package of its model says. */
import type { GuidanceRule } from '../diffusion/guidance-rule';
import type { SamplingSettings } from './records';

/** Of a package's manifest. */
export interface ModelDefaults {
  readonly steps: number;
  readonly guidance: number;
  readonly guidanceRule?: GuidanceRule | undefined;
  readonly negative: string;
  readonly extensionPrefix: number;
}

export function samplingFrom({
  steps,
  guidance,
  guidanceRule,
  negative,
  extensionPrefix,
}: ModelDefaults): SamplingSettings {
  return {
    ...{ steps, guidance, negative, contextFrames: Math.max(1, extensionPrefix), framesPerWindow: null },
    ...(guidanceRule && { guidanceRule }),
  };
}
