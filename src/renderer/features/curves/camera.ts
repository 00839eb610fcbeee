/** A camera move by name, as one entry of the undo list. */
import { type NamedMove, withCameraMove } from '@core/curve/camera-moves';
import { recordOf } from '@core/document/access';
import type { RecordId } from '@core/document/records';
import { setCurves } from '@core/timeline/curves';
import type { ProjectSession } from '../../state/session.svelte';
import { strings } from './strings';

/** null = it stands still. */
export function moveCamera(session: ProjectSession, shotId: RecordId, move: NamedMove | null): void {
  const words = strings.camera;
  session.edit(words.does(move === null ? words.still : words.moves[move.name]), (doc) =>
    setCurves(doc, shotId, { curves: withCameraMove(recordOf(doc, 'shot', shotId), move), byFrames: 0 }),
  );
}
