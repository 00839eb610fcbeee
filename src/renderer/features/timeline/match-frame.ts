/**
 * Match frame: from the film to where a frame comes from (its take, its picture or sound), and back from there to the
 * other places where the film shows it.
 */
import { clipsOfShot, recordsOf } from '@core/document/access';
import { projectFrameAt, shotFrameAt } from '@core/document/branch';
import { speedOf } from '@core/document/clip-speed';
import type { ClipRecord } from '@core/document/records';
import { clipUnderPlayhead, focusOnClip, selectedClip, spanAt } from '../../actions/selection';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { strings } from './strings';

/** The selected clip when the playhead is on it, else the topmost one there. */
function clipMeant(app: AppState, session: ProjectSession): ClipRecord | null {
  const { playhead } = app.transport;
  const selected = selectedClip(session);
  const isUnder = selected !== null && selected.start <= playhead && playhead < selected.start + selected.duration;
  return isUnder ? selected : clipUnderPlayhead(session, playhead);
}

/** F */
export function matchFrame(app: AppState, session: ProjectSession): void {
  const clip = clipMeant(app, session);
  if (clip === null) return app.toast('info', strings.noClipHere);
  session.select([clip.id]);
  if (clip.source.type !== 'shot') {
    app.leftTab = 'media';
    app.revealId = clip.source.mediaId;
    return;
  }
  const focus = focusOnClip(session, clip, app.transport.playhead);
  const span = focus === null ? null : spanAt(focus);
  app.leftTab = 'takes';
  if (focus === null || span === null || span.takeId === null) return app.toast('info', strings.notMadeHere);
  app.revealId = span.takeId;
  const seed = session.takes.get(span.segmentId)?.find(({ id }) => id === span.takeId)?.seed ?? 0;
  app.toast('info', strings.matched(focus.shotFrame, focus.shot.name, seed));
}

/** Shift+F: the next clip that shows this very frame, round the film. */
export function nextUseOfFrame(app: AppState, session: ProjectSession): void {
  const clip = clipMeant(app, session);
  if (clip === null) return app.toast('info', strings.noClipHere);
  const places = placesOf(app, session, clip).sort((a, b) => a.frame - b.frame);
  const next = places.find(({ frame }) => frame > app.transport.playhead) ?? places[0];
  if (next === undefined) return app.toast('info', strings.onlyHere);
  session.select([next.clip.id]);
  app.transport.seek(next.frame);
}

/** Other clips with the frame under the playhead, and where it is in each. */
function placesOf(
  app: AppState,
  session: ProjectSession,
  clip: ClipRecord,
): { readonly clip: ClipRecord; readonly frame: number }[] {
  const { doc } = session;
  const { source } = clip;
  const { playhead } = app.transport;
  if (source.type === 'shot') {
    const shotFrame = shotFrameAt(doc, clip, playhead);
    return clipsOfShot(doc, source.shotId)
      .filter(({ id }) => id !== clip.id)
      .map((other) => ({ clip: other, frame: projectFrameAt(doc, other, shotFrame) }))
      .filter(({ clip: other, frame }) => other.start <= frame && frame < other.start + other.duration);
  }
  const offset = source.type === 'still' ? 0 : clip.sourceIn + playhead - clip.start;
  return recordsOf(doc, 'clip')
    .filter(({ id, source: other }) => id !== clip.id && 'mediaId' in other && other.mediaId === source.mediaId)
    .map((other) => {
      // The same place of the sound, as the other clip plays it.
      const there = Math.ceil((offset * speedOf(clip)) / speedOf(other));
      return { clip: other, frame: other.start + (source.type === 'still' ? 0 : there - other.sourceIn) };
    })
    .filter(({ clip: other, frame }) => other.start <= frame && frame < other.start + other.duration);
}
