/**
 * What the trim, slip and slide tools do to a pressed clip, and how a pinned image is moved on it, with the numbers
 * beside the pointer: how far, and where to.
 */
import type { AnchorRecord, ClipRecord, ShotRecord } from '@core/document/records';
import { timecodeAt } from '../../ui/timecode.svelte';
import { moveAnchor } from '@core/timeline/anchors';
import {
  cutsTogether,
  linkedWith,
  rollCuts,
  rollLimitsOfAll,
  slideLimitsOfAll,
  slipClips,
  slipLimitsOfAll,
} from '@core/timeline/linked-edits';
import { slideTogether } from '@core/timeline/slide';
import type { ProjectSession } from '../../state/session.svelte';
import { clipEndingAt, clipStartingAt, type ClipIndex } from './clip-index';
import { dragEdit, frameUnder, note, snapped, targets, type DragHost } from './drag-support';
import { projectFrameOf, shotFrameAt } from './shot-mapping';
import { strings } from './strings';
import { clamp } from './time-scale';
import { dragTrim } from './timeline-drags';

/** Rolls the cut at the nearer end of the clip; an end that touches nothing is trimmed. */
export function dragTrimTool(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  { clip, index }: { readonly clip: ClipRecord; readonly index: ClipIndex },
): void {
  const isStart = frameUnder(host, down) < clip.start + clip.duration / 2;
  const other = isStart
    ? clipEndingAt(index, clip.trackId, clip.start)
    : clipStartingAt(index, clip.trackId, clip.start + clip.duration);
  if (other === null) return dragTrim(host, session, down, clip, isStart ? 'start' : 'end');
  dragRoll(host, session, down, isStart ? [other, clip] : [clip, other]);
}

function dragRoll(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  [left, right]: readonly [ClipRecord, ClipRecord],
): void {
  // Alt has selected the pressed clip alone: then its sound stays.
  const isMeant = down.altKey ? () => false : undefined;
  const cuts = cutsTogether(session.doc, [left.id, right.id], isMeant);
  const { min, max } = rollLimitsOfAll(session.doc, cuts);
  const cut = right.start;
  const offset = cut - frameUnder(host, down);
  const fixed = targets(host, session, cuts.flat());
  dragEdit(host, session, down, {
    label: strings.roll,
    follow: (point, gesture) => {
      const wanted = Math.round(frameUnder(host, point) + offset);
      const frame = clamp(wanted + snapped(host, [wanted], fixed, point), min, max);
      if (host.overlay.snapFrame !== frame) host.overlay.snapFrame = null;
      const refusal = gesture.preview((doc) => rollCuts(doc, cuts, frame));
      note(host, point, refusal ?? strings.movedTo(frame - cut, timecodeAt(frame, session.project.rate)));
    },
  });
}

/** The picture follows the pointer: dragged to the right, earlier frames come in. */
export function dragSlip(host: DragHost, session: ProjectSession, down: PointerEvent, clip: ClipRecord): void {
  const ids = linkedWith(session.doc, clip.id, (id) => session.selection.has(id));
  const { min, max } = slipLimitsOfAll(session.doc, ids);
  const grabbed = frameUnder(host, down);
  dragEdit(host, session, down, {
    label: strings.slip,
    follow: (point, gesture) => {
      const byFrames = clamp(Math.round(grabbed - frameUnder(host, point)), min, max);
      const refusal = gesture.preview((doc) => slipClips(doc, ids, byFrames));
      const isAtLimit = min === max ? strings.slipNoRoom : strings.slippedBy(byFrames, byFrames - min, max - byFrames);
      note(host, point, refusal ?? isAtLimit);
    },
  });
}

export function dragSlide(host: DragHost, session: ProjectSession, down: PointerEvent, clip: ClipRecord): void {
  const ids = linkedWith(session.doc, clip.id, (id) => session.selection.has(id));
  const { min, max } = slideLimitsOfAll(session.doc, ids);
  const grabbed = frameUnder(host, down);
  const fixed = targets(host, session, ids);
  dragEdit(host, session, down, {
    label: strings.slide,
    follow: (point, gesture) => {
      const wanted = clip.start + Math.round(frameUnder(host, point) - grabbed);
      const edges = [wanted, wanted + clip.duration];
      const byFrames = clamp(wanted + snapped(host, edges, fixed, point) - clip.start, min, max);
      const refusal = gesture.preview((doc) => slideTogether(doc, ids, byFrames));
      const at = timecodeAt(clip.start + byFrames, session.project.rate);
      note(host, point, refusal ?? strings.movedTo(byFrames, at));
    },
  });
}

/** Moves a pinned image over the frames of its shot. */
export function dragAnchor(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  { anchor, clip, shot }: { readonly anchor: AnchorRecord; readonly clip: ClipRecord; readonly shot: ShotRecord },
): void {
  const { rate } = session.project;
  const pinned = projectFrameOf(clip, anchor.frame, shot.rate, rate) + 0.5;
  const offset = pinned - frameUnder(host, down);
  dragEdit(host, session, down, {
    label: strings.moveAnchor,
    follow: (point, gesture) => {
      const under = clamp(Math.floor(frameUnder(host, point) + offset), clip.start, clip.start + clip.duration - 1);
      const frame = shotFrameAt(clip, under, shot.rate, rate);
      note(host, point, gesture.preview((doc) => moveAnchor(doc, anchor.id, frame)) ?? strings.anchorAt(frame));
    },
  });
}
