/**
 * A clip played slower or faster: it goes on showing the same frames of its shot, takes more or less of the film for
 * them, and what follows ripples. Nothing is generated anew.
 */
import { recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import { isSpeed, SPEED_LEAST, SPEED_MOST, SPEED_OWN, speedOf } from '../document/clip-speed';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { endOf } from './placement';
import { rippleFilm } from './ripple';

/**
 * @param speed percent of the shot's own rate, a whole number
 * @throws AppError timeline/invalid-edit for another speed, for a sound, a still or a clip linked with another;
 * timeline/locked-track, timeline/overlap where a track has no room to follow
 */
export function setClipSpeed(doc: Document, clipId: RecordId, speed: number): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  unlockedTrack(doc, clip.trackId);
  assertPlaysAtOtherSpeeds(clip);
  if (!isSpeed(speed))
    throw invalidEdit(
      'clip.speed',
      speed,
      `"${clip.name}" cannot be played at ${speed} %`,
      `Use a whole number from ${SPEED_LEAST} to ${SPEED_MOST}; ${SPEED_OWN} is its own speed.`,
    );
  const after = atSpeed(doc, clip, speed);
  return editDocument(doc, (draft) => {
    draft.set(after);
    rippleFilm(draft, {
      edited: new Map([[clip.trackId, endOf(clip)]]),
      fromFrame: endOf(clip),
      byFrames: after.duration - clip.duration,
    });
  });
}

/** Why the clip has one speed only; null when it has any. */
export function obstacleToSpeed(clip: ClipRecord): 'sound' | 'still' | 'linked' | null {
  if (clip.source.type === 'audio') return 'sound';
  if (clip.source.type === 'still') return 'still';
  return clip.linkId === undefined ? null : 'linked';
}

function assertPlaysAtOtherSpeeds(clip: ClipRecord): void {
  const obstacle = obstacleToSpeed(clip);
  switch (obstacle) {
    case 'sound':
      throw invalidEdit(
        'clip',
        clip.name,
        `"${clip.name}" is sound, which has one speed`,
        'Choose a clip of pictures.',
      );
    case 'still':
      throw invalidEdit('clip', clip.name, `"${clip.name}" is a still image`, 'Make it longer or shorter instead.');
    case 'linked':
      throw invalidEdit(
        'clip.speed',
        clip.name,
        `"${clip.name}" is linked with clips that keep their speed, as sound does`,
        'Unlink them first.',
      );
    case null:
      return;
    default:
      obstacle satisfies never;
  }
}

/** The same frames of the shot, as nearly as frames of the film allow; an edge that shows the end of the shot shows it still. */
function atSpeed(doc: Document, { speed: _, ...clip }: ClipRecord, speed: number): ClipRecord {
  const before = recordOf(doc, 'clip', clip.id);
  const next: ClipRecord = { ...clip, ...(speed !== SPEED_OWN && { speed }) };
  const [had, has] = [sourceRangeOf(doc, before), sourceRangeOf(doc, next)];
  if (had === null || has === null) return next;
  const sourceOut = before.sourceIn + before.duration;
  // The same stretch of time in the shot, half open: its first film frame is not before it, its last not after it.
  const moved = (at: number): number =>
    Math.min(has.to, Math.max(has.from, Math.ceil((at * speedOf(before)) / speed) + 0));
  const from = before.sourceIn === had.from ? has.from : Math.min(moved(before.sourceIn), has.to - 1);
  const to = sourceOut === had.to ? has.to : moved(sourceOut);
  return { ...next, sourceIn: from, duration: Math.max(1, to - from) };
}
