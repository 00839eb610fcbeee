/**
 * What the artist has set up for all projects: small JSON values by name. What a value means is its reader's business,
 * who parses it; an unknown or unreadable one is as good as none.
 */
import { z } from 'zod';
import { languages } from '@core/language';

/** Names such as `keys` or `palette.recent`. */
export const SettingKey = z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,63}$/, 'a name of letters, digits, dots and dashes');

/** Characters of a value's JSON. */
export const MAX_SETTING_CHARS = 65_536;

export const SettingValue = z
  .json()
  .refine((value) => JSON.stringify(value).length <= MAX_SETTING_CHARS, 'a setting holds at most 64 kB');
export type SettingValue = z.infer<typeof SettingValue>;

/** How pictures and sounds are imported: `copy` (also when it was never set) or `link`. */
export const MEDIA_SETTING = 'media.originals';

/** Under this name both sides find how the studio looks and speaks. */
export const INTERFACE_SETTING = 'interface';

export const interfaceScales = [0.8, 0.9, 1, 1.1, 1.25, 1.5] as const;

export const InterfaceSetting = z.object({
  language: z.enum(['system', ...languages]).default('system'),
  /** Zoom of the whole window. */
  scale: z.number().min(0.8).max(1.5).default(1),
  dropFrame: z.boolean().default(false),
  lessMotion: z.boolean().default(false),
});
export type InterfaceSetting = z.infer<typeof InterfaceSetting>;
