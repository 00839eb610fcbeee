/**
 * Everything the timeline does by key or menu. Each edit works on the selection when there is one, and on what lies
 * under the playhead when there is not.
 */
import { audioTracksOf, recordOf, recordsOf, tracksOf, videoTracksOf } from '@core/document/access';
import type { ClipRecord } from '@core/document/records';
import { framesPerSecond } from '@core/time/rate';
import { liftRange } from '@core/timeline/clear-range';
import { addMarker } from '@core/timeline/markers';
import { copyClips, pasteClips, spanOf } from '@core/timeline/paste';
import { setInOut } from '@core/timeline/project-settings';
import { rollCut, rollLimits } from '@core/timeline/roll';
import { slideClip, slideLimits } from '@core/timeline/slide';
import { slipClip, slipLimits } from '@core/timeline/slip';
import { splitClip } from '@core/timeline/split';
import { addTrack } from '@core/timeline/tracks';
import { addDissolve } from '@core/timeline/transitions';
import { trimClip, type ClipEdge } from '@core/timeline/trim';
import type { Action } from '../../actions/action';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { cutsNear, deleteRecords, moveClips } from './clip-edits';
import { clipAtFrame, editPoints, indexClips } from './clip-index';
import { inSequence } from './edit-sequence';
import { strings } from './strings';
import { inOutEdit } from './timeline-drags';
import { timelineUiOf, type Tool } from './timeline-ui.svelte';
import { clamp, fitScale, maxScrollX, xOfFrame, zoomAround } from './time-scale';

const inStudio = (app: AppState): boolean => app.screen === 'studio' && app.session !== null;
const hasClips = (app: AppState): boolean => inStudio(app) && (app.session?.end ?? 0) > 0;
const hasSelection = (app: AppState): boolean => inStudio(app) && (app.session?.selection.size ?? 0) > 0;

type Run = (app: AppState, session: ProjectSession) => void;

function action(id: string, label: string, keys: readonly string[], run: Run, when = inStudio): Action {
  return {
    id: `timeline.${id}`,
    label,
    category: strings.category,
    keys,
    when,
    needs: when === hasSelection ? strings.needsSelection : strings.needsClips,
    run: (app) => {
      if (app.session !== null) run(app, app.session);
    },
  };
}

export const timelineActions: readonly Action[] = [
  action('split', 'Split at the playhead', ['Mod+KeyK', 'Mod+KeyB'], splitAtPlayhead, hasClips),
  action('delete', 'Delete', ['Delete', 'Backspace'], (_app, session) => remove(session, false), hasSelection),
  action(
    'rippleDelete',
    'Delete and close the gap',
    ['Shift+Delete', 'Shift+Backspace'],
    (_app, session) => remove(session, true),
    hasSelection,
  ),
  action('cut', 'Cut clips', ['Mod+KeyX'], (app, session) => cutSelection(app, session), hasSelection),
  action('copy', 'Copy clips', ['Mod+KeyC'], (app, session) => void copySelection(app, session), hasSelection),
  action('paste', 'Paste over what is at the playhead', ['Mod+KeyV'], (app, session) =>
    paste(app, session, 'overwrite'),
  ),
  action('pasteInsert', 'Paste at the playhead and move the rest', ['Mod+Shift+KeyV'], (app, session) =>
    paste(app, session, 'insert'),
  ),
  action('lift', 'Lift the marked range', ['Semicolon'], (app, session) => liftMarked(app, session, false), hasClips),
  action(
    'extract',
    'Take out the marked range and close the gap',
    ['Shift+Semicolon'],
    (app, session) => liftMarked(app, session, true),
    hasClips,
  ),
  action('dissolve', 'Add a dissolve at the nearest cut', ['Mod+KeyD'], dissolveNearest, hasClips),
  action(
    'trimStart',
    'Trim the start to the playhead (ripple)',
    ['KeyQ'],
    (app, session) => trimToPlayhead(app, session, 'start'),
    hasClips,
  ),
  action(
    'trimEnd',
    'Trim the end to the playhead (ripple)',
    ['KeyW'],
    (app, session) => trimToPlayhead(app, session, 'end'),
    hasClips,
  ),
  action('nudgeLeft', 'Nudge left', ['Alt+ArrowLeft'], (app, session) => nudge(app, session, -1), hasSelection),
  action('nudgeRight', 'Nudge right', ['Alt+ArrowRight'], (app, session) => nudge(app, session, 1), hasSelection),
  action(
    'nudgeLeftFar',
    'Nudge left by 10',
    ['Alt+Shift+ArrowLeft'],
    (app, session) => nudge(app, session, -10),
    hasSelection,
  ),
  action(
    'nudgeRightFar',
    'Nudge right by 10',
    ['Alt+Shift+ArrowRight'],
    (app, session) => nudge(app, session, 10),
    hasSelection,
  ),
  action('selectAll', 'Select all clips', ['Mod+KeyA'], selectAll, hasClips),
  action('deselect', 'Select nothing', ['Escape'], deselect),
  action('marker', 'Add a marker', ['KeyM'], markHere),
  action('addTrack', 'Add a track', [], (_app, session) => newTrack(session, 'video')),
  action('addAudioTrack', 'Add an audio track', [], (_app, session) => newTrack(session, 'audio')),
  action('selectTool', 'Select tool', ['KeyV'], (app) => useTool(app, 'select')),
  action('bladeTool', 'Blade tool', ['KeyB'], (app) => useTool(app, 'blade')),
  action('trimTool', 'Trim tool: rolls a cut', ['KeyT'], (app) => useTool(app, 'trim')),
  action('slipTool', 'Slip tool', ['KeyY'], (app) => useTool(app, 'slip')),
  action('slideTool', 'Slide tool', ['KeyU'], (app) => useTool(app, 'slide')),
  action('snap', 'Snapping on or off', ['KeyS'], (app) => {
    app.isSnapping = !app.isSnapping;
  }),
  action('zoomIn', 'Zoom in', ['Equal', 'NumpadAdd'], (app) => zoomAtPlayhead(app, 1.4)),
  action('zoomOut', 'Zoom out', ['Minus', 'NumpadSubtract'], (app) => zoomAtPlayhead(app, 1 / 1.4)),
  action('zoomFit', 'Fit the film', ['Backslash', 'Shift+KeyZ'], zoomToFit),
  action('previousEdit', 'Previous edit', ['ArrowUp'], (app, session) => jumpToEdit(app, session, -1)),
  action('nextEdit', 'Next edit', ['ArrowDown'], (app, session) => jumpToEdit(app, session, 1)),
  action('markIn', 'Set the in point', ['KeyI'], (app, session) => inOutEdit(session, 'in', app.transport.playhead)),
  action('markOut', 'Set the out point', ['KeyO'], (app, session) => inOutEdit(session, 'out', app.transport.playhead)),
  action('clearInOut', 'Clear in and out', ['Alt+KeyX'], (_app, session) => {
    session.edit(strings.clearInOut, (doc) => setInOut(doc, { inPoint: null, outPoint: null }));
  }),
  action('goToIn', 'Go to the in point', ['Shift+KeyI'], (app, session) =>
    app.transport.seek(session.project.inPoint ?? 0),
  ),
  action('goToOut', 'Go to the out point', ['Shift+KeyO'], (app, session) =>
    app.transport.seek(Math.max(0, (session.project.outPoint ?? session.end) - 1)),
  ),
];

/** The selected clips; without any, those under the playhead on tracks that can be edited. */
function clipsMeant(app: AppState, session: ProjectSession): readonly ClipRecord[] {
  const selected = [...session.selection].flatMap((id) => {
    const record = session.doc.get(id);
    return record?.kind === 'clip' ? [record] : [];
  });
  const { playhead } = app.transport;
  const isUnder = (clip: ClipRecord): boolean => clip.start <= playhead && playhead < clip.start + clip.duration;
  const meant = selected.filter(isUnder);
  if (meant.length > 0) return meant;
  const index = indexClips(session.doc);
  return [...videoTracksOf(session.doc), ...audioTracksOf(session.doc)]
    .filter((track) => !track.isLocked)
    .map((track) => clipAtFrame(index, track.id, playhead))
    .filter((clip) => clip !== null);
}

function splitAtPlayhead(app: AppState, session: ProjectSession): void {
  const { playhead } = app.transport;
  const clips = clipsMeant(app, session).filter((clip) => clip.start < playhead);
  if (clips.length === 0) {
    app.toast('info', strings.nothingToSplit);
    return;
  }
  const rightIds = clips.map(() => session.newId());
  const isDone = session.edit(strings.split, (doc) =>
    inSequence(
      doc,
      clips.map((clip, i) => (current) => splitClip(current, clip.id, playhead, rightIds[i] ?? session.newId())),
    ),
  );
  if (isDone) session.select(rightIds);
}

function remove(session: ProjectSession, ripple: boolean): void {
  const ids = [...session.selection];
  session.edit(ripple ? strings.rippleDelete : strings.deleteSelection, (doc) => deleteRecords(doc, ids, { ripple }));
}

/** false when no clip is selected. */
function copySelection(app: AppState, session: ProjectSession): boolean {
  const ids = [...session.selection].filter((id) => session.doc.get(id)?.kind === 'clip');
  if (ids.length === 0) {
    app.toast('info', strings.noClipToCopy);
    return false;
  }
  timelineUiOf(app).clipboard = { projectId: session.id, copied: copyClips(session.doc, ids) };
  app.toast('info', strings.copied(ids.length));
  return true;
}

function cutSelection(app: AppState, session: ProjectSession): void {
  if (!copySelection(app, session)) return;
  const ids = [...session.selection].filter((id) => session.doc.get(id)?.kind === 'clip');
  session.edit(strings.cut, (doc) => deleteRecords(doc, ids, { ripple: false }));
}

/** The playhead goes on to the end of what was pasted, so that pasting again adds to it. */
function paste(app: AppState, session: ProjectSession, mode: 'overwrite' | 'insert'): void {
  const { clipboard } = timelineUiOf(app);
  if (clipboard === null) {
    app.toast('info', strings.nothingToPaste, strings.nothingToPasteRemedy);
    return;
  }
  if (clipboard.projectId !== session.id) {
    app.toast('info', strings.pasteElsewhere, strings.pasteElsewhereRemedy);
    return;
  }
  const { playhead } = app.transport;
  let clipIds: readonly string[] = [];
  const isDone = session.edit(strings.paste, (doc) => {
    const pasted = pasteClips(doc, clipboard.copied, { atFrame: playhead, mode, newId: () => session.newId() });
    clipIds = pasted.clipIds;
    return pasted.diff;
  });
  if (!isDone) return;
  session.select(clipIds);
  app.transport.seek(playhead + spanOf(clipboard.copied));
}

/** On every track that is not locked, as far as the in and out points reach. */
function liftMarked(app: AppState, session: ProjectSession, ripple: boolean): void {
  const { inPoint, outPoint } = session.project;
  if (inPoint === null && outPoint === null) {
    app.toast('info', strings.noRange, strings.noRangeRemedy);
    return;
  }
  const range = { from: inPoint ?? 0, to: outPoint ?? session.end };
  const trackIds = tracksOf(session.doc)
    .filter((track) => !track.isLocked)
    .map(({ id }) => id);
  const label = ripple ? strings.extract : strings.lift;
  const isDone = session.edit(label, (doc) =>
    liftRange(doc, range, { trackIds, ripple, newId: () => session.newId() }),
  );
  if (isDone && ripple) app.transport.seek(range.from);
}

function dissolveNearest(app: AppState, session: ProjectSession): void {
  const cuts = cutsNear(indexClips(session.doc).byTrack.values(), app.transport.playhead);
  const isSelected = ({ left, right }: { left: ClipRecord; right: ClipRecord }): boolean =>
    session.selection.has(left.id) && session.selection.has(right.id);
  const cut = cuts.find(isSelected) ?? cuts[0];
  if (cut === undefined) {
    app.toast('info', strings.noCut, strings.noCutRemedy);
    return;
  }
  const id = session.newId();
  // Half a second, but never more than half of the shorter clip.
  const wanted = Math.round(framesPerSecond(session.project.rate) / 2);
  const frames = clamp(wanted, 2, Math.max(2, Math.floor(Math.min(cut.left.duration, cut.right.duration) / 2)));
  const clipsEnd = lastFrameOf(session, cut.right);
  if (!session.edit(strings.addDissolve, (doc) => addDissolve(doc, cut.left.id, cut.right.id, { id, frames }))) return;
  session.select([id]);
  const shorter = clipsEnd - lastFrameOf(session, cut.right);
  if (shorter > 0) app.toast('info', strings.shortened(shorter), strings.shortenedRemedy);
}

function lastFrameOf(session: ProjectSession, clip: ClipRecord): number {
  const { start, duration } = recordOf(session.doc, 'clip', clip.id);
  return start + duration;
}

function trimToPlayhead(app: AppState, session: ProjectSession, edge: ClipEdge): void {
  const { playhead } = app.transport;
  const clip = clipsMeant(app, session)[0];
  // For the end the frame under the playhead stays the last one shown.
  const frame = edge === 'start' ? playhead : playhead + 1;
  if (clip === undefined || (edge === 'start' && clip.start === playhead)) return;
  if (!session.edit(strings.rippleTrim, (doc) => trimClip(doc, clip.id, edge, frame, { ripple: true }))) return;
  if (edge === 'start') app.transport.seek(clip.start);
}

/** Moves the selected clips by some frames; with the trim, slip or slide tool, does by keys what that tool drags. */
function nudge(app: AppState, session: ProjectSession, frames: number): void {
  const clips = [...session.selection].flatMap((id) => {
    const record = session.doc.get(id);
    return record?.kind === 'clip' ? [record] : [];
  });
  const [only] = clips;
  if (only === undefined) return;
  const { tool } = timelineUiOf(app);
  if (clips.length === 1 && (tool === 'trim' || tool === 'slip' || tool === 'slide'))
    return nudgeWithTool(app, session, { tool, clip: only, frames });
  const by = Math.max(frames, -Math.min(...clips.map((clip) => clip.start)));
  if (by === 0) return;
  session.edit(strings.nudgeClips, (doc) =>
    moveClips(
      doc,
      clips.map(({ id, trackId, start }) => ({ clipId: id, trackId, start: start + by })),
    ),
  );
}

/** As far as there is room; the trim tool rolls the cut of the clip that is nearest to the playhead. */
function nudgeWithTool(
  app: AppState,
  session: ProjectSession,
  nudge: { readonly tool: 'trim' | 'slip' | 'slide'; readonly clip: ClipRecord; readonly frames: number },
): void {
  const { tool, clip, frames } = nudge;
  const doc = session.doc;
  if (tool === 'slip') {
    const { min, max } = slipLimits(doc, clip.id);
    if (min === max) app.toast('info', strings.slipNoRoom);
    else session.edit(strings.slip, (now) => slipClip(now, clip.id, clamp(frames, min, max)));
  } else if (tool === 'slide') {
    const { min, max } = slideLimits(doc, clip.id);
    session.edit(strings.slide, (now) => slideClip(now, clip.id, clamp(clip.start + frames, min, max)));
  } else {
    const cuts = cutsNear(indexClips(doc).byTrack.values(), app.transport.playhead);
    const cut = cuts.find(({ left, right }) => left.id === clip.id || right.id === clip.id);
    if (cut === undefined) return app.toast('info', strings.noCut, strings.noCutRemedy);
    const { min, max } = rollLimits(doc, cut.left.id, cut.right.id);
    const frame = clamp(cut.frame + frames, min, max);
    session.edit(strings.roll, (now) => rollCut(now, cut.left.id, cut.right.id, frame));
  }
}

function selectAll(_app: AppState, session: ProjectSession): void {
  session.select(recordsOf(session.doc, 'clip').map((clip) => clip.id));
}

function deselect(app: AppState, session: ProjectSession): void {
  const ui = timelineUiOf(app);
  if (ui.pendingDrop !== null) ui.pendingDrop = null;
  else if (ui.tool !== 'select') ui.tool = 'select';
  else session.select([]);
}

function markHere(app: AppState, session: ProjectSession): void {
  const { playhead } = app.transport;
  const markers = recordsOf(session.doc, 'marker');
  const here = markers.find((marker) => marker.frame === playhead);
  if (here !== undefined) {
    session.select([here.id]);
    return;
  }
  const id = session.newId();
  const name = strings.markerName(markers.length + 1);
  session.edit(strings.addMarker, (doc) => addMarker(doc, { id, frame: playhead, name }));
}

function newTrack(session: ProjectSession, type: 'video' | 'audio'): void {
  const label = type === 'audio' ? strings.addAudioTrack : strings.addTrack;
  session.edit(label, (doc) => addTrack(doc, { id: session.newId(), type }));
}

function useTool(app: AppState, tool: Tool): void {
  timelineUiOf(app).tool = tool;
}

function zoomAtPlayhead(app: AppState, factor: number): void {
  const { laneWidth } = timelineUiOf(app);
  const x = xOfFrame(app.timelineView, app.transport.playhead);
  // A playhead out of sight would throw the view away: then the middle stays.
  const anchor = x >= 0 && x <= laneWidth ? x : laneWidth / 2;
  Object.assign(app.timelineView, zoomAround(app.timelineView, factor, anchor));
}

export function zoomToFit(app: AppState, session: ProjectSession): void {
  const { laneWidth } = timelineUiOf(app);
  const tenSeconds = 10 * framesPerSecond(session.project.rate);
  Object.assign(app.timelineView, fitScale(session.end, laneWidth, tenSeconds));
}

function jumpToEdit(app: AppState, session: ProjectSession, direction: -1 | 1): void {
  const points = editPoints(indexClips(session.doc));
  const { playhead } = app.transport;
  const next =
    direction === 1 ? points.find((point) => point > playhead) : points.findLast((point) => point < playhead);
  if (next !== undefined) app.transport.seek(next);
}

/** Keeps the view inside the film after it became shorter or the window wider. */
export function clampScroll(app: AppState): void {
  const { pixelsPerFrame, scrollX } = app.timelineView;
  const most = maxScrollX(pixelsPerFrame, app.session?.end ?? 0, timelineUiOf(app).laneWidth);
  if (scrollX > most) app.timelineView.scrollX = most;
}
