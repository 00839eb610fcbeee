/**
 * Closing a loop: the shot grows by frames that lead from the clip's last frame back to its first, so that the clip
 * can run round without a jump.
 */
import { clipsOfShot, recordOf } from '../document/access';
import { shotFrameAt, sourceRangeOf } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { invalidEdit } from './edit';
import { extendForward } from './grow-segment';
import { endOf } from './placement';

/** @throws AppError timeline/invalid-edit where the clip's cut end would take frames from another clip; as extendForward */
export function closeLoop(
  doc: Document,
  clipId: RecordId,
  loop: { readonly segmentId: RecordId; readonly frameCount: number },
): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  const growth = { ...loop, blockId: null, text: null };
  // Sounds and stills are refused there, with the reason.
  if (clip.source.type !== 'shot') return extendForward(doc, clipId, growth);
  const { shotId } = clip.source;
  const isCut = clip.sourceIn + clip.duration < (sourceRangeOf(doc, clip)?.to ?? 0);
  if (isCut && clipsOfShot(doc, shotId).length > 1)
    throw invalidEdit(
      'clip',
      clip.name,
      `another clip shows what follows "${clip.name}" in its shot`,
      'Close the loop on the clip that shows the end of the shot.',
    );
  return extendForward(doc, clipId, {
    ...growth,
    ...(isCut && { atFrame: shotFrameAt(doc, clip, endOf(clip) - 1) + 1 }),
    joins: { after: { shotId, frame: shotFrameAt(doc, clip, clip.start) } },
  });
}
