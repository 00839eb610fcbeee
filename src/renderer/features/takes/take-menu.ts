/** What can be done with a take: the buttons on its row in words. */
import type { TakeView } from '@core/document/takes';
import { setSegment } from '@core/timeline/segments';
import { applyTake } from '../../actions/takes';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { menuEntry, type MenuEntry } from '../../ui/menu-entry';
import { compareWithUsed, usedInPlaceOf } from '../compare/open-compare';
import { strings as compareStrings } from '../compare/strings';
import { strings as samplingStrings } from '../sampling/strings';
import { strings } from './strings';
import { starTake } from './take-marks';

export interface TakeOnRow {
  readonly take: TakeView;
  /** The film shows it now. */
  readonly isActive: boolean;
  /** From a file: it has no seed and no recipe of a model. */
  readonly isImported: boolean;
  readonly writeNote: () => void;
  readonly showDetails: () => void;
}

export function takeMenu(app: AppState, session: ProjectSession, row: TakeOnRow): MenuEntry[][] {
  const { take, isActive, isImported } = row;
  return [
    [
      menuEntry('use-take', strings.use, () => applyTake(session, take), isActive ? strings.inUse : null),
      menuEntry(
        'compare-take',
        compareStrings.compareWithUsed,
        () => compareWithUsed(app, session, take),
        usedInPlaceOf(session, take) === null ? compareStrings.usedAlready : null,
      ),
    ],
    [
      menuEntry('star-take', take.isStarred === true ? strings.unstar : strings.star, () => {
        void starTake(app, take, take.isStarred !== true);
      }),
      menuEntry('note-take', take.note ? strings.editNote : strings.notePlaceholder, row.writeNote),
    ],
    isImported
      ? []
      : [
          menuEntry('lock-seed', strings.lockSeed, () => {
            lockSeed(session, take);
          }),
          menuEntry('take-recipe', strings.showRecipe, () => (app.dialog = { kind: 'recipe', takeId: take.id })),
          menuEntry('take-details', samplingStrings.details.show, row.showDetails),
        ],
  ].filter((group) => group.length > 0);
}

export function lockSeed(session: ProjectSession, take: TakeView): void {
  session.edit(strings.lockSeedEdit, (doc) => setSegment(doc, take.segmentId, { seed: take.seed }));
}
