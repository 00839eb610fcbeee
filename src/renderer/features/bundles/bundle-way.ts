/** How a bundle of a project that is here already comes in. */
import type { MergeChoice } from '@contracts/bundle';
import { strings } from './strings';

export interface BundleWay {
  /** mine, theirs: merged, and whose film goes on · copy: a project of its own */
  readonly keep: MergeChoice['keep'] | 'copy';
  readonly projectId: string;
}

const FILE_SHOWN_MAX = 120;

/** null = as a project of its own. */
export function mergeChoiceOf({ keep, projectId }: BundleWay, file: string): MergeChoice | null {
  if (keep === 'copy') return null;
  const name = file.slice(0, FILE_SHOWN_MAX);
  const names = { theirs: strings.versionOf(name), mine: strings.versionBefore(name), edit: strings.edit(name) };
  return { projectId, keep, names };
}
