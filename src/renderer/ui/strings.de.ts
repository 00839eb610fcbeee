import type { Strings } from './strings';

export const de: Strings = {
  close: 'Schließen',
  dismiss: 'Ausblenden',
  resize: 'Bereiche in der Größe ändern',
  more: 'Mehr',
  less: 'Weniger',
  frames: (count) => (count === 1 ? '1 Bild' : `${count} Bilder`),
  fps: (rate) => `${rate} B/s`,
  bytes: 'Byte',
  justNow: 'gerade eben',
};
