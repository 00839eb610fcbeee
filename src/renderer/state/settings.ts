/**
 * What the artist has set up for all projects, kept by main. A value that cannot be read as what it should be is as
 * good as none.
 */
import type { z } from 'zod';
import type { SettingValue } from '@contracts/settings';
import type { AppState } from './app.svelte';

export async function loadSetting<T>(app: AppState, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const answer = await app.attempt(() => app.client.invoke('settings.get', { key }));
  const parsed = schema.safeParse(answer?.value ?? null);
  return parsed.success ? parsed.data : null;
}

/** value: null takes the setting away. */
export async function saveSetting(app: AppState, key: string, value: SettingValue): Promise<void> {
  await app.attempt(() => app.client.invoke('settings.set', { key, value }));
}
