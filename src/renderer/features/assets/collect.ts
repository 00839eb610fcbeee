/** Linked pictures and sounds become copies in the library. */
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

/** @param mediaIds null = all of the open project */
export async function collectOriginals(app: AppState, mediaIds: readonly string[] | null): Promise<void> {
  const { session } = app;
  if (session === null) return;
  const linked = session.media.filter((one) => one.kind !== 'footage' && one.isLinked === true);
  const wanted = linked.filter(({ id }) => mediaIds === null || mediaIds.includes(id)).map(({ id }) => id);
  if (wanted.length === 0) return void app.toast('info', strings.nothingLinked);
  const input = { projectId: session.id, mediaIds: wanted };
  const answer = await app.attempt(() => app.client.invoke('media.collect', input));
  if (answer === null) return;
  const byId = new Map(answer.media.map((one) => [one.id, one]));
  session.media = session.media.map((one) => byId.get(one.id) ?? one);
  app.toast('success', strings.collected(answer.media.length));
}
