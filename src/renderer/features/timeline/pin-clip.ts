/**
 * Pinning a clip in another shot: the clip that was copied, at the playhead; or footage that is in the film, where it is
 * dropped. What is marked of the copied clip is pinned, else all it shows.
 */
import { recordsOf } from '@core/document/access';
import { plannedRange, type FrameRange } from '@core/document/branch';
import { laterClipsOf } from '@core/diffusion/later-clips';
import type { ClipRecord, PinnedClip } from '@core/document/records';
import { mostPinnedFrames, partOfClip, pinClip } from '@core/timeline/anchors';
import { clipUnderPlayhead, selectedClip } from '../../actions/selection';
import type { AppState } from '../../state/app.svelte';
import type { ProjectSession } from '../../state/session.svelte';
import { pinTarget } from './place-media';
import { strings } from './strings';
import { timelineUiOf } from './timeline-ui.svelte';

/** Why no clip can be pinned in the shot; null when one can. */
export function clipRefusal(app: AppState, session: ProjectSession, shotId: string): string | null {
  const shot = session.doc.get(shotId);
  const model = shot?.kind === 'shot' ? app.modelOf(shot.modelId) : null;
  if (!model) return strings.pinNoModel;
  return laterClipsOf(model.manifest) === null ? strings.pinNoClips(model.manifest.name) : null;
}

/** The copied clip into the shot under the playhead. */
export function pinCopied(app: AppState, session: ProjectSession): void {
  const { clipboard } = timelineUiOf(app);
  const copied = clipboard?.projectId === session.id ? clipboard.copied.clips : [];
  const clip = copied.find(({ source }) => source.type === 'shot');
  if (clip === undefined) return app.toast('info', strings.pinNothing, strings.pinNothingRemedy);
  const shotId = clip.source.type === 'shot' ? clip.source.shotId : '';
  const { playhead } = app.transport;
  const meant = [selectedClip(session), clipUnderPlayhead(session, playhead)].find(
    (one) => one?.source.type === 'shot' && one.source.shotId !== shotId,
  );
  const target = meant ? pinTarget(session, { trackId: meant.trackId, frame: playhead }) : null;
  if (target === null) return app.toast('info', strings.pinNoTarget, strings.pinNoTargetRemedy);
  void app.attempt(() => {
    const part = partOfClip(session.doc, clip, target.shotId, markedPart(session, clip));
    pin(app, session, target, part);
    return Promise.resolve();
  });
}

/** The in and out points, where they mark a part of the clip. */
function markedPart({ project, end }: ProjectSession, clip: ClipRecord): FrameRange | undefined {
  const { inPoint, outPoint } = project;
  if (inPoint === null && outPoint === null) return undefined;
  const marked = { from: inPoint ?? 0, to: outPoint ?? end };
  return marked.from < clip.start + clip.duration && clip.start < marked.to ? marked : undefined;
}

export function pin(
  app: AppState,
  session: ProjectSession,
  { shotId, frame }: { readonly shotId: string; readonly frame: number },
  clip: PinnedClip,
): void {
  const refusal = clipRefusal(app, session, shotId);
  if (refusal !== null) return app.toast('info', refusal, strings.pinNoClipsRemedy);
  const id = session.newId();
  if (session.edit(strings.pinClip, (doc) => pinClip(doc, { id, shotId, frame, clip }))) session.select([id]);
}

/** The whole film of footage that lies in this one, as a clip to pin; null while it is not there. */
export function footageClip(session: ProjectSession, mediaId: string, pinnedIn: string): PinnedClip | null {
  const segment = recordsOf(session.doc, 'segment').find(({ footage }) => footage?.mediaId === mediaId);
  const film = segment === undefined ? null : plannedRange(session.doc, segment.shotId);
  if (segment === undefined || film === null || segment.shotId === pinnedIn) return null;
  const part = { shotId: segment.shotId, from: film.from, frames: 2 };
  return { ...part, frames: mostPinnedFrames(session.doc, pinnedIn, part) };
}
