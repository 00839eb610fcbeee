/**
 * How the studio looks and speaks, for all projects. The page applies what is its own (timecode, motion); main follows
 * the same setting for the language and the window's zoom (shells/electron/lifecycle.ts).
 */
import { InterfaceSetting, INTERFACE_SETTING } from '@contracts/settings';
import type { AppState } from '../../state/app.svelte';
import { loadSetting, saveSetting } from '../../state/settings';
import { timecodeStyle } from '../../ui/timecode.svelte';

class InterfaceSettings {
  now: InterfaceSetting = $state.raw(InterfaceSetting.parse({}));
}

export const interfaceSettings = new InterfaceSettings();

export async function loadInterface(app: AppState): Promise<void> {
  const kept = await loadSetting(app, INTERFACE_SETTING, InterfaceSetting);
  if (kept !== null) apply(kept);
}

/** A change of the language loads the page anew: what is on screen is in the library before. */
export async function changeInterface(app: AppState, change: Partial<InterfaceSetting>): Promise<void> {
  const next = { ...interfaceSettings.now, ...change };
  apply(next);
  app.flushEdits();
  await app.saveView();
  await app.session?.commits.settled();
  await saveSetting(app, INTERFACE_SETTING, next);
}

function apply(setting: InterfaceSetting): void {
  interfaceSettings.now = setting;
  timecodeStyle.isDropFrame = setting.dropFrame;
  document.documentElement.toggleAttribute('data-less-motion', setting.lessMotion);
}
