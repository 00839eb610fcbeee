/**
 * Everything the timeline does by key or menu. Each edit works on the selection when there is one, and on what lies
 * under the playhead when there is not.
 */
import { audioTracksOf, markersOf, recordOf, recordsOf, tracksOf, videoTracksOf } from '@core/document/access';
import type { ClipRecord } from '@core/document/records';
import { framesPerSecond } from '@core/time/rate';
import { liftRange } from '@core/timeline/clear-range';
import { closeGap } from '@core/timeline/fill-gap';
import { addMarker } from '@core/timeline/markers';
import { copyClips, pasteClips, spanOf } from '@core/timeline/paste';
import { isSyncLocked } from '@core/timeline/ripple';
import { setInOut } from '@core/timeline/project-settings';
import {
  cutsTogether,
  linkedWith,
  pictureOf,
  rollCuts,
  rollLimitsOfAll,
  slideLimitsOfAll,
  slipClips,
  slipLimitsOfAll,
} from '@core/timeline/linked-edits';
import { slideTogether } from '@core/timeline/slide';
import { addTrack, setTrackHeight } from '@core/timeline/tracks';
import { addDissolve } from '@core/timeline/transitions';
import { groupClips, linkClips, splitClips, trimmedTogether, ungroupClips, unlinkClips } from '@core/timeline/together';
import { trimClips, type ClipEdge } from '@core/timeline/trim';
import type { Action } from '../../actions/action';
import { hasLockedSpeed } from '../../actions/clip-speed';
import { selectedClip } from '../../actions/selection';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { cutsNear, deleteRecords, moveClips } from './clip-edits';
import { clipAtFrame, editPoints, indexClips } from './clip-index';
import { askCloseLoop, askFillGap, gapMeant } from './join-choices';
import { inSequence } from './edit-sequence';
import { pinCopied } from './pin-clip';
import { redraw } from './redraw';
import { strings } from './strings';
import { inOutEdit } from './timeline-drags';
import { matchFrame, nextUseOfFrame } from './match-frame';
import { openPasteAttributes } from '../attributes/attribute-source';
import { strings as attributeStrings } from '../attributes/strings';
import { MAX_TRACK_SCALE, MIN_TRACK_SCALE, timelineUiOf, type Tool } from './timeline-ui.svelte';
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
    needs: when === hasClips ? strings.needsClips : strings.needsSelection,
    run: (app) => {
      if (app.session !== null) run(app, app.session);
    },
  };
}

export const timelineActions: readonly Action[] = [
  action('split', strings.actions.split, ['Mod+KeyK', 'Mod+KeyB'], splitAtPlayhead, hasClips),
  action(
    'delete',
    strings.actions.delete,
    ['Delete', 'Backspace'],
    (_app, session) => remove(session, false),
    hasSelection,
  ),
  action(
    'rippleDelete',
    strings.actions.rippleDelete,
    ['Shift+Delete', 'Shift+Backspace'],
    (app, session) => {
      if (timelineUiOf(app).gap === null) remove(session, true);
      else closeGapMeant(app, session);
    },
    (app) => hasSelection(app) || (inStudio(app) && timelineUiOf(app).gap !== null),
  ),
  action('cut', strings.actions.cut, ['Mod+KeyX'], (app, session) => cutSelection(app, session), hasSelection),
  action('copy', strings.actions.copy, ['Mod+KeyC'], (app, session) => void copySelection(app, session), hasSelection),
  action('paste', strings.actions.paste, ['Mod+KeyV'], (app, session) => paste(app, session, 'overwrite')),
  action('pasteInsert', strings.actions.pasteInsert, ['Mod+Shift+KeyV'], (app, session) =>
    paste(app, session, 'insert'),
  ),
  action('pinCopied', strings.pinClipAction, ['Mod+Alt+KeyP'], pinCopied, hasClips),
  action('lift', strings.actions.lift, ['Semicolon'], (app, session) => liftMarked(app, session, false), hasClips),
  action(
    'extract',
    strings.actions.extract,
    ['Shift+Semicolon'],
    (app, session) => liftMarked(app, session, true),
    hasClips,
  ),
  action('rename', strings.renameAction, ['F2'], rename, hasSelection),
  action('speed', strings.speedAction, ['Mod+KeyR'], askSpeed, hasSelection),
  action('group', strings.groupAction, ['Mod+KeyG'], group, hasSelection),
  action('ungroup', strings.ungroupAction, ['Mod+Shift+KeyG'], ungroup, hasSelection),
  action('link', strings.linkAction, ['Mod+KeyL'], linkOrUnlink, hasSelection),
  action('pasteAttributes', attributeStrings.action, ['Mod+Alt+KeyV'], openPasteAttributes, hasSelection),
  action('matchFrame', strings.matchFrame, ['KeyF'], matchFrame, hasClips),
  action('nextUse', strings.nextUse, ['Shift+KeyF'], nextUseOfFrame, hasClips),
  action('previousMarker', strings.previousMarker, ['BracketLeft'], (app, session) => jumpToMarker(app, session, -1)),
  action('nextMarker', strings.nextMarker, ['BracketRight'], (app, session) => jumpToMarker(app, session, 1)),
  action('tallerTracks', strings.tallerTracks, ['Shift+Equal'], (app) => scaleTracks(app, 1.25)),
  action('lowerTracks', strings.lowerTracks, ['Shift+Minus'], (app) => scaleTracks(app, 0.8)),
  action('resetTrackHeights', strings.resetTrackHeights, [], resetTrackHeights),
  action('fillGap', strings.fillGapAction, ['KeyG'], askFillGap, hasClips),
  action('closeLoop', strings.closeLoopAction, ['Shift+KeyG'], askCloseLoop, hasClips),
  action('redraw', strings.redrawAction, ['Alt+KeyG'], redraw, hasClips),
  action('dissolve', strings.actions.dissolve, ['Mod+KeyD'], dissolveNearest, hasClips),
  action(
    'trimStart',
    strings.actions.trimStart,
    ['KeyQ'],
    (app, session) => trimToPlayhead(app, session, 'start'),
    hasClips,
  ),
  action('trimEnd', strings.actions.trimEnd, ['KeyW'], (app, session) => trimToPlayhead(app, session, 'end'), hasClips),
  action(
    'nudgeLeft',
    strings.actions.nudgeLeft,
    ['Alt+ArrowLeft'],
    (app, session) => nudge(app, session, -1),
    hasSelection,
  ),
  action(
    'nudgeRight',
    strings.actions.nudgeRight,
    ['Alt+ArrowRight'],
    (app, session) => nudge(app, session, 1),
    hasSelection,
  ),
  action(
    'nudgeLeftFar',
    strings.actions.nudgeLeftFar,
    ['Alt+Shift+ArrowLeft'],
    (app, session) => nudge(app, session, -10),
    hasSelection,
  ),
  action(
    'nudgeRightFar',
    strings.actions.nudgeRightFar,
    ['Alt+Shift+ArrowRight'],
    (app, session) => nudge(app, session, 10),
    hasSelection,
  ),
  action('selectAll', strings.actions.selectAll, ['Mod+KeyA'], selectAll, hasClips),
  action('deselect', strings.actions.deselect, ['Escape'], deselect),
  action('marker', strings.actions.marker, ['KeyM'], markHere),
  action('addTrack', strings.actions.addTrack, [], (_app, session) => newTrack(session, 'video')),
  action('addAudioTrack', strings.actions.addAudioTrack, [], (_app, session) => newTrack(session, 'audio')),
  action('selectTool', strings.actions.selectTool, ['KeyV'], (app) => useTool(app, 'select')),
  action('bladeTool', strings.actions.bladeTool, ['KeyB'], (app) => useTool(app, 'blade')),
  action('trimTool', strings.actions.trimTool, ['KeyT'], (app) => useTool(app, 'trim')),
  action('slipTool', strings.actions.slipTool, ['KeyY'], (app) => useTool(app, 'slip')),
  action('slideTool', strings.actions.slideTool, ['KeyU'], (app) => useTool(app, 'slide')),
  action('snap', strings.actions.snap, ['KeyS'], (app) => {
    app.isSnapping = !app.isSnapping;
  }),
  action('zoomIn', strings.actions.zoomIn, ['Equal', 'NumpadAdd'], (app) => zoomAtPlayhead(app, 1.4)),
  action('zoomOut', strings.actions.zoomOut, ['Minus', 'NumpadSubtract'], (app) => zoomAtPlayhead(app, 1 / 1.4)),
  action('zoomFit', strings.actions.zoomFit, ['Backslash', 'Shift+KeyZ'], zoomToFit),
  action('previousEdit', strings.actions.previousEdit, ['ArrowUp'], (app, session) => jumpToEdit(app, session, -1)),
  action('nextEdit', strings.actions.nextEdit, ['ArrowDown'], (app, session) => jumpToEdit(app, session, 1)),
  action('markIn', strings.actions.markIn, ['KeyI'], (app, session) =>
    inOutEdit(session, 'in', app.transport.playhead),
  ),
  action('markOut', strings.actions.markOut, ['KeyO'], (app, session) =>
    inOutEdit(session, 'out', app.transport.playhead),
  ),
  action('clearInOut', strings.actions.clearInOut, ['Alt+KeyX'], (_app, session) => {
    session.edit(strings.clearInOut, (doc) => setInOut(doc, { inPoint: null, outPoint: null }));
  }),
  action('goToIn', strings.actions.goToIn, ['Shift+KeyI'], (app, session) =>
    app.transport.seek(session.project.inPoint ?? 0),
  ),
  action('goToOut', strings.actions.goToOut, ['Shift+KeyO'], (app, session) =>
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
  let rightIds: readonly string[] = [];
  const isDone = session.edit(strings.split, (doc) => {
    const ids = clips.map(({ id }) => id);
    const split = splitClips(doc, ids, playhead, () => session.newId());
    rightIds = split.rightIds;
    return split.diff;
  });
  if (isDone) session.select(rightIds);
}

function remove(session: ProjectSession, ripple: boolean): void {
  const ids = [...session.selection];
  session.edit(ripple ? strings.rippleDelete : strings.deleteSelection, (doc) => deleteRecords(doc, ids, { ripple }));
}

function closeGapMeant(app: AppState, session: ProjectSession): void {
  const gap = gapMeant(app, session);
  timelineUiOf(app).gap = null;
  if (gap !== null) session.edit(strings.closeGap, (doc) => closeGap(doc, gap));
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

/** On every track that is not locked, or out of sync lock where the gap closes; as far as the in and out points reach. */
function liftMarked(app: AppState, session: ProjectSession, ripple: boolean): void {
  const { inPoint, outPoint } = session.project;
  if (inPoint === null && outPoint === null) {
    app.toast('info', strings.noRange, strings.noRangeRemedy);
    return;
  }
  const range = { from: inPoint ?? 0, to: outPoint ?? session.end };
  const trackIds = tracksOf(session.doc)
    .filter((track) => (ripple ? isSyncLocked(track) : !track.isLocked))
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
  if (
    !session.edit(strings.rippleTrim, (doc) =>
      trimClips(doc, trimmedTogether(doc, clip.id, edge), edge, frame, { ripple: true }),
    )
  )
    return;
  if (edge === 'start') app.transport.seek(clip.start);
}

function selectedClipIds(session: ProjectSession): string[] {
  return [...session.selection].filter((id) => session.doc.get(id)?.kind === 'clip');
}

function group(_app: AppState, session: ProjectSession): void {
  session.edit(strings.group, (doc) => groupClips(doc, selectedClipIds(session), session.newId()));
}

/** In the inspector, where the name stands; of several things none is meant. */
function rename(app: AppState, session: ProjectSession): void {
  if (selectedClip(session) === null) app.toast('info', strings.renameWhat);
  else app.nameFocusRequests += 1;
}

/** In the inspector, beside how long it makes the clip. */
function askSpeed(app: AppState, session: ProjectSession): void {
  const clip = selectedClip(session);
  if (clip === null) app.toast('info', strings.speedWhat);
  else if (clip.source.type === 'still') app.toast('info', strings.noSpeedOfStill);
  else if (hasLockedSpeed(session, clip)) app.toast('info', strings.trackIsLocked);
  else app.speedFocusRequests += 1;
}

function ungroup(app: AppState, session: ProjectSession): void {
  const ids = selectedClipIds(session);
  if (ids.every((id) => recordOf(session.doc, 'clip', id).groupId === undefined))
    return app.toast('info', strings.noGroup);
  session.edit(strings.ungroup, (doc) => ungroupClips(doc, ids));
}

/** Links what is selected; what is one link already is unlinked. */
function linkOrUnlink(_app: AppState, session: ProjectSession): void {
  const ids = selectedClipIds(session);
  const links = new Set(ids.map((id) => recordOf(session.doc, 'clip', id).linkId));
  if (links.size === 1 && !links.has(undefined)) session.edit(strings.unlink, (doc) => unlinkClips(doc, ids));
  else session.edit(strings.link, (doc) => linkClips(doc, ids, session.newId()));
}

/** Moves the selected clips by some frames; with the trim, slip or slide tool, does by keys what that tool drags. */
function nudge(app: AppState, session: ProjectSession, frames: number): void {
  const clips = [...session.selection].flatMap((id) => {
    const record = session.doc.get(id);
    return record?.kind === 'clip' ? [record] : [];
  });
  if (clips.length === 0) return;
  const { tool } = timelineUiOf(app);
  const only = pictureOf(clips);
  if (only !== null && (tool === 'trim' || tool === 'slip' || tool === 'slide'))
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
  const isSelected = (id: string): boolean => session.selection.has(id);
  const ids = linkedWith(doc, clip.id, isSelected);
  if (tool === 'slip') {
    const { min, max } = slipLimitsOfAll(doc, ids);
    if (min === max) app.toast('info', strings.slipNoRoom);
    else session.edit(strings.slip, (now) => slipClips(now, ids, clamp(frames, min, max)));
  } else if (tool === 'slide') {
    const { min, max } = slideLimitsOfAll(doc, ids);
    session.edit(strings.slide, (now) => slideTogether(now, ids, clamp(frames, min, max)));
  } else {
    const cuts = cutsNear(indexClips(doc).byTrack.values(), app.transport.playhead);
    const cut = cuts.find(({ left, right }) => left.id === clip.id || right.id === clip.id);
    if (cut === undefined) return app.toast('info', strings.noCut, strings.noCutRemedy);
    const together = cutsTogether(doc, [cut.left.id, cut.right.id]);
    const { min, max } = rollLimitsOfAll(doc, together);
    const frame = clamp(cut.frame + frames, min, max);
    session.edit(strings.roll, (now) => rollCuts(now, together, frame));
  }
}

function selectAll(_app: AppState, session: ProjectSession): void {
  session.select(recordsOf(session.doc, 'clip').map((clip) => clip.id));
}

function deselect(app: AppState, session: ProjectSession): void {
  const ui = timelineUiOf(app);
  if (ui.pendingDrop !== null) ui.pendingDrop = null;
  else if (ui.gap !== null) ui.gap = null;
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

function jumpToMarker(app: AppState, session: ProjectSession, direction: -1 | 1): void {
  const markers = markersOf(session.doc);
  const { playhead } = app.transport;
  const next =
    direction === 1 ? markers.find(({ frame }) => frame > playhead) : markers.findLast(({ frame }) => frame < playhead);
  if (next === undefined) return app.toast('info', direction === 1 ? strings.noNextMarker : strings.noPreviousMarker);
  app.transport.seek(next.frame);
  session.select([next.id]);
}

function scaleTracks(app: AppState, factor: number): void {
  const ui = timelineUiOf(app);
  ui.setTrackScale(clamp(ui.trackScale * factor, MIN_TRACK_SCALE, MAX_TRACK_SCALE));
}

/** Of all tracks at once, and the scale as well: everything is as high as a new project has it. */
function resetTrackHeights(app: AppState, session: ProjectSession): void {
  timelineUiOf(app).setTrackScale(1);
  const given = tracksOf(session.doc).filter(({ height }) => height !== undefined);
  session.edit(strings.resetTrackHeights, (doc) =>
    inSequence(
      doc,
      given.map(
        ({ id }) =>
          (now) =>
            setTrackHeight(now, id, null),
      ),
    ),
  );
}

/** Keeps the view inside the film after it became shorter or the window wider. */
export function clampScroll(app: AppState): void {
  const { pixelsPerFrame, scrollX } = app.timelineView;
  const most = maxScrollX(pixelsPerFrame, app.session?.end ?? 0, timelineUiOf(app).laneWidth);
  if (scrollX > most) app.timelineView.scrollX = most;
}
