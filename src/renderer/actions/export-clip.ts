/** The selected clip, or the one under the playhead, alone as a film. */
import type { AppState } from '../state/app.svelte';
import { clipUnderPlayhead, selectedClip } from './selection';
import { strings } from './strings';

export function exportClip(app: AppState): void {
  const { session } = app;
  if (session === null) return;
  const clip = selectedClip(session) ?? clipUnderPlayhead(session, app.transport.playhead);
  if (clip === null || clip.source.type === 'audio')
    return app.toast('info', strings.selectAPicture, strings.selectAPictureRemedy);
  app.dialog = { kind: 'export', clipId: clip.id };
}
