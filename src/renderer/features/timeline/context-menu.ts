/**
 * What the right button offers on the timeline and on the viewer's picture: for each kind of thing its actions, by the ids of the one registry, so
 * that names, keys and reasons are those of the palette and of the menu bar. What can never apply to a thing is left
 * out; what does not apply just now is there, with the reason.
 */
import { clipsOfTrack } from '@core/document/access';
import type { ClipRecord, TrackRecord } from '@core/document/records';
import { isAudioClip } from '@core/document/sound';
import { gapAt } from '@core/timeline/fill-gap';
import { addTrack, removeTrack, setTrackHeight } from '@core/timeline/tracks';
import { beginShot } from '../../actions/generate';
import { actionById, keysOf, runAction } from '../../actions/registry';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import type { MenuEntry } from '../../ui/menu-entry';
import { strings } from './strings';
import { timelineUiOf, type MenuOn } from './timeline-ui.svelte';

export interface MenuPage {
  readonly title: string;
  /** Each with a line above it. */
  readonly groups: readonly (readonly MenuEntry[])[];
}

/** null when what it stood on is gone. */
export function menuPage(app: AppState, session: ProjectSession, on: MenuOn): MenuPage | null {
  const ids = (...group: readonly string[]): MenuEntry[] => group.map((id) => byAction(app, id));
  const record = 'id' in on ? session.doc.get(on.id) : undefined;
  switch (on.kind) {
    case 'clip':
      return record?.kind === 'clip' ? { title: record.name, groups: clipGroups(session, record, ids) } : null;
    case 'transition':
      return record?.kind === 'transition' ? { title: strings.menuDissolve, groups: [ids('timeline.delete')] } : null;
    case 'block':
      return record?.kind === 'prompt-block'
        ? {
            title: strings.menuBlock,
            groups: [
              ids('prompt.edit', 'generate.selected'),
              ids('prompt.new', 'prompt.map', 'curves.toggle'),
              ids('timeline.delete'),
            ],
          }
        : null;
    case 'marker':
      return record?.kind === 'marker'
        ? {
            title: record.name,
            groups: [ids('timeline.previousMarker', 'timeline.nextMarker'), ids('timeline.delete')],
          }
        : null;
    case 'ruler':
      return {
        title: strings.menuRuler,
        groups: [
          ids('timeline.marker'),
          ids('timeline.markIn', 'timeline.markOut', 'timeline.clearInOut'),
          ids('timeline.lift', 'timeline.extract'),
          ids('timeline.zoomFit'),
        ],
      };
    case 'viewer':
      return {
        title: strings.menuViewer,
        groups: [
          ids('media.keepFrame', 'timeline.matchFrame', 'timeline.nextUse'),
          ids('compare.toggle', 'viewer.onion', 'viewer.guides', 'viewer.crisp'),
          ids('viewer.fullscreen'),
        ],
      };
    case 'room':
      return roomPage(app, session, on, ids);
    case 'track':
      return record?.kind === 'track' ? trackPage(app, session, record, ids) : null;
  }
}

type ById = (...group: readonly string[]) => MenuEntry[];

function clipGroups(session: ProjectSession, clip: ClipRecord, ids: ById): MenuEntry[][] {
  const isShot = clip.source.type === 'shot';
  const selected = [...session.selection].flatMap((id) => {
    const record = session.doc.get(id);
    return record?.kind === 'clip' ? [record] : [];
  });
  const together = [
    ...(selected.length > 1 ? ['timeline.group', 'timeline.link'] : []),
    ...(clip.groupId === undefined ? [] : ['timeline.ungroup']),
    ...(selected.length <= 1 && clip.linkId !== undefined ? ['timeline.link'] : []),
  ];
  return [
    isShot
      ? ids(
          ...['generate.selected', 'generate.retake', 'generate.extendForward', 'generate.extendBackward'],
          ...['prompt.edit', 'compare.toggle', 'timeline.closeLoop', 'timeline.redraw'],
        )
      : [],
    ids('timeline.cut', 'timeline.copy', 'timeline.pasteAttributes', 'timeline.split'),
    ids('timeline.delete', 'timeline.rippleDelete'),
    ids(
      'timeline.rename',
      ...(clip.source.type === 'still' ? [] : ['timeline.speed']),
      ...together,
      ...(isAudioClip(clip) ? [] : ['timeline.dissolve']),
    ),
    isShot ? ids('timeline.matchFrame', 'export.clip') : [],
  ].filter((group) => group.length > 0);
}

function roomPage(
  app: AppState,
  session: ProjectSession,
  on: { readonly trackId: string; readonly frame: number },
  ids: ById,
): MenuPage | null {
  const track = session.doc.get(on.trackId);
  if (track?.kind !== 'track') return null;
  const isGap = gapAt(session.doc, on.trackId, on.frame) !== null;
  const begin: MenuEntry = {
    id: 'begin-shot',
    label: strings.menuBeginShot,
    reason: track.isLocked ? strings.trackIsLocked : null,
    run: () => beginShot(app, { start: on.frame, trackId: on.trackId }),
  };
  const isVideo = track.type === 'video';
  const gap = [
    ...(isVideo ? ids('timeline.fillGap') : []),
    ...ids('timeline.rippleDelete').map((one) => ({ ...one, label: strings.closeGap })),
  ];
  return {
    title: isGap ? strings.menuGap : strings.menuRoom(track.name),
    groups: [
      ...(isGap ? [gap] : []),
      ...(isVideo ? [[begin]] : []),
      ids('timeline.paste', 'timeline.pasteInsert', 'media.import'),
      ids('timeline.selectAll'),
    ],
  };
}

function trackPage(app: AppState, session: ProjectSession, track: TrackRecord, ids: ById): MenuPage {
  const count = clipsOfTrack(session.doc, track.id).length;
  const own = (id: string, label: string, run: () => void, reason: string | null = null): MenuEntry => {
    return { id, label, reason, run };
  };
  return {
    title: strings.trackLabel(track.name),
    groups: [
      [
        own('rename-track', strings.renameTrack, () => (timelineUiOf(app).renamingTrackId = track.id)),
        own(
          'track-height',
          strings.menuTrackHeight,
          () => session.edit(strings.setTrackHeight, (doc) => setTrackHeight(doc, track.id, null)),
          track.height === undefined ? strings.hasItsShare : null,
        ),
      ],
      [
        own('add-video', strings.addTrack, () =>
          session.edit(strings.addTrack, (doc) => addTrack(doc, { id: session.newId(), type: 'video' })),
        ),
        own('add-audio', strings.addAudioTrack, () =>
          session.edit(strings.addAudioTrack, (doc) => addTrack(doc, { id: session.newId(), type: 'audio' })),
        ),
      ],
      // Refused by the document where it is the only one; the sentence is the document's.
      [
        own(
          'remove-track',
          strings.removeTrack(count),
          () => session.edit(strings.removeTrackEdit, (doc) => removeTrack(doc, track.id, { withClips: true })),
          track.isLocked ? strings.trackIsLocked : null,
        ),
      ],
      ids('timeline.resetTrackHeights'),
    ],
  };
}

function byAction(app: AppState, id: string): MenuEntry {
  const action = actionById(id);
  if (action === null) throw new Error(`there is no action ${id}`);
  return {
    id,
    label: action.label,
    keys: keysOf(id),
    reason: action.when(app) ? null : (action.needs ?? strings.notNow),
    run: () => void runAction(app, id),
  };
}
