/** The model windows that make a shot's film, each as far as its part is seen. */
import type { ShotRecord } from '@core/document/records';
import { effectiveWindows, type EffectiveWindow } from '@core/prompt/effective';
import { promptsOnly } from '@core/prompt/travel';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';

export function shotWindows(app: AppState, session: ProjectSession, shot: ShotRecord): readonly EffectiveWindow[] {
  const limits = app.modelOf(shot.modelId)?.manifest;
  if (limits === undefined) return [];
  const prompts = promptsOnly(session.doc, shot.id);
  return session.shotFilm(shot.id).spans.flatMap(({ from, to, segmentId }) => {
    const segment = session.doc.get(segmentId);
    if (segment?.kind !== 'segment') return [];
    return effectiveWindows(prompts, shot, segment, limits)
      .filter((window) => window.from < to && from < window.to)
      .map((window) => ({ ...window, from: Math.max(from, window.from), to: Math.min(to, window.to) }));
  });
}
