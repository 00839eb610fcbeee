/** Drawing over the selected clip: a new clip above it, planned with its prompt ready to be written. */
import { samplingFrom } from '@core/document/default-sampling';
import { recordOf, recordsOf } from '@core/document/access';
import { shotFrameAt } from '@core/document/branch';
import { redrawsFilms } from '@core/diffusion/source-film';
import { repaintsFilms } from '@core/prompt/repaint';
import { promptAt } from '@core/prompt/resolve';
import { redrawClip } from '@core/timeline/redraw';
import { clipUnderPlayhead, selectedClip } from '../../actions/selection';
import { strings as actionStrings } from '../../actions/strings';
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

/** Enough to take on other words and still move as the film underneath does. */
const STRENGTH = 0.6;

export function redraw(app: AppState): void {
  const session = app.session;
  app.flushEdits();
  const clip = session === null ? null : (selectedClip(session) ?? clipUnderPlayhead(session, app.transport.playhead));
  if (session === null || clip?.source.type !== 'shot')
    return app.toast('info', actionStrings.selectAClip, actionStrings.selectAClipRemedy);
  const { modelId } = session.project;
  // The film's own model first, then one that needs no mask.
  const model = [
    app.modelOf(modelId),
    ...app.models.filter(({ manifest }) => redrawsFilms(manifest.family)),
    ...app.models,
  ].find((one) => one?.problem === null && (redrawsFilms(one.manifest.family) || repaintsFilms(one.manifest)));
  if (!model) return app.toast('info', strings.noRedraw, strings.noRedrawRemedy);
  const { shotId } = clip.source;
  const [segmentId, newClipId, blockId] = [session.newId(), session.newId(), session.newId()];
  const ids = { shotId: session.newId(), segmentId, newClipId, blockId, trackId: session.newId() };
  const { width, height } = session.project;
  const isDone = session.edit(strings.redraw, (doc) =>
    redrawClip(doc, {
      clipId: clip.id,
      ids,
      name: actionStrings.shotName(recordsOf(doc, 'shot').length + 1),
      text: promptAt(doc, shotId, shotFrameAt(doc, clip, clip.start))?.text ?? '',
      modelId: model.manifest.id,
      ...{ width, height, strength: repaintsFilms(model.manifest) ? 1 : STRENGTH },
      sampling: samplingFrom(model.manifest.defaults),
    }),
  );
  if (!isDone) return;
  session.select([newClipId]);
  app.transport.seek(recordOf(session.doc, 'clip', newClipId).start);
  app.editPrompt(blockId);
}
