/**
 * An imported image held on the timeline.
 */
import type { DocumentDiff } from '../document/diff';
import type { Document, RecordId } from '../document/records';
import { editDocument, invalidEdit } from './edit';
import { placeClip } from './placement';

export interface NewStill {
  readonly clipId: RecordId;
  readonly trackId: RecordId;
  /** Project frames. */
  readonly start: number;
  readonly duration: number;
  readonly mediaId: string;
  readonly name: string;
  /** place (default): refused where it would overlap. insert: later clips of the track move right. */
  readonly mode?: 'place' | 'insert';
}

/** @throws AppError timeline/overlap, timeline/locked-track */
export function insertStill(doc: Document, still: NewStill): DocumentDiff {
  const { clipId: id, trackId, start, duration, mediaId, name } = still;
  if (!Number.isSafeInteger(duration) || duration < 1)
    throw invalidEdit(
      'clip.duration',
      duration,
      `a still cannot last ${duration} frames`,
      'Ask for at least one frame.',
    );
  return editDocument(doc, (draft) => {
    placeClip(
      draft,
      { kind: 'clip', id, trackId, source: { type: 'still', mediaId }, name, start, duration, sourceIn: 0 },
      still.mode ?? 'place',
    );
  });
}
