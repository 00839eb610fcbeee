import type { Strings } from './strings';

export const de: Strings = {
  title: 'Gerät',
  choose: 'Gerechnet wird auf',
  auto: 'Automatisch',
  looking: 'Die Geräte dieses Rechners werden geprüft …',
  works: 'geht',
  inUse: (name, why) => `Neue Läufe: ${name}. ${why}`,
  refused: (name, reason) => `${name}: ${reason}`,
  cuda: 'Die Bibliotheken von CUDA liegen dem Studio nicht bei.',
  cudaSize: (size, host) => `Sie zu holen braucht ${size} von ${host}.`,
  cudaUnknown: (host, problem) => `${host} ist nicht erreichbar: ${problem}`,
  fetch: 'CUDA holen',
  fetchSize: (size) => `CUDA holen (${size})`,
  fetching: 'Die Bibliotheken von CUDA werden geholt …',
  fetched: 'Die Bibliotheken von CUDA sind installiert',
};
