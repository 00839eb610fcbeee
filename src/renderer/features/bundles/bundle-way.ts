/** How a bundle of a project that is here already comes in, and what it brings. */
import type { BundleAdds, MergeChoice } from '@contracts/bundle';
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

/** `1 take, 9 frames, 2 versions`; null = nothing. */
export function addsWords({ takes, frames, media, versions }: BundleAdds): string | null {
  const parts = [
    takes > 0 ? strings.takes(takes) : null,
    frames > 0 ? strings.frames(frames) : null,
    media > 0 ? strings.files(media) : null,
    versions > 0 ? strings.versions(versions) : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
