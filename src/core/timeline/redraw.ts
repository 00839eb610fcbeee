/**
 * Drawing over a clip (video to video): a planned shot above it whose first segment begins with the clip's frames. The clip
 * itself is not touched; hiding the track above shows it again.
 */
import { clipsOfTrack, recordOf, videoTracksOf } from '../document/access';
import { applyDiff, squashDiffs } from '../document/apply-diff';
import { shotFrameAt } from '../document/branch';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId, SamplingSettings } from '../document/records';
import { invalidEdit } from './edit';
import { insertShot } from './insert-shot';
import { endOf } from './placement';
import { addTrack } from './tracks';

export interface Redraw {
  readonly clipId: RecordId;
  /** Of the new clip and, where no track above has room for it, of a new track. */
  readonly ids: Readonly<Record<'shotId' | 'segmentId' | 'newClipId' | 'blockId' | 'trackId', RecordId>>;
  readonly name: string;
  readonly text: string;
  readonly modelId: string;
  /** Pixels, on the model's grid. */
  readonly width: number;
  readonly height: number;
  readonly sampling: SamplingSettings;
  readonly strength: number;
}

/** @throws AppError timeline/invalid-edit for a sound or a still, timeline/locked-track */
export function redrawClip(doc: Document, { clipId, ids, strength, ...shot }: Redraw): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  if (clip.source.type !== 'shot')
    throw invalidEdit(
      'clip',
      clip.name,
      `"${clip.name}" has no film to draw over`,
      'Choose a generated or imported clip.',
    );
  const { shotId } = clip.source;
  const source = recordOf(doc, 'shot', shotId);
  const from = shotFrameAt(doc, clip, clip.start);
  const frameCount = shotFrameAt(doc, clip, endOf(clip) - 1) + 1 - from;
  const room = trackAbove(doc, clip);
  const withTrack = room === null ? addTrack(doc, { id: ids.trackId }) : null;
  const placed = insertShot(withTrack === null ? doc : applyDiff(doc, withTrack), {
    ...shot,
    ...{ shotId: ids.shotId, segmentId: ids.segmentId, clipId: ids.newClipId, blockId: ids.blockId },
    trackId: room ?? ids.trackId,
    ...{ rate: source.rate, frameCount, start: clip.start, duration: clip.duration, speed: clip.speed },
    source: { shotId, from, strength },
  });
  return withTrack === null ? placed : squashDiffs(withTrack, placed);
}

/** The lowest unlocked track above the clip's where nothing lies over it. */
function trackAbove(doc: Document, clip: ClipRecord): RecordId | null {
  const tracks = videoTracksOf(doc);
  const own = tracks.findIndex(({ id }) => id === clip.trackId);
  const free = tracks
    .slice(own + 1)
    .find(
      (track) =>
        !track.isLocked &&
        clipsOfTrack(doc, track.id).every((other) => endOf(other) <= clip.start || other.start >= endOf(clip)),
    );
  return free?.id ?? null;
}
