/**
 * What the artist means by "this": the clip, shot, prompt block and segment that an action without arguments works on.
 * A selected prompt block stands for its shot; with nothing selected, the clip under the playhead is meant.
 */
import { clipAt, clipsOfShot, videoTracksOf } from '@core/document/access';
import { shotFrameAt } from '@core/document/branch';
import type { SegmentSpan, ShotFilm } from '@core/document/film';
import type {
  ClipRecord,
  PromptBlockRecord,
  SegmentRecord,
  ShotRecord,
  TransitionRecord,
} from '@core/document/records';
import { promptAt } from '@core/prompt/resolve';
import { pictureOf } from '@core/timeline/linked-edits';
import type { ProjectSession } from '../state/session.svelte';

export interface Focus {
  readonly clip: ClipRecord;
  readonly shot: ShotRecord;
  readonly film: ShotFilm;
  /** The block the artist selected, else the one over the playhead, else the nearest. */
  readonly block: PromptBlockRecord | null;
  /** Shot frame under the playhead, kept inside the clip. */
  readonly shotFrame: number;
}

/** The selected transition, when it is the only thing selected. */
export function selectedTransition(session: ProjectSession): TransitionRecord | null {
  const [id, ...rest] = session.selection;
  const record = id === undefined || rest.length > 0 ? undefined : session.doc.get(id);
  return record?.kind === 'transition' ? record : null;
}

/**
 * The clip that is selected, or whose prompt block or pinned image is; a picture stands for the sounds linked with it.
 * null when there is none or they are several.
 */
export function selectedClip(session: ProjectSession): ClipRecord | null {
  const clips = new Map<string, ClipRecord>();
  for (const id of session.selection) {
    const record = session.doc.get(id);
    if (record?.kind === 'clip') clips.set(record.id, record);
    if (record?.kind === 'prompt-block' || record?.kind === 'anchor') {
      const clip = clipsOfShot(session.doc, record.shotId)[0];
      if (clip !== undefined) clips.set(clip.id, clip);
    }
  }
  return pictureOf([...clips.values()]);
}

/** The topmost clip under the playhead. */
export function clipUnderPlayhead(session: ProjectSession, playhead: number): ClipRecord | null {
  for (const track of videoTracksOf(session.doc).reverse()) {
    const clip = clipAt(session.doc, track.id, playhead);
    if (clip !== null && !track.isHidden) return clip;
  }
  return null;
}

/** The generated clip that actions work on, with what is needed to act on it. */
export function focusOf(session: ProjectSession, playhead: number): Focus | null {
  const clip = selectedClip(session) ?? (session.selection.size === 0 ? clipUnderPlayhead(session, playhead) : null);
  return clip === null ? null : focusOnClip(session, clip, playhead);
}

export function focusOnClip(session: ProjectSession, clip: ClipRecord, playhead: number): Focus | null {
  if (clip.source.type !== 'shot') return null;
  const shot = session.doc.get(clip.source.shotId);
  if (shot?.kind !== 'shot') return null;
  const film = session.shotFilm(shot.id);
  const inside = Math.min(clip.start + clip.duration - 1, Math.max(clip.start, playhead));
  const shotFrame = shotFrameAt(session.doc, clip, inside);
  const selected = [...session.selection].map((id) => session.doc.get(id));
  const block = selected.find((record) => record?.kind === 'prompt-block' && record.shotId === shot.id);
  return {
    clip,
    shot,
    film,
    shotFrame,
    block: block?.kind === 'prompt-block' ? block : promptAt(session.doc, shot.id, shotFrame),
  };
}

/** The part of the shot's film under the playhead. */
export function spanAt(focus: Focus): SegmentSpan | null {
  const covers = (span: SegmentSpan): boolean => span.from <= focus.shotFrame && focus.shotFrame < span.to;
  return focus.film.spans.findLast(covers) ?? focus.film.spans.at(-1) ?? null;
}

/** What Generate makes: the first part without a picture, then the first stale one, else the part under the playhead. */
export function spanToGenerate(focus: Focus): SegmentSpan | null {
  const { spans } = focus.film;
  return spans.find((span) => span.takeId === null) ?? spans.find((span) => span.isStale) ?? spanAt(focus);
}

export function segmentById(session: ProjectSession, segmentId: string): SegmentRecord | null {
  const record = session.doc.get(segmentId);
  return record?.kind === 'segment' ? record : null;
}
