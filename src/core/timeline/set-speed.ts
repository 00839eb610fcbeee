/**
 * A clip played slower or faster: it goes on showing the same frames of its shot, or playing the same part of its sound, takes
 * more or less of the film for them, and what follows ripples. Nothing is generated anew. What is linked with it and lies over
 * or under it follows, so that picture and sound stay as they were to each other.
 */
import { projectOf, recordOf } from '../document/access';
import { sourceRangeOf } from '../document/branch';
import { isSpeed, playedFrames, SPEED_LEAST, SPEED_MOST, SPEED_OWN, speedOf } from '../document/clip-speed';
import type { DocumentDiff } from '../document/diff';
import type { ClipRecord, Document, RecordId } from '../document/records';
import { isAudioClip, SOUND_MINUTES_MOST } from '../document/sound';
import { framesPerSecond } from '../time/rate';
import { editDocument, invalidEdit, unlockedTrack } from './edit';
import { linkedWith } from './linked-edits';
import { endOf } from './placement';
import { rippleFilm } from './ripple';

/**
 * A picture leads its sounds; of several pictures and their sounds all change in proportion, from the first frame of any.
 * @param speed percent of its own rate, a whole number
 * @param isMeant which of those that are linked with it follow
 * @throws AppError timeline/invalid-edit for another speed, a still, or a sound that would be longer than any may be;
 * timeline/locked-track, timeline/overlap where a track has no room to follow
 */
export function setClipSpeed(
  doc: Document,
  clipId: RecordId,
  speed: number,
  isMeant: (id: RecordId) => boolean = () => true,
): DocumentDiff {
  const clip = recordOf(doc, 'clip', clipId);
  const { picture, clips } = clipsAtOneSpeed(doc, clip, isMeant);
  for (const { trackId } of clips) unlockedTrack(doc, trackId);
  if (clip.source.type === 'still')
    throw invalidEdit('clip', clip.name, `"${clip.name}" is a still image`, 'Make it longer or shorter instead.');
  if (!isSpeed(speed))
    throw invalidEdit(
      'clip.speed',
      speed,
      `"${clip.name}" cannot be played at ${speed} %`,
      `Use a whole number from ${SPEED_LEAST} to ${SPEED_MOST}; ${SPEED_OWN} is its own speed.`,
    );
  for (const one of clips) assertNotTooLong(doc, one, speed);
  const before = picture ?? spanOf(clips, clip);
  const ofPicture = picture === null ? null : atSpeed(doc, picture, speed);
  const after = ofPicture ?? { ...before, duration: scaled(before.duration, before, speed) };
  const changed = clips.map((one) =>
    one === picture && ofPicture !== null ? ofPicture : following(doc, one, speed, [before, after]),
  );
  const byFrames = after.duration - before.duration;
  const ends = new Map<RecordId, number>();
  for (const one of clips) ends.set(one.trackId, Math.max(ends.get(one.trackId) ?? 0, endOf(one)));
  return editDocument(doc, (draft) => {
    const set = (): void => {
      for (const one of changed) draft.set(one);
    };
    // Room is made first; but what closes up finds it only behind clips that have become shorter.
    if (byFrames < 0) set();
    rippleFilm(draft, { edited: ends, fromFrame: before.start + before.duration, byFrames });
    if (byFrames >= 0) set();
  });
}

/** What the others keep in step with, before and after. */
interface Span {
  readonly start: number;
  readonly duration: number;
  readonly sourceIn: number;
  readonly speed?: number | undefined;
}

/** The clip and those that are linked, meant, and lie over or under one another; and the picture, where it is just one. */
function clipsAtOneSpeed(
  doc: Document,
  clip: ClipRecord,
  isMeant: (id: RecordId) => boolean,
): { readonly picture: ClipRecord | null; readonly clips: readonly ClipRecord[] } {
  const linked = linkedWith(doc, clip.id, isMeant).map((id) => recordOf(doc, 'clip', id));
  const clips = new Set([clip]);
  for (const one of clips)
    for (const other of linked) if (other.start < endOf(one) && endOf(other) > one.start) clips.add(other);
  const [picture, ...others] = clips.size === 1 ? clips : [...clips].filter(({ source }) => source.type === 'shot');
  return { picture: others.length === 0 ? (picture ?? null) : null, clips: [...clips] };
}

/** From the first frame of any of them to the last. */
function spanOf(clips: readonly ClipRecord[], { speed }: ClipRecord): Span {
  const start = Math.min(...clips.map((one) => one.start));
  return { start, duration: Math.max(...clips.map(endOf)) - start, sourceIn: 0, speed };
}

/** True when a track that would change is locked. */
export function isSpeedLocked(doc: Document, clip: ClipRecord, isMeant: (id: RecordId) => boolean): boolean {
  return clipsAtOneSpeed(doc, clip, isMeant).clips.some(({ trackId }) => recordOf(doc, 'track', trackId).isLocked);
}

function assertNotTooLong(doc: Document, clip: ClipRecord, speed: number): void {
  if (!isAudioClip(clip)) return;
  const { frameCount } = clip.source;
  const most = SOUND_MINUTES_MOST * 60 * framesPerSecond(projectOf(doc).rate);
  // The last frame of a sound may be one that it only begins.
  if (speed >= SPEED_OWN || playedFrames({ speed }, frameCount - 1) <= most) return;
  throw invalidEdit(
    'clip.speed',
    speed,
    `the sound of "${clip.name}" would last over ${SOUND_MINUTES_MOST} minutes at ${speed} %`,
    `Use ${Math.ceil((frameCount * SPEED_OWN) / most)} % or more, or cut it into shorter files first.`,
  );
}

/** The same frames of the shot, as nearly as frames of the film allow; an edge that shows the end of the shot shows it still. */
function atSpeed(doc: Document, before: ClipRecord, speed: number): ClipRecord {
  const next = withSpeed(before, speed);
  const [had, has] = [sourceRangeOf(doc, before), sourceRangeOf(doc, next)];
  if (had === null || has === null) return next;
  const sourceOut = before.sourceIn + before.duration;
  // The same stretch of time in the shot, half open: its first film frame is not before it, its last not after it.
  const moved = (at: number): number => Math.min(has.to, Math.max(has.from, scaled(at, before, speed)));
  const from = before.sourceIn === had.from ? has.from : Math.min(moved(before.sourceIn), has.to - 1);
  const to = sourceOut === had.to ? has.to : moved(sourceOut);
  return { ...next, sourceIn: from, duration: Math.max(1, to - from) };
}

/**
 * A linked clip: what it showed at the first frame of what leads it shows there again. An edge beyond that stays as far beyond
 * it, one within moves in proportion; neither goes on where there is nothing more to show.
 */
function following(doc: Document, clip: ClipRecord, speed: number, [before, after]: readonly [Span, Span]): ClipRecord {
  // An edge at the very end of a shot shows a part of a frame more, or less, than it did.
  const late = scaled(before.sourceIn, before, speed) - after.sourceIn;
  const edge = (frame: number): number => {
    if (frame <= before.start) return frame;
    if (frame >= before.start + before.duration) return frame + after.duration - before.duration;
    return before.start + scaled(before.sourceIn + frame - before.start, before, speed) - after.sourceIn;
  };
  const [start, end] = [edge(clip.start), edge(endOf(clip))];
  if (clip.source.type === 'still') return { ...clip, start, duration: Math.max(1, end - start) };
  const next = withSpeed(clip, speed);
  const has = sourceRangeOf(doc, next) ?? { from: 0, to: Infinity };
  // How long it plays before the others begin; of one that begins later, nothing.
  const ahead = Math.max(0, before.start - start);
  const isFirst = clip.start <= before.start;
  const wanted = scaled(clip.sourceIn + ahead, clip, speed) - ahead - (isFirst ? late : 0);
  const sourceIn = Math.min(has.to - 1, Math.max(has.from, wanted));
  const first = start + Math.max(0, sourceIn - wanted);
  return { ...next, start: first, sourceIn, duration: Math.max(1, Math.min(end - first, has.to - sourceIn)) };
}

/** So many frames at the clip's speed, at another. */
function scaled(frames: number, clip: Pick<ClipRecord, 'speed'>, speed: number): number {
  // + 0 turns the −0 of a ceiling over (−1, 0) into 0.
  return Math.ceil((frames * speedOf(clip)) / speed) + 0;
}

/** Its own speed is written by leaving it out. */
function withSpeed({ speed: _, ...clip }: ClipRecord, speed: number): ClipRecord {
  return { ...clip, ...(speed !== SPEED_OWN && { speed }) };
}
