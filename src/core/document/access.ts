/**
 * Reading the document: typed getters and the orders in which the studio looks at records.
 * Every list is fresh, so callers may keep and sort it.
 */
import { AppError } from '../errors';
import { indexOf } from './record-map';
import type {
  AnchorRecord,
  ClipRecord,
  Document,
  MarkerRecord,
  ProjectRecord,
  PromptBlockRecord,
  RecordId,
  RecordKind,
  RecordOf,
  SegmentRecord,
  TrackRecord,
  TransitionRecord,
} from './records';

/** @throws AppError timeline/invalid-edit when there is no such record. */
export function recordOf<K extends RecordKind>(doc: Document, kind: K, id: RecordId): RecordOf<K> {
  const record = doc.get(id);
  if (record?.kind !== kind)
    throw new AppError('timeline/invalid-edit', `there is no ${kind} ${id} in this project`, {
      field: kind,
      value: id,
      remedy: 'It may have been removed; undo, or choose another.',
    });
  // TypeScript does not narrow a union by a generic discriminant; the kind was compared above.
  return record as RecordOf<K>;
}

export function recordsOf<K extends RecordKind>(doc: Document, kind: K): RecordOf<K>[] {
  return indexOf(doc).ofKind(kind);
}

export function projectOf(doc: Document): ProjectRecord {
  return recordOf(doc, 'project', 'project');
}

/** The frame after its last. */
export function endOf({ start, duration }: Pick<ClipRecord, 'start' | 'duration'>): number {
  return start + duration;
}

/** From the bottom of the timeline to its top: the last audio track … A1, then V1 …, each above the one before. */
export function tracksOf(doc: Document): TrackRecord[] {
  return [...audioTracksOf(doc).reverse(), ...videoTracksOf(doc)];
}

/** Lowest first: later ones cover it. */
export function videoTracksOf(doc: Document): TrackRecord[] {
  return tracksOfType(doc, 'video');
}

/** A1 first. */
export function audioTracksOf(doc: Document): TrackRecord[] {
  return tracksOfType(doc, 'audio');
}

function tracksOfType(doc: Document, type: TrackRecord['type']): TrackRecord[] {
  return recordsOf(doc, 'track')
    .filter((track) => track.type === type)
    .sort((a, b) => a.order - b.order);
}

/** Earliest first. */
export function clipsOfTrack(doc: Document, trackId: RecordId): ClipRecord[] {
  return [...indexOf(doc).ofTrack(trackId)];
}

export function clipAt(doc: Document, trackId: RecordId, frame: number): ClipRecord | null {
  const covers = (clip: ClipRecord) => clip.start <= frame && frame < clip.start + clip.duration;
  return clipsOfTrack(doc, trackId).find(covers) ?? null;
}

/** Clips that show a shot, earliest first. */
export function clipsOfShot(doc: Document, shotId: RecordId): ClipRecord[] {
  return indexOf(doc).showing(shotId);
}

/** All branches, by first frame. */
export function segmentsOf(doc: Document, shotId: RecordId): SegmentRecord[] {
  return indexOf(doc).ofShot('segment', shotId);
}

export function blocksOf(doc: Document, shotId: RecordId): PromptBlockRecord[] {
  return indexOf(doc).ofShot('prompt-block', shotId);
}

export function anchorsOf(doc: Document, shotId: RecordId): AnchorRecord[] {
  return indexOf(doc).ofShot('anchor', shotId);
}

/** The transitions at either edge of a clip. */
export function transitionsOf(doc: Document, clipId: RecordId): TransitionRecord[] {
  return indexOf(doc).ofClip(clipId);
}

export function markersOf(doc: Document): MarkerRecord[] {
  return recordsOf(doc, 'marker').sort((a, b) => a.frame - b.frame);
}

/** Exclusive last project frame; 0 for an empty film. */
export function filmEnd(doc: Document): number {
  return recordsOf(doc, 'clip').reduce((end, clip) => Math.max(end, clip.start + clip.duration), 0);
}
