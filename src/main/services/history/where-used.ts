/**
 * "Show where used": the clips on whose film a take is seen, and the takes that grew from it.
 */
import { recordsOf } from '@core/document/access';
import { activeTake, resolveShot, takeIndexFrom } from '@core/document/film';
import type { Document } from '@core/document/records';
import type { TakeView } from '@contracts/job';
import type { TakeUse } from '@contracts/history';

export interface WhereUsedOptions {
  readonly takes: readonly TakeView[];
  readonly projectName: string | null;
}

/** Of a take outside any project only its children are known. */
export function whereUsed(
  take: { readonly view: TakeView; readonly projectId: string | null },
  document: Document | null,
  { takes, projectName }: WhereUsedOptions,
): TakeUse {
  const { id, shotId, segmentId } = take.view;
  const children = takes.filter(({ parentTakeId }) => parentTakeId === id).map((child) => child.id);
  const { projectId } = take;
  if (document === null || document.get(shotId)?.kind !== 'shot')
    return { projectId, projectName, clips: [], isActive: false, children };
  const index = takeIndexFrom(takes);
  const segment = document.get(segmentId);
  const isActive = segment?.kind === 'segment' && activeTake(segment, index)?.id === id;
  const isSeen = resolveShot(document, shotId, index).spans.some((span) => span.takeId === id);
  const clips = recordsOf(document, 'clip')
    .filter(({ source }) => isSeen && source.type === 'shot' && source.shotId === shotId)
    .map(({ id: clipId, name, start }) => ({ clipId, name, start }))
    .sort((a, b) => a.start - b.start);
  return { projectId, projectName, clips, isActive, children };
}
