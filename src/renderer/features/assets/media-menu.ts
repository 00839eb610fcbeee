/** What can be done with something imported: the buttons on its tile in words, and taking it out of sight. */
import type { MediaView } from '@contracts/job';
import { beginShot } from '../../actions/generate';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { menuEntry, type MenuEntry } from '../../ui/menu-entry';
import { strings as footageStrings } from '../footage/strings';
import { placeSounds } from '../timeline/place-media';
import { collectOriginals } from './collect';
import { placeStillAtEnd } from './place-still';
import { strings } from './strings';

export function mediaMenu(app: AppState, session: ProjectSession, media: MediaView): MenuEntry[][] {
  const frame = app.transport.playhead;
  const isHidden = session.hiddenMedia.has(media.id);
  const hide = menuEntry('hide-media', isHidden ? strings.unhide : strings.hide, () =>
    session.hideMedia(media.id, !isHidden),
  );
  const collect = menuEntry('collect-media', strings.collect, () => void collectOriginals(app, [media.id]));
  switch (media.kind) {
    case 'image': {
      const model = app.modelOf(session.project.modelId)?.manifest;
      const reason = (model?.conditioning.firstFrames.max ?? 0) > 0 ? null : strings.noStart;
      return [
        [
          menuEntry(
            'use-as-first',
            strings.useAsFirstTip,
            () => beginShot(app, { start: frame, firstMediaId: media.id }),
            reason,
          ),
          menuEntry('place-still', strings.placeStill, () => placeStillAtEnd(app, session, media.id)),
        ],
        [...(media.isLinked === true ? [collect] : []), hide],
      ];
    }
    case 'sound':
      return [
        [menuEntry('place-sound', strings.placeSound, () => placeSounds(app, { frame, mediaIds: [media.id] }))],
        [...(media.isLinked === true ? [collect] : []), hide],
      ];
    case 'footage':
      return [
        [
          menuEntry('place-footage', footageStrings.placeTip, () => {
            app.dialog = { kind: 'footage', mediaIds: [media.id], trackId: null, frame };
          }),
        ],
        [
          menuEntry('reveal-footage', footageStrings.reveal, () => {
            void app.attempt(() => app.client.invoke('footage.reveal', { mediaId: media.id }));
          }),
          hide,
        ],
      ];
    default:
      return media satisfies never;
  }
}
