/** Rules of guidance and step reuse in a few words, and the edits of the fields that show them in percent. */
import { defaultApg, defaultWarmUpSteps, type GuidanceRule, type StepReuse } from '@core/diffusion/guidance-rule';
import { strings } from './strings';

export type MethodName = keyof typeof strings.methods;

export function methodOf(rule: GuidanceRule | undefined): MethodName {
  return rule?.method?.kind ?? 'plain';
}

/** "Projected (APG) · guided 20 % to 80 % · reuse 10 %", or "plain". */
export function ruleWords(rule: GuidanceRule | undefined, reuse: StepReuse | undefined): string {
  const words: string[] = [];
  if (rule?.method) words.push(strings.methods[rule.method.kind]);
  if (rule?.steady) words.push(strings.brief.steady(percent(rule.steady)));
  if (rule?.rescale) words.push(strings.brief.contrast(percent(rule.rescale)));
  if (rule?.interval) words.push(strings.brief.guided(percent(rule.interval.start), percent(rule.interval.stop)));
  if (reuse) words.push(strings.brief.reuse(percent(reuse.threshold)));
  return words.length === 0 ? strings.plain : words.join(' · ');
}

export function toPercent(fraction: number): number {
  return Math.round(fraction * 1000) / 10;
}

export function percent(fraction: number): string {
  return `${toPercent(fraction)} %`;
}

/** The rule with another part; parts that ask for nothing are left out, and a rule of none is no rule. */
export function ruleWith(rule: GuidanceRule | undefined, part: GuidanceRule): GuidanceRule | undefined {
  const { method, rescale, steady, interval } = { ...rule, ...part };
  const isWhole = interval === undefined || (interval.start === 0 && interval.stop === 1);
  const clean: GuidanceRule = {
    ...(method && { method }),
    ...(rescale !== undefined && rescale > 0 && { rescale }),
    ...(steady !== undefined && steady > 0 && { steady }),
    ...(!isWhole && { interval }),
  };
  return Object.keys(clean).length === 0 ? undefined : clean;
}

/** @param isFlow false: the model has no silent steps */
export function methodNamed(name: MethodName, isFlow: boolean): GuidanceRule['method'] {
  if (name === 'plain') return undefined;
  return name === 'apg' ? defaultApg : { kind: 'zero-star', zeroInitSteps: isFlow ? 1 : 0 };
}

export function reuseOf(percents: number): StepReuse | undefined {
  return percents <= 0 ? undefined : { threshold: percents / 100, warmUpSteps: defaultWarmUpSteps };
}
