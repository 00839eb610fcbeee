/**
 * How long a planned part will be. Only a part that nothing grew from and that has no picture yet can change; its prompt
 * blocks, its last-frame image and its clips follow the new edge.
 */
import { anchorsOf, blocksOf, recordOf, segmentsOf } from '@core/document/access';
import type { DocumentDiff } from '@core/document/diff';
import type { Document } from '@core/document/records';
import { editDocument, invalidEdit } from '@core/timeline/edit';
import { fitClips } from '@core/timeline/fit-clips';

/** @throws AppError timeline/invalid-edit, timeline/locked-track */
export function setPlannedLength(doc: Document, segmentId: string, frameCount: number): DocumentDiff {
  const segment = recordOf(doc, 'segment', segmentId);
  const { shotId, role } = segment;
  if (role === 'retake' || segmentsOf(doc, shotId).some((one) => one.parentId === segmentId))
    throw invalidEdit('segment', segmentId, 'the length of this part is fixed', 'Extend the clip instead.');
  if (!Number.isSafeInteger(frameCount) || frameCount < 1)
    throw invalidEdit(
      'segment.frameCount',
      frameCount,
      `a part cannot have ${frameCount} frames`,
      'Ask for at least one frame.',
    );
  const grows = role === 'backward' ? -1 : 1;
  const oldEdge = role === 'backward' ? segment.from : segment.from + segment.frameCount;
  const newEdge = oldEdge + grows * (frameCount - segment.frameCount);
  return editDocument(doc, (draft) => {
    draft.set({ ...segment, frameCount, from: role === 'backward' ? newEdge : segment.from });
    for (const block of blocksOf(doc, shotId)) {
      const from = role === 'backward' && block.from <= Math.max(oldEdge, newEdge) ? newEdge : block.from;
      const reaches = block.to >= Math.min(oldEdge, newEdge);
      const to = role !== 'backward' && reaches ? newEdge : block.to;
      if (role === 'backward' && block.from > oldEdge && block.from > newEdge) continue;
      if (block.from >= to || from >= block.to) draft.remove(block.id);
      else if (from !== block.from || to !== block.to) draft.set({ ...block, from, to });
    }
    const lastFrame = role === 'backward' ? oldEdge : oldEdge - 1;
    for (const anchor of anchorsOf(doc, shotId)) {
      if (anchor.frame === lastFrame && frameCount > 1)
        draft.set({ ...anchor, frame: role === 'backward' ? newEdge : newEdge - 1 });
    }
    fitClips(draft, shotId, { before: doc, followEdges: true });
  });
}
