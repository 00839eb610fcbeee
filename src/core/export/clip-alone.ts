/**
 * A clip as a film of its own: the document with nothing in it but the clip and the sound that is linked with it. Seen
 * and heard whatever its tracks are set to; where it lies in time it stays.
 */
import { documentFromRecords } from '../document/apply-diff';
import { endOf, recordOf } from '../document/access';
import type { ClipRecord, Document, DocumentRecord, RecordId } from '../document/records';
import { invalidInput } from '../errors';

export interface ClipAlone {
  readonly document: Document;
  /** Project frames [from, to) of the clip. */
  readonly from: number;
  readonly to: number;
}

/** @throws AppError input/* when there is no such clip, or it is a sound */
export function clipAlone(doc: Document, clipId: RecordId): ClipAlone {
  const clip = recordOf(doc, 'clip', clipId);
  if (clip.source.type === 'audio')
    throw invalidInput('clipId', clip.name, 'a sound has no pictures', 'Choose the clip it belongs to.');
  const isMeant = (one: ClipRecord): boolean =>
    one.id === clip.id || (one.source.type === 'audio' && one.linkId !== undefined && one.linkId === clip.linkId);
  const records = [...doc.values()].flatMap((record): DocumentRecord[] => {
    if (record.kind === 'transition' || (record.kind === 'clip' && !isMeant(record))) return [];
    return [record.kind === 'track' ? { ...record, isHidden: false, isSolo: false } : record];
  });
  return { document: documentFromRecords(records), from: clip.start, to: endOf(clip) };
}
