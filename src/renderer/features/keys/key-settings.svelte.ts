/**
 * The artist's key map: loaded at the start, kept with every change, and told to the native menu, which shows keys but
 * owns only those with Cmd.
 */
import { actions } from '../../actions/registry';
import { keymap, type KeyChanges } from '../../actions/keymap.svelte';
import type { AppState } from '../../state/app.svelte';
import { loadSetting, saveSetting } from '../../state/settings';
import { KeyFile, keyFileOf } from './key-file';
import { presetNamed, type PresetName } from './presets';

export const KEYS_SETTING = 'keys';
/** Keys by action id, read by the menu in main. */
export const MENU_SETTING = 'menu.keys';

class KeySettings {
  preset: PresetName = $state('default');
}

export const keySettings = new KeySettings();

export async function loadKeys(app: AppState): Promise<void> {
  const file = await loadSetting(app, KEYS_SETTING, KeyFile);
  if (file !== null) show(file.preset, file.custom);
}

/** Takes a map into use and keeps it. */
export async function applyKeys(app: AppState, preset: PresetName, custom: KeyChanges): Promise<void> {
  show(preset, custom);
  const isOwn = preset === 'default' && Object.keys(custom).length === 0;
  const inMenu = Object.fromEntries(actions.map((action) => [action.id, keymap.keysFor(action)[0] ?? null]));
  await saveSetting(app, KEYS_SETTING, isOwn ? null : keyFileOf(preset, custom));
  await saveSetting(app, MENU_SETTING, isOwn ? null : inMenu);
}

function show(preset: PresetName, custom: KeyChanges): void {
  keySettings.preset = preset;
  keymap.preset = presetNamed(preset).changes;
  keymap.custom = custom;
}
