/** What can be done with something imported: the buttons on its tile in words, and taking it out of sight. */
import type { MediaView } from '@contracts/job';
import { beginShot } from '../../actions/generate';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import type { MenuEntry } from '../../ui/ActionMenu.svelte';
import { strings as footageStrings } from '../footage/strings';
import { placeSounds } from '../timeline/place-media';
import { collectOriginals } from './collect';
import { placeStillAtEnd } from './place-still';
import { strings } from './strings';

export function mediaMenu(app: AppState, session: ProjectSession, media: MediaView): MenuEntry[][] {
  const frame = app.transport.playhead;
  const can = (id: string, label: string, run: () => void, reason: string | null = null): MenuEntry => {
    return { id, label, reason, run };
  };
  const isHidden = session.hiddenMedia.has(media.id);
  const hide = can('hide-media', isHidden ? strings.unhide : strings.hide, () =>
    session.hideMedia(media.id, !isHidden),
  );
  const collect = can('collect-media', strings.collect, () => void collectOriginals(app, [media.id]));
  switch (media.kind) {
    case 'image': {
      const model = app.modelOf(session.project.modelId)?.manifest;
      const reason = (model?.conditioning.firstFrames.max ?? 0) > 0 ? null : strings.noStart;
      return [
        [
          can(
            'use-as-first',
            strings.useAsFirstTip,
            () => beginShot(app, { start: frame, firstMediaId: media.id }),
            reason,
          ),
          can('place-still', strings.placeStill, () => placeStillAtEnd(app, session, media.id)),
        ],
        [...(media.isLinked === true ? [collect] : []), hide],
      ];
    }
    case 'sound':
      return [
        [can('place-sound', strings.placeSound, () => placeSounds(app, { frame, mediaIds: [media.id] }))],
        [...(media.isLinked === true ? [collect] : []), hide],
      ];
    case 'footage':
      return [
        [
          can('place-footage', footageStrings.placeTip, () => {
            app.dialog = { kind: 'footage', mediaIds: [media.id], trackId: null, frame };
          }),
        ],
        [
          can('reveal-footage', footageStrings.reveal, () => {
            void app.attempt(() => app.client.invoke('footage.reveal', { mediaId: media.id }));
          }),
          hide,
        ],
      ];
    default:
      return media satisfies never;
  }
}
