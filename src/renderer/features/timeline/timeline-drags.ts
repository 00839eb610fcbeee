/**
 * What each drag on the timeline does. Every drag previews through a session gesture and commits once on release;
 * pointer positions never enter reactive state. The host lends its geometry and an overlay to draw on.
 */
import { decimal } from '../../ui/format';
import { clipsOfShot, recordOf } from '@core/document/access';
import { shotFrameAt, sourceRangeOf } from '@core/document/branch';
import { playedRate } from '@core/document/clip-speed';
import type { ClipRecord } from '@core/document/records';
import { ceilToRate, framesPerSecond, secondsFromFrames } from '@core/time/rate';
import { timecodeAt } from '../../ui/timecode.svelte';
import { setInOut } from '@core/timeline/project-settings';
import { setMarker } from '@core/timeline/markers';
import { moveBlockEdge, setTravel, widestTravel } from '@core/timeline/prompt-blocks';
import { snapTargets } from '@core/timeline/snap';
import { trimLimitsOfAll, trimmedTogether, withCompanions } from '@core/timeline/together';
import { trimClips, type ClipEdge } from '@core/timeline/trim';
import { estimateFor, modelFor, windowsFor } from '../../actions/generate';
import type { ProjectSession } from '../../state/session.svelte';
import { moveClips, type ClipMove } from './clip-edits';
import {
  clearOverlay,
  createAutoScroll,
  dragEdit,
  type DragHost,
  drawMarquee,
  frameUnder,
  note,
  snapped,
  targets,
} from './drag-support';
import { framesPerExtension, snapExtension } from './extension-grid';
import { rowAtY } from './lane-layout';
import type { Ghost } from './paint-tracks';
import { startDrag, type DragPoint } from './pointer-drag';
import { projectFrameOf, shotBoundaryNear } from './shot-mapping';
import { spokenDuration, strings } from './strings';
import { clamp } from './time-scale';
import type { PlacedBlock, PlacedTravel } from './timeline-scene.svelte';
import { timelineUiOf } from './timeline-ui.svelte';

/** Moves the selected clips, or the one pressed, in time and between tracks. */
export function dragClips(host: DragHost, session: ProjectSession, down: PointerEvent, pressed: ClipRecord): void {
  const clips = [...new Set([...session.selection, pressed.id])].flatMap((id) => {
    const record = session.doc.get(id);
    return record?.kind === 'clip' ? [record] : [];
  });
  const fixed = targets(
    host,
    session,
    clips.map((clip) => clip.id),
  );
  const grabbed = frameUnder(host, down);
  const first = Math.min(...clips.map((clip) => clip.start));
  // Kept for the whole drag: each preview makes new rows.
  const rows = host.rows();
  const rowIndex = (trackId: string): number => rows.findIndex((row) => row.track.id === trackId);
  const pressedRow = rowIndex(pressed.trackId);
  let gesture: ReturnType<ProjectSession['beginGesture']> | null = null;

  const follow = (point: DragPoint): void => {
    const moved = Math.max(-first, Math.round(frameUnder(host, point) - grabbed));
    const edges = clips.flatMap((clip) => [clip.start + moved, clip.start + clip.duration + moved]);
    const delta = Math.max(-first, moved + snapped(host, edges, fixed, point));
    const target = rowAtY(rows, point.clientY - host.tracks().top);
    const wanted = target === null ? 0 : rows.indexOf(target) - pressedRow;
    const indices = clips.map((clip) => rowIndex(clip.trackId));
    const rowDelta = clamp(wanted, -Math.min(...indices), rows.length - 1 - Math.max(...indices));
    const moves = clips.flatMap((clip, i): ClipMove[] => {
      const row = rows[(indices[i] ?? 0) + rowDelta];
      return row === undefined ? [] : [{ clipId: clip.id, trackId: row.track.id, start: clip.start + delta }];
    });
    note(host, point, gesture?.preview((doc) => moveClips(doc, moves)) ?? null);
  };
  const scroll = createAutoScroll(host, follow);
  startDrag(host.element, down, {
    begin: () => {
      gesture = session.beginGesture(strings.moveClips(clips.length));
    },
    move: (point) => {
      follow(point);
      scroll.at(point);
    },
    end: () => {
      scroll.stop();
      gesture?.commit();
      clearOverlay(host);
    },
    cancel: () => {
      scroll.stop();
      gesture?.cancel();
      clearOverlay(host);
    },
  });
}

/** Moves one end of a clip and of what is linked and selected with it; with Alt what follows moves along (ripple). */
export function dragTrim(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  clip: ClipRecord,
  edge: ClipEdge,
): void {
  const edgeFrame = edge === 'start' ? clip.start : clip.start + clip.duration;
  const offset = edgeFrame - frameUnder(host, down);
  // A clip taken out of its link with Alt is trimmed alone.
  const ids = trimmedTogether(session.doc, clip.id, edge, (id) => session.selection.has(id));
  const fixed = targets(host, session, ids);
  const docAtStart = session.doc;
  dragEdit(host, session, down, {
    label: down.altKey ? strings.rippleTrim : strings.trim,
    follow: (point, gesture) => {
      const ripple = point.altKey;
      const wanted = Math.round(frameUnder(host, point) + offset);
      const { min, max } = trimLimitsOfAll(docAtStart, ids, edge, { ripple });
      const frame = clamp(wanted + snapped(host, [wanted], fixed, point), min, max);
      if (host.overlay.snapFrame !== null && host.overlay.snapFrame !== frame) host.overlay.snapFrame = null;
      const refusal = gesture.preview((doc) => trimClips(doc, ids, edge, frame, { ripple }));
      note(host, point, refusal ?? strings.movedTo(frame - edgeFrame, timecodeAt(frame, session.project.rate)));
    },
  });
}

/**
 * Pulls new frames out of a clip's end: a hatched ghost in whole model windows (Alt: single frames) with what they
 * cost, then the form that asks what happens in them. The document changes only when that form is confirmed.
 */
export function dragExtension(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  clip: ClipRecord,
  direction: 'forward' | 'backward',
): void {
  const { app } = host;
  const ui = timelineUiOf(app);
  if (clip.source.type !== 'shot') return;
  const shot = recordOf(session.doc, 'shot', clip.source.shotId);
  const row = host.rows().find((one) => one.track.id === clip.trackId);
  const manifest = app.modelOf(shot.modelId)?.manifest;
  if (row === undefined || manifest === undefined) return;
  const rate = session.project.rate;
  const shotRate = playedRate(clip, shot.rate);
  const film = session.shotFilm(shot.id);
  const perWindow = framesPerExtension(manifest, shot.sampling);
  const costs = new Map<number, string>();
  let frames = perWindow;
  const at = branchPoint(session, clip, direction);
  const branch = at === null ? {} : { atShotFrame: at };

  const label = (): string => {
    const seconds = decimal(secondsFromFrames(frames, shotRate), 1);
    return strings.ghost(frames, seconds) + (costs.get(frames) ?? '');
  };
  const ghost = (): Ghost => {
    const length = ceilToRate(frames, shotRate, rate);
    const [from, to] =
      direction === 'forward'
        ? [clip.start + clip.duration, clip.start + clip.duration + length]
        : [clip.start - length, clip.start];
    return { row, from, to, label: label() };
  };
  const askCost = async (count: number): Promise<void> => {
    if (costs.has(count)) return;
    costs.set(count, '');
    const { windows } = windowsFor(modelFor(app, shot.modelId), shot, {
      frames: count,
      direction,
      priorCount: film.to - film.from,
    });
    const cost = await estimateFor(app, shot, windows);
    if (cost === null) return;
    costs.set(count, strings.ghostEstimate(spokenDuration(cost.seconds)));
    if (host.overlay.ghost !== null) host.overlay.ghost = ghost();
    host.redraw();
  };

  const follow = (point: DragPoint): void => {
    const pointer = frameUnder(host, point);
    const pulled = direction === 'forward' ? pointer - (clip.start + clip.duration) : clip.start - pointer;
    frames = snapExtension(
      (Math.max(0, pulled) * framesPerSecond(shotRate)) / framesPerSecond(rate),
      perWindow,
      point.altKey,
    );
    host.overlay.ghost = ghost();
    host.redraw();
    void app.attempt(() => askCost(frames));
  };
  const scroll = createAutoScroll(host, follow);
  const stop = (): void => {
    scroll.stop();
    ui.isExtending = false;
    clearOverlay(host);
  };
  startDrag(host.element, down, {
    begin: () => {
      session.select([clip.id]);
      ui.isExtending = true;
    },
    move: (point) => {
      follow(point);
      scroll.at(point);
    },
    end: ({ clientX, clientY }) => {
      stop();
      app.openExtend({ clipId: clip.id, direction, frames, at: { x: clientX, y: clientY }, ...branch });
    },
    cancel: stop,
    click: ({ clientX, clientY }) => {
      stop();
      app.openExtend({ clipId: clip.id, direction, at: { x: clientX, y: clientY }, ...branch });
    },
  });
}

/** Moves where a prompt begins or ends; snaps to the model's windows and to everything else. */
export function dragBlockEdge(
  host: DragHost,
  session: ProjectSession,
  down: PointerEvent,
  placed: PlacedBlock,
  edge: 'from' | 'to',
  windowGrid: readonly number[],
): void {
  const { block, clip, shot } = placed;
  const start = edge === 'from' ? placed.from : placed.to;
  const offset = start - frameUnder(host, down);
  const fixed = [...targets(host, session, []), ...windowGrid].filter((frame) => frame !== start).sort((a, b) => a - b);
  let gesture: ReturnType<ProjectSession['beginGesture']> | null = null;
  startDrag(host.element, down, {
    begin: () => {
      session.select([block.id]);
      gesture = session.beginGesture(strings.moveBoundary);
    },
    move: (point) => {
      const wanted = frameUnder(host, point) + offset;
      const frame = wanted + snapped(host, [wanted], fixed, point);
      const boundary = shotBoundaryNear(clip, frame, shot.rate, session.project.rate);
      note(host, point, gesture?.preview((doc) => moveBlockEdge(doc, block.id, edge, boundary)) ?? null);
    },
    end: () => {
      gesture?.commit();
      clearOverlay(host);
    },
    cancel: () => {
      gesture?.cancel();
      clearOverlay(host);
    },
  });
}

/** Opens or closes a travel zone around its boundary, as an audio cross-fade is; its kind stays. */
export function dragTravel(host: DragHost, session: ProjectSession, down: PointerEvent, placed: PlacedTravel): void {
  const { left, right, zone } = placed;
  const { block, clip, shot } = right;
  const kind = zone?.kind ?? 'linear';
  const boundary = projectFrameOf(clip, zone?.boundary ?? block.from, shot.rate, session.project.rate);
  const perFrame = framesPerSecond(playedRate(clip, shot.rate)) / framesPerSecond(session.project.rate);
  const most = widestTravel(left, block);
  const start = zone === null ? 0 : zone.to - zone.from;
  // A press on the zone's edge does not move it; only what is pulled counts.
  const grabbed = Math.abs(frameUnder(host, down) - boundary);
  dragEdit(host, session, down, {
    label: strings.setTravel,
    begin: () => {
      session.select([block.id]);
    },
    follow: (point, gesture) => {
      const pulled = Math.abs(frameUnder(host, point) - boundary) - grabbed;
      const frames = clamp(Math.round(start + 2 * pulled * perFrame), 0, most);
      const refusal = gesture.preview((doc) => setTravel(doc, block.id, frames === 0 ? null : { kind, frames }));
      note(host, point, refusal ?? strings.travelWidth(frames, strings.travelKinds[kind]));
    },
    click: () => {
      session.select([block.id]);
    },
  });
}

/** Selects what a rectangle touches; with Shift or Mod it adds to what was selected. */
export function dragMarquee(host: DragHost, session: ProjectSession, down: PointerEvent, onClick: () => void): void {
  const before = session.selection;
  const isAdding = down.shiftKey || down.ctrlKey || down.metaKey;
  const box = host.tracks();
  startDrag(host.element, down, {
    move: (point) => {
      const { left, top, right, bottom } = drawMarquee(host, down, point);
      const found = host.clipsIn(left - box.left, top - box.top, right - box.left, bottom - box.top);
      session.select(withCompanions(session.doc, isAdding ? [...before, ...found] : found));
      host.redraw();
    },
    end: () => {
      clearOverlay(host);
    },
    cancel: () => {
      session.select(before);
      clearOverlay(host);
    },
    click: () => {
      if (!isAdding) session.select([]);
      onClick();
    },
  });
}

/** Scrubs: the playhead follows the pointer at once and is clamped to the film. */
export function dragPlayhead(host: DragHost, session: ProjectSession, down: PointerEvent): void {
  const { app } = host;
  const fixed = snapTargets(session.doc, { exclude: [], playhead: null });
  const seek = (point: DragPoint, isScrub: boolean): void => {
    const wanted = Math.floor(Math.max(0, frameUnder(host, point)));
    app.transport.seek(wanted + snapped(host, [wanted], fixed, point), { isScrub });
  };
  const scroll = createAutoScroll(host, (point) => {
    seek(point, true);
  });
  app.transport.pause();
  const pressed = {
    clientX: down.clientX,
    clientY: down.clientY,
    altKey: down.altKey,
    shiftKey: down.shiftKey,
    modKey: false,
  };
  seek(pressed, true);
  const stop = (): void => {
    scroll.stop();
    clearOverlay(host);
    app.transport.seek(app.transport.playhead);
  };
  startDrag(host.element, down, {
    move: (point) => {
      seek(point, true);
      scroll.at(point);
      host.redraw();
    },
    end: stop,
    cancel: stop,
    click: stop,
  });
}

export function dragMarker(host: DragHost, session: ProjectSession, down: PointerEvent, markerId: string): void {
  const fixed = targets(host, session, [markerId]);
  let gesture: ReturnType<ProjectSession['beginGesture']> | null = null;
  startDrag(host.element, down, {
    begin: () => {
      gesture = session.beginGesture(strings.moveMarker);
    },
    move: (point) => {
      const wanted = Math.max(0, Math.round(frameUnder(host, point)));
      const frame = Math.max(0, wanted + snapped(host, [wanted], fixed, point));
      note(host, point, gesture?.preview((doc) => setMarker(doc, markerId, { frame })) ?? null);
    },
    end: () => {
      gesture?.commit();
      clearOverlay(host);
    },
    cancel: () => {
      gesture?.cancel();
      clearOverlay(host);
    },
    click: () => {
      const marker = session.doc.get(markerId);
      session.select([markerId]);
      if (marker?.kind === 'marker') host.app.transport.seek(marker.frame);
    },
  });
}

/** In or out at a frame; the other point gives way when they would cross. */
export function inOutEdit(session: ProjectSession, edge: 'in' | 'out', frame: number): void {
  const { inPoint, outPoint } = session.project;
  if (edge === 'in')
    session.edit(strings.setIn, (doc) =>
      setInOut(doc, { inPoint: frame, ...(outPoint !== null && outPoint <= frame && { outPoint: null }) }),
    );
  else
    session.edit(strings.setOut, (doc) =>
      setInOut(doc, { outPoint: frame + 1, ...(inPoint !== null && inPoint > frame && { inPoint: null }) }),
    );
}

/**
 * Where an extension branches off: at the end that is seen, when the clip was trimmed and shows its shot alone. Else
 * the film's own edge (null): another clip of the same shot would change under the artist's hands.
 */
function branchPoint(session: ProjectSession, clip: ClipRecord, direction: 'forward' | 'backward'): number | null {
  const range = sourceRangeOf(session.doc, clip);
  if (range === null || clip.source.type !== 'shot' || clipsOfShot(session.doc, clip.source.shotId).length > 1)
    return null;
  if (direction === 'forward' && clip.sourceIn + clip.duration < range.to)
    return shotFrameAt(session.doc, clip, clip.start + clip.duration - 1) + 1;
  if (direction === 'backward' && clip.sourceIn > range.from) return shotFrameAt(session.doc, clip, clip.start);
  return null;
}
