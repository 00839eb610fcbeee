/**
 * What the trim, slip and slide tools do to a pressed clip, and how a pinned image is moved on it, with the numbers
 * beside the pointer: how far, and where to.
 */
import type { AnchorRecord, ClipRecord, ShotRecord } from '@core/document/records';
import { timecodeAt } from '../../ui/timecode.svelte';
import { moveAnchor } from '@core/timeline/anchors';
import { rollCut, rollLimits } from '@core/timeline/roll';
import { slideClip, slideLimits } from '@core/timeline/slide';
import { slipClip, slipLimits } from '@core/timeline/slip';
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
  const { min, max } = rollLimits(session.doc, left.id, right.id);
  const cut = right.start;
  const offset = cut - frameUnder(host, down);
  const fixed = targets(host, session, [left.id, right.id]);
  dragEdit(host, session, down, {
    label: strings.roll,
    follow: (point, gesture) => {
      const wanted = Math.round(frameUnder(host, point) + offset);
      const frame = clamp(wanted + snapped(host, [wanted], fixed, point), min, max);
      if (host.overlay.snapFrame !== frame) host.overlay.snapFrame = null;
      const refusal = gesture.preview((doc) => rollCut(doc, left.id, right.id, frame));
      note(host, point, refusal ?? strings.movedTo(frame - cut, timecodeAt(frame, session.project.rate)));
    },
  });
}

/** The picture follows the pointer: dragged to the right, earlier frames come in. */
export function dragSlip(host: DragHost, session: ProjectSession, down: PointerEvent, clip: ClipRecord): void {
  const { min, max } = slipLimits(session.doc, clip.id);
  const grabbed = frameUnder(host, down);
  dragEdit(host, session, down, {
    label: strings.slip,
    follow: (point, gesture) => {
      const byFrames = clamp(Math.round(grabbed - frameUnder(host, point)), min, max);
      const refusal = gesture.preview((doc) => slipClip(doc, clip.id, byFrames));
      const isAtLimit = min === max ? strings.slipNoRoom : strings.slippedBy(byFrames, byFrames - min, max - byFrames);
      note(host, point, refusal ?? isAtLimit);
    },
  });
}

export function dragSlide(host: DragHost, session: ProjectSession, down: PointerEvent, clip: ClipRecord): void {
  const { min, max } = slideLimits(session.doc, clip.id);
  const grabbed = frameUnder(host, down);
  const fixed = targets(host, session, [clip.id]);
  dragEdit(host, session, down, {
    label: strings.slide,
    follow: (point, gesture) => {
      const wanted = clip.start + Math.round(frameUnder(host, point) - grabbed);
      const edges = [wanted, wanted + clip.duration];
      const start = clamp(wanted + snapped(host, edges, fixed, point), min, max);
      const refusal = gesture.preview((doc) => slideClip(doc, clip.id, start));
      note(host, point, refusal ?? strings.movedTo(start - clip.start, timecodeAt(start, session.project.rate)));
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
