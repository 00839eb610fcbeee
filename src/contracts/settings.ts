/**
 * What the artist has set up for all projects: small JSON values by name. What a value means is its reader's business,
 * who parses it; an unknown or unreadable one is as good as none.
 */
import { z } from 'zod';

/** Names such as `keys` or `palette.recent`. */
export const SettingKey = z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,63}$/, 'a name of letters, digits, dots and dashes');

/** Characters of a value's JSON. */
export const MAX_SETTING_CHARS = 65_536;

export const SettingValue = z
  .json()
  .refine((value) => JSON.stringify(value).length <= MAX_SETTING_CHARS, 'a setting holds at most 64 kB');
export type SettingValue = z.infer<typeof SettingValue>;
