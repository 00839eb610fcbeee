/** Words of the shared controls. */
import { inLanguage, type Translation } from '../language/language';
import { de } from './strings.de';

const en = {
  close: 'Close',
  dismiss: 'Dismiss',
  resize: 'Resize panels',
  more: 'More',
  less: 'Less',
  frames: (count: number) => (count === 1 ? '1 frame' : `${count} frames`),
  fps: (rate: string) => `${rate} fps`,
  bytes: 'bytes',
  justNow: 'just now',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
